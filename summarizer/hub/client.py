"""The hub's client: what it is told to leave alone, and where it connects to."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from summarizer.engines.base import ModelUnavailableError

_PUBLIC_HUB = "https://huggingface.co"


@dataclass(frozen=True, slots=True)
class Hub:
    """Where models come from and where they are kept.

    None is what the environment says: ``HF_ENDPOINT``, ``HF_HOME`` or ``HF_HUB_CACHE``, and
    ``HF_TOKEN`` or the token of a login. ``patience`` is how many attempts in a row may bring
    nothing of a file.
    """

    endpoint: str | None = None
    cache: Path | None = None
    token: str | None = field(default=None, repr=False)
    patience: int = 5
    sleep: Callable[[float], None] = time.sleep

    def find_endpoint(self) -> str:
        """The address that requests begin with."""
        endpoint = self.endpoint or open_library().constants.ENDPOINT or _PUBLIC_HUB
        return str(endpoint).rstrip("/")

    def find_host(self) -> str:
        """Host and port of the hub, as messages tell it: without a password in the address.

        Raises:
            ModelUnavailableError: if the address is none of the web.
        """
        try:
            address = urlsplit(self.find_endpoint())
            host = address.netloc.rpartition("@")[2]
        except ValueError:
            host = ""
        if not host or address.scheme not in {"http", "https"}:
            raise ModelUnavailableError("HF_ENDPOINT is no web address (http:// or https://).")
        return host

    def find_cache(self) -> Path:
        """The folder of all models."""
        return self.cache or Path(open_library().constants.HF_HUB_CACHE)

    def find_repository(self, name: str) -> Path:
        """The folder of one model, as every program that uses the hub's cache finds it."""
        return self.find_cache() / f"models--{name.replace('/', '--')}"

    def check_token(self) -> None:
        """Look at what would be shown to the hub, if anything.

        Raises:
            ModelUnavailableError: if it can't be sent; the message doesn't tell it.
        """
        token = self.token or open_library().get_token()
        if token and not (token.isascii() and token.isprintable()):
            raise ModelUnavailableError(
                "HF_TOKEN has characters that no token has; copy it once more."
            )


BY_ENVIRONMENT = Hub()


def open_library() -> ModuleType:
    """The hub's client, made to talk to the hub alone and to leave the talking to us.

    The switches are read from the environment when the library is first imported, which others
    may have done long ago; so they are set in the library.
    """
    import huggingface_hub
    from huggingface_hub import constants
    from huggingface_hub.utils import logging as chatter

    # The one asks the hub which programs to report on, the other goes to hosts of its own, past a
    # mirror.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    constants.HF_HUB_DISABLE_XET = True
    chatter.set_verbosity(logging.ERROR)
    return huggingface_hub
