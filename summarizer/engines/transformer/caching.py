"""Keys and values of attention: in buffers that grow by steps, copied and stacked by row.

The library's own cache copies all keys and values for each new token.
"""

from collections.abc import Sequence

import torch
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer

_STEP = 128  # tokens by which a buffer grows


class GrowingLayer(DynamicLayer):
    """A layer of a cache with room for tokens to come; what it shows are views of its buffers."""

    def __init__(self) -> None:
        super().__init__()
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


def _allocate(like: torch.Tensor, room: int) -> torch.Tensor:
    return like.new_empty((*like.shape[:-2], room, like.shape[-1]))


def make_cache(layers: int) -> DynamicCache:
    """An empty cache for so many layers."""
    cache = DynamicCache()
    cache.layers = [GrowingLayer() for _ in range(layers)]
    cache.layer_class_to_replicate = None
    return cache


def copy_cache(cache: Cache) -> DynamicCache:
    """The same keys and values in buffers of their own."""
    copied = make_cache(len(cache.layers))
    for layer, original in zip(copied.layers, cache.layers, strict=True):
        layer.update(original.keys, original.values)
    return copied


def stack_caches(caches: Sequence[Cache]) -> DynamicCache:
    """One cache with a row for each of several; shorter ones have nothing on their left.

    The caches are emptied on the way, so that not all is in memory twice.
    """
    length = max(cache.get_seq_length() for cache in caches)
    stacked = make_cache(len(caches[0].layers))
    for number, layer in enumerate(stacked.layers):
        rows = [cache.layers[number] for cache in caches]
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
