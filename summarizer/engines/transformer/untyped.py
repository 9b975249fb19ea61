"""Names for what the libraries themselves type as Any: each model family brings its own classes."""

from typing import Any, TypeAlias

Tokenizer: TypeAlias = Any
Network: TypeAlias = Any
Config: TypeAlias = Any
Layer: TypeAlias = Any
OpenFile: TypeAlias = Any
PackedWeight: TypeAlias = Any
