"""Keys and values of attention: in buffers that grow by steps, copied and stacked by row.

The library's own cache copies all keys and values for each new token.
"""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer

from summarizer.engines.transformer.untyped import Layer

Families = Sequence[tuple[slice, int]]

_MOST_KEPT = 4  # files of caches in a folder
_STEP = 128  # tokens by which a buffer grows


class GrowingLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # untyped there
    """A layer of a cache with room for tokens to come; what it shows are views of its buffers."""

    keys: torch.Tensor  # there from the first update on
    values: torch.Tensor

    def __init__(self, block: "_Block | None" = None) -> None:
        """``block``: where the first buffers are taken from."""
        super().__init__()  # type: ignore[no-untyped-call]  # untyped there
        self._block = block
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: object, **__: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values, [rows, heads, tokens, width]; returns all there are."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        known = self.get_seq_length()
        length = known + key_states.shape[-2]
        keys, values = self._make_room(key_states, value_states, known, length)
        keys[..., known:length, :] = key_states
        values[..., known:length, :] = value_states
        self.keys, self.values = keys[..., :length, :], values[..., :length, :]
        return self.keys, self.values

    def _make_room(
        self, keys: torch.Tensor, values: torch.Tensor, known: int, length: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """The buffers, larger if need be, with what the layer shows in them."""
        if self._buffers is not None and self._owns_what_it_shows(length):
            return self._buffers
        grown = self._block.take(keys, length) if self._block is not None else None
        self._block = None
        if grown is None:
            room = length + _STEP
            grown = (_allocate(keys, room), _allocate(values, room))
        if known:
            grown[0][..., :known, :] = self.keys
            grown[1][..., :known, :] = self.values
        self._buffers = grown
        return grown

    def _owns_what_it_shows(self, length: int) -> bool:
        """Others may have put other keys in place, those of fewer rows for instance."""
        assert self._buffers is not None  # noqa: S101  # asked only then
        own = self._buffers[0]
        return (
            own.shape[-2] >= length
            and self.keys.data_ptr() == own.data_ptr()
            and self.keys.shape[:2] == own.shape[:2]
        )


class _Block:
    """Memory for all layers of a cache in one piece.

    Pieces so large are handed back to the system at once when they are let go; small ones of
    many sizes would leave holes that add up to more than the model itself.
    """

    def __init__(self, layers: int, room: int) -> None:
        self._layers, self._room = layers, room
        self._taken = 0
        self._memory: torch.Tensor | None = None

    def take(self, like: torch.Tensor, length: int) -> tuple[torch.Tensor, torch.Tensor] | None:
        """Buffers for keys and values of one layer; None if so many tokens do not fit."""
        if length > self._room:
            return None
        if self._memory is None:
            shape = (2 * self._layers, *like.shape[:-2], self._room, like.shape[-1])
            self._memory = like.new_empty(shape)
        if self._memory.shape[1] != like.shape[0] or self._taken == len(self._memory):
            return None
        self._taken += 2
        return self._memory[self._taken - 2], self._memory[self._taken - 1]


class RowsLayer(DynamicLayer):  # type: ignore[no-untyped-call]  # untyped there
    """A layer with a cache of its own for each row, whatever their lengths: nothing is padded.

    To the library it looks as if all rows were as long as the longest. Only a fused layer can
    look things up in it. ``families`` are the rows, in order, that begin with the same tokens,
    and how many these are.
    """

    def __init__(self, rows: Sequence[GrowingLayer], families: Families) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped there
        self.rows, self.families = rows, families
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: object, **__: object
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append keys and values, [rows, heads, tokens, width], each row to its own."""
        for number, row in enumerate(self.rows):
            one = slice(number, number + 1)
            row.update(key_states[one], value_states[one])
        return self.rows[0].keys, self.rows[0].values

    def get_seq_length(self) -> int:
        """As many tokens as the longest row has."""
        return max(row.get_seq_length() for row in self.rows)


def _allocate(like: torch.Tensor, room: int) -> torch.Tensor:
    return like.new_empty((*like.shape[:-2], room, like.shape[-1]))


def list_layers(cache: Cache) -> list[Layer]:
    """The layers of a cache: ours, though the library allows for many kinds."""
    return list(cache.layers)


def make_cache(layers: int, room: int = 0) -> DynamicCache:
    """An empty cache for so many layers, and for so many tokens as are to be expected."""
    cache = DynamicCache()
    block = _Block(layers, room) if room else None
    cache.layers = [GrowingLayer(block) for _ in range(layers)]
    cache.layer_class_to_replicate = None
    return cache


def copy_cache(cache: Cache, room: int = 0) -> DynamicCache:
    """The same keys and values in buffers of their own, with room for so many tokens in all."""
    copied = make_cache(len(cache.layers), room)
    for layer, original in zip(list_layers(copied), list_layers(cache), strict=True):
        layer.update(original.keys, original.values)
    return copied


def join_rows(caches: Sequence[Cache], families: Families) -> DynamicCache:
    """One cache whose rows are several caches; ``families`` as in ``RowsLayer``."""
    joined = make_cache(0)
    joined.layers = [
        RowsLayer(rows, families) for rows in zip(*map(list_layers, caches), strict=True)
    ]
    return joined


def stack_caches(caches: Sequence[Cache]) -> DynamicCache:
    """One cache with a row for each of several; shorter ones have nothing on their left.

    The caches are emptied on the way, so that not all is in memory twice.
    """
    length = max(cache.get_seq_length() for cache in caches)
    stacked = make_cache(len(caches[0].layers))
    for number, layer in enumerate(list_layers(stacked)):
        rows = [list_layers(cache)[number] for cache in caches]
        layer.update(
            _stack([row.keys for row in rows], length), _stack([row.values for row in rows], length)
        )
        for cache in caches:
            cache.layers[number] = GrowingLayer()
    return stacked


def _stack(rows: Sequence[torch.Tensor], length: int) -> torch.Tensor:
    stacked = rows[0].new_zeros((len(rows), rows[0].shape[1], length, rows[0].shape[3]))
    for number, row in enumerate(rows):
        stacked[number, :, length - row.shape[-2] :] = row[0]
    return stacked


def write_cache(cache: Cache, file: Path) -> None:
    """Keep a cache of one row in a file.

    Raises:
        OSError: if it can't be written; nothing is left behind.
    """
    tensors = {
        name: torch.stack([getattr(layer, name) for layer in list_layers(cache)])
        for name in ("keys", "values")
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        made = Path(folder) / file.name
        save_file(tensors, made)
        made.replace(file)
    _remove_all_but(_MOST_KEPT, file.parent.glob(f"{file.name.partition('-')[0]}-*{file.suffix}"))


def _remove_all_but(most: int, files: Iterable[Path]) -> None:
    """Those last written stay: when prompts change, what they began with is of no more use."""
    for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)[most:]:
        file.unlink(missing_ok=True)


def read_cache(file: Path) -> DynamicCache | None:
    """What was kept in a file; None if there is nothing, or nothing whole."""
    try:
        tensors = load_file(file)
        pairs = list(zip(tensors["keys"], tensors["values"], strict=True))
    except (OSError, KeyError, SafetensorError):
        return None
    cache = make_cache(len(pairs))
    for layer, (keys, values) in zip(list_layers(cache), pairs, strict=True):
        layer.update(keys, values)
    return cache
