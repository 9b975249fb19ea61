"""A network put together from its config and weights that come one by one, as bytes."""

import logging
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from summarizer.engines.transformer.fusing import fuse_layers
from summarizer.engines.transformer.packed import ByteEmbedding, PackedLayer, PackedLinear
from summarizer.engines.transformer.untyped import Config, Layer, Network
from summarizer.engines.transformer.weights import (
    ByteCache,
    Checkpoint,
    DamagedCacheError,
    Matrix,
    Weight,
    WeightsError,
    read_as_bytes,
)

logger = logging.getLogger(__name__)

# Layers of one module that read the same activations, in the order in which they are asked.
_TOGETHER = (
    ("q_proj", "k_proj", "v_proj"),
    ("gate_proj", "up_proj"),
)
_LAYER = re.compile(r"(?:(.*)\.)?([^.]+)\.weight")
_PACKERS = 2


class UnknownLayoutError(RuntimeError):
    """The network can't be put together this way; it must be loaded as the library does it."""


def assemble(config: Config, build: type, checkpoint: Checkpoint, cache: Path | None) -> Network:
    """The network of a config, with the weights of a checkpoint as bytes, on this processor.

    Args:
        config: the library's config of the model.
        build: the library's class that makes networks from configs.
        checkpoint: the model's weights.
        cache: where to keep the bytes for the next time; None: nowhere.

    Raises:
        UnknownLayoutError: if the checkpoint's weights are not laid out as the network's are.
        WeightsError: if the checkpoint is damaged.
    """
    if cache is not None:
        try:
            return _assemble(config, build, checkpoint, cache)
        except DamagedCacheError as error:
            logger.warning("The int8 form of the model is made anew: %s", error)
        ByteCache(cache, checkpoint).remove()
    return _assemble(config, build, checkpoint, cache)


def _assemble(config: Config, build: type, checkpoint: Checkpoint, cache: Path | None) -> Network:
    if getattr(config, "quantization_config", None):
        raise UnknownLayoutError("its weights are of few bits already")
    with torch.device("meta"):
        network: Network = build.from_config(  # type: ignore[attr-defined]  # one of the library's
            config, dtype=torch.float32
        )
    network.train(mode=False)
    plan = _make_plan(network, checkpoint)
    _restore_buffers(network)
    _Assembly(network, plan).take(_read(plan, checkpoint, cache))
    left = [name for name, tensor in _list_tensors(network) if tensor.is_meta]
    if left:
        raise UnknownLayoutError(f"{left[0]} was not found")
    if not fuse_layers(network):
        logger.info("The layers of this model are of another build: they stay as they are")
    return network


@dataclass(frozen=True)
class _Plan:
    """Which weights there are, which of them become bytes, and which layers are packed as one."""

    names: list[str]
    linear: set[str]
    embedded: set[str]
    tied: dict[str, list[str]]
    groups: dict[str, tuple[str, ...]]


def _make_plan(network: Network, checkpoint: Checkpoint) -> _Plan:
    wanted = set(network.state_dict())
    tying = network.config.tie_word_embeddings
    ties = dict(network._tied_weights_keys or {}) if tying else {}  # noqa: SLF001  # told nowhere else
    tied: dict[str, list[str]] = defaultdict(list)
    for name in sorted(wanted - checkpoint.files.keys()):
        source = ties.get(name)
        if source is None or source not in checkpoint.files:
            raise UnknownLayoutError(f"{name} is not in the checkpoint")
        tied[source].append(name)
    weights = {name for name in wanted if name.endswith(".weight")}
    linear = {name for name in weights if type(_find(network, name)) is nn.Linear}
    embedded = {name for name in weights if type(_find(network, name)) is nn.Embedding}
    names = sorted(wanted & checkpoint.files.keys() | tied.keys())
    return _Plan(names, linear, embedded, tied, dict(_find_groups(linear)))


