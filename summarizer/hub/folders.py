"""Whether a folder holds a whole model, told without reading its weights."""

import json
from collections.abc import Iterator
from pathlib import Path

CONFIG = "config.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
# A safetensors file: eight bytes for the length of its header, the header as JSON, the tensors.
# https://github.com/huggingface/safetensors#format
_LENGTH_BYTES = 8
_LONGEST_HEADER = 100_000_000


def find_damage(folder: Path) -> str | None:
    """What is wrong with the model in a folder, None if nothing is: “its … is missing”."""
    try:
        return next(_list_damages(folder), None)
    except OSError as error:
        return f"it can't be read ({error.strerror})"


def _list_damages(folder: Path) -> Iterator[str]:
    if not (folder / CONFIG).is_file():
        yield f"it has no {CONFIG}"
    elif not isinstance(_read_json(folder / CONFIG), dict):
        yield f"its {CONFIG} is damaged"
    if (folder / WEIGHTS).is_file():
        yield from _list_weights_damages(folder / WEIGHTS)
    elif (folder / INDEX).is_file():
        yield from _list_shard_damages(folder)
    else:
        yield "it has no weights in safetensors, and other forms are not loaded"


def _list_shard_damages(folder: Path) -> Iterator[str]:
    shards = list_shards(_read_json(folder / INDEX))
    if not shards:
        yield f"its {INDEX} is damaged"
    for name in shards:
        if (folder / name).is_file():
            yield from _list_weights_damages(folder / name)
        else:
            yield f"its {name} is missing"


def list_shards(index: object) -> list[str]:
    """The files that an index of weights names; none if it is no such index."""
    places = index.get("weight_map") if isinstance(index, dict) else None
    names = set(places.values()) if isinstance(places, dict) else set()
    # A path out of the folder is no file of the model.
    plain = all(isinstance(name, str) and name == Path(name).name for name in names)
    return sorted(names) if plain else []


def _list_weights_damages(file: Path) -> Iterator[str]:
    size = file.stat().st_size
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(_LENGTH_BYTES), "little")
        header = opened.read(length) if length <= min(size, _LONGEST_HEADER) else b""
    expected = _find_end(header)
    if expected is None:
        yield f"its {file.name} is damaged"
    elif size != (whole := _LENGTH_BYTES + length + expected):
        yield f"its {file.name} is damaged: {size:,} bytes instead of {whole:,}"


def _find_end(header: bytes) -> int | None:
    """Where the last tensor of a safetensors file ends, counted from the end of its header."""
    try:
        tensors = json.loads(header)
        return max(
            (int(each["data_offsets"][1]) for name, each in tensors.items() if name[:2] != "__"),
            default=0,
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None


def _read_json(file: Path) -> object:
    try:
        return json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        return None