def _find_groups(linear: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for name in linear:
        if match := _LAYER.fullmatch(name):
            parent = f"{match[1]}." if match[1] else ""
            for together in _TOGETHER:
                members = tuple(f"{parent}{each}.weight" for each in together)
                if match[2] in together and linear.issuperset(members):
                    yield name, members


def _read(plan: _Plan, checkpoint: Checkpoint, cache: Path | None) -> Iterator[tuple[str, Weight]]:
    matrices = plan.linear | plan.embedded
    fresh = read_as_bytes(checkpoint, plan.names, matrices)
    if cache is None:
        return fresh
    kept = ByteCache(cache, checkpoint)
    if not kept.complete:
        try:
            kept.write(fresh, plan.embedded)
        except OSError as error:
            logger.warning("The int8 form of the model can't be kept in %s: %s", cache, error)
            return read_as_bytes(checkpoint, plan.names, matrices)
    return kept.read()


class _Assembly:
    """Puts weights where they belong, as they come; packing goes on beside reading."""

    def __init__(self, network: Network, plan: _Plan) -> None:
        self._network, self._plan = network, plan
        self._waiting: dict[str, Matrix] = {}

    def take(self, weights: Iterable[tuple[str, Weight]]) -> None:
        """Take all weights."""
        with ThreadPoolExecutor(_PACKERS) as pool:
            packing: deque[Future[None]] = deque()
            for name, weight in weights:
                for place in (name, *self._plan.tied.get(name, ())):
                    group = self._place(place, weight)
                    if group:
                        matrices = [self._waiting.pop(each) for each in group]
                        packing.append(pool.submit(self._pack, group, matrices))
                while len(packing) > _PACKERS:
                    packing.popleft().result()
            for each in packing:
                each.result()

    def _place(self, name: str, weight: Weight) -> tuple[str, ...]:
        """Put a weight in its place, or keep it; the group that can now be packed, if one can."""
        if not isinstance(weight, Matrix):
            _set(self._network, name, weight)
            return ()
        _check_shape(self._network, name, weight.rows)
        if name in self._plan.embedded:
            matrix = weight.reopen()
            _replace(self._network, name, ByteEmbedding(matrix.rows, matrix.scales))
        elif name in self._plan.linear:
            self._waiting[name] = weight
            group = self._plan.groups.get(name, (name,))
            return group if all(each in self._waiting for each in group) else ()
        else:
            _set(self._network, name, weight.rows * weight.scales[:, None])
        return ()

    def _pack(self, group: tuple[str, ...], matrices: list[Matrix]) -> None:
        packed = PackedLinear(*_join(matrices))
        start = 0
        for name, matrix in zip(group, matrices, strict=True):
            outputs = slice(start, start + matrix.rows.shape[0])
            bias = _find(self._network, name).bias
            if bias is not None and bias.is_meta:
                raise UnknownLayoutError(f"the bias of {name} comes after it")
            layer = PackedLayer(packed, outputs, bias, last=name == group[-1])
            _replace(self._network, name, layer)
            start = outputs.stop


def _join(matrices: list[Matrix]) -> tuple[torch.Tensor, torch.Tensor]:
    if len(matrices) == 1:
        return matrices[0].rows, matrices[0].scales
    rows = torch.cat([matrix.rows for matrix in matrices])
    return rows, torch.cat([matrix.scales for matrix in matrices])


def _find(network: Network, name: str) -> Layer:
    """The module that a tensor belongs to."""
    return network.get_submodule(name.rpartition(".")[0])


def _replace(network: Network, name: str, module: nn.Module) -> None:
    network.set_submodule(name.rpartition(".")[0], module)


def _check_shape(network: Network, name: str, tensor: torch.Tensor) -> None:
    if getattr(_find(network, name), name.rpartition(".")[2]).shape != tensor.shape:
        raise WeightsError(f"{name} has another shape than its config says")


def _set(network: Network, name: str, tensor: torch.Tensor) -> None:
    _check_shape(network, name, tensor)
    module, own = _find(network, name), name.rpartition(".")[2]
    if isinstance(getattr(module, own), nn.Parameter):
        setattr(module, own, nn.Parameter(tensor, requires_grad=False))
    else:
        setattr(module, own, tensor)


def _restore_buffers(network: Network) -> None:
    """Compute what a checkpoint does not hold, such as the frequencies of rotary positions.

    Raises:
        UnknownLayoutError: if a module can't be made anew from the config alone.
    """
    kept = set(network.state_dict())
    for name, module in list(network.named_modules()):
        own = dict(module.named_buffers(prefix=name, recurse=False))
        if own.keys() <= kept:
            continue
        if own.keys() & kept or list(module.parameters()):
            raise UnknownLayoutError(f"{next(iter(own))} can't be computed")
        try:
            network.set_submodule(name, type(module)(network.config))
        except Exception as error:
            raise UnknownLayoutError(f"{name} can't be made from the config: {error}") from error


def _list_tensors(network: Network) -> Iterator[tuple[str, torch.Tensor]]:
    yield from network.named_parameters()
    yield from network.named_buffers()
