"""Weights from a model's files into memory, tensor by tensor, as bytes where that pays.

The files are safetensors; none is held open for longer than some rows of a tensor take, so that
little more than the finished network is in memory. What was made bytes is kept in a folder, under
a name that changes with the model's files, and is read from there the next time.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from summarizer.engines.transformer.packed import quantise
from summarizer.engines.transformer.untyped import OpenFile

_LAYOUT = 1  # of the cache; another layout is another name
_PART_BYTES = 16 * 1024 * 1024
_MANIFEST = "manifest.json"
_ROWS, _SCALES = ".rows", ".scales"
_AT_ONCE = 4_000_000  # elements that are made bytes at a time
_SIDES = 2  # of a matrix
_MAKING = "making-"
_LONGEST_MAKING = 3_600.0  # seconds between two parts; who takes longer was killed


class WeightsError(RuntimeError):
    """The model's files can't be used; the message says why."""


class DamagedCacheError(WeightsError):
    """What was kept of a model can't be used; its own files may well be."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix as bytes: ``rows`` int8 [outputs, inputs], ``scales`` float32 [outputs]."""

    rows: torch.Tensor
    scales: torch.Tensor
    file: Path | None = None

    def reopen(self) -> "Matrix":
        """The same, none of it in memory where its rows are in a file of their own."""
        return self if self.file is None else Matrix(_map(self.file), self.scales, self.file)


Weight = torch.Tensor | Matrix


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The safetensors files of a model, by the name of each tensor in them."""

    folder: Path
    files: Mapping[str, Path]

    @classmethod
    def open(cls, folder: Path) -> "Checkpoint":
        """The checkpoint in a folder, in one file or several.

        Raises:
            WeightsError: if there is none, or a file is missing or damaged.
        """
        index = folder / "model.safetensors.index.json"
        try:
            if index.is_file():
                named = json.loads(index.read_text("utf-8"))["weight_map"]
                files = {name: folder / file for name, file in named.items()}
            else:
                whole = folder / "model.safetensors"
                with safe_open(whole, framework="pt") as file:
                    files = dict.fromkeys(file.keys(), whole)
        except FileNotFoundError:
            raise WeightsError("it has no weights in the safetensors format") from None
        except (OSError, ValueError, KeyError, AttributeError, SafetensorError) as error:
            raise WeightsError(f"its weights are damaged ({error})") from None
        missing = sorted({file.name for file in files.values() if not file.is_file()})
        if missing:
            raise WeightsError(f"{missing[0]} is missing")
        return cls(folder, files)

    def read(self, name: str) -> torch.Tensor:
        """One tensor, in memory of its own.

        Raises:
            WeightsError: if its file is damaged.
        """
        with self._open(name) as file:
            tensor: torch.Tensor = file.get_tensor(name)
            return tensor.clone()

    def read_rows(self, name: str) -> tuple[list[int], Iterator[torch.Tensor]]:
        """The shape of a matrix, and some of its rows at a time.

        The file is opened anew for each: what has been read of an open one stays in memory.

        Raises:
            WeightsError: if its file is damaged, or it is no matrix.
        """
        with self._open(name) as file:
            shape = list(file.get_slice(name).get_shape())
        if len(shape) != _SIDES or not all(shape):
            raise WeightsError(f"{name} has another shape than its config says")
        return shape, self._read_rows(name, shape)

    def _read_rows(self, name: str, shape: list[int]) -> Iterator[torch.Tensor]:
        step = max(1, _AT_ONCE // shape[1])
        for start in range(0, shape[0], step):
            with self._open(name) as file:
                yield file.get_slice(name)[start : start + step]

    @contextlib.contextmanager
    def _open(self, name: str) -> Iterator[OpenFile]:
        try:
            with safe_open(self.files[name], framework="pt") as file:
                yield file
        except (OSError, SafetensorError) as error:
            raise WeightsError(f"{self.files[name].name} is damaged ({error})") from None

    def sign(self) -> str:
        """What tells this checkpoint from any other: the names, sizes and times of its files."""
        told = [f"layout {_LAYOUT}"]
        for file in sorted({*self.files.values(), self.folder / "config.json"}):
            state = file.stat()
            told.append(f"{file.resolve()} {state.st_size} {state.st_mtime_ns}")
        return hashlib.sha256("\n".join(told).encode()).hexdigest()


def read_as_bytes(
    checkpoint: Checkpoint, names: Iterable[str], matrices: set[str]
) -> Iterator[tuple[str, Weight]]:
    """Each tensor by its name, those of ``matrices`` as bytes, all others in float32.

    Raises:
        WeightsError: if a file is damaged, or a weight is no number.
    """
    for name in names:
        if name in matrices:
            yield name, _make_bytes(name, checkpoint)
            continue
        tensor = checkpoint.read(name)
        if not bool(torch.isfinite(tensor).all()):
            raise WeightsError(f"{name} holds what is no number")
        yield name, tensor.float() if tensor.is_floating_point() else tensor


def _make_bytes(name: str, checkpoint: Checkpoint) -> Matrix:
    shape, parts = checkpoint.read_rows(name)
    rows = torch.empty(shape, dtype=torch.int8)
    scales = torch.empty(shape[0])
    start = 0
    for part in parts:
        own = slice(start, start + len(part))
        try:
            rows[own], scales[own] = quantise(part)
        except ValueError:
            raise WeightsError(f"{name} holds what is no number") from None
        start = own.stop
    return Matrix(rows, scales)


class ByteCache:
    """A folder with one model as bytes; complete as soon as its manifest is there."""

    def __init__(self, cache: Path, checkpoint: Checkpoint) -> None:
        self._source = str(checkpoint.folder.resolve())
        self.folder = cache / f"int8-{checkpoint.sign()[:24]}"

    @property
    def complete(self) -> bool:
        """Whether all of the model is there."""
        return (self.folder / _MANIFEST).is_file()

    def write(self, weights: Iterable[tuple[str, Weight]], mapped: set[str]) -> None:
        """Keep all weights; rows of the matrices in ``mapped`` can later be read one by one.

        Where another process was quicker, its cache is kept.

        Raises:
            OSError: if they can't be written; nothing is left behind.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self._remove_unfinished()
        made = Path(tempfile.mkdtemp(prefix=_MAKING, dir=self.folder.parent))
        try:
            manifest = {**_write_parts(made, weights, mapped), "source": self._source}
            (made / _MANIFEST).write_text(json.dumps(manifest), "utf-8")
            self._remove_earlier()
            self._put_in_place(made)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def read(self) -> Iterator[tuple[str, Weight]]:
        """Each tensor by its name, as it was written.

        Raises:
            DamagedCacheError: if there is less than was written.
        """
        try:
            manifest = json.loads((self.folder / _MANIFEST).read_text("utf-8"))
            for part in manifest["parts"]:
                with safe_open(self.folder / part, framework="pt") as file:
                    yield from _read_part(self.folder, file, manifest["mapped"])
        except (OSError, EOFError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise DamagedCacheError(f"the cache {self.folder} is damaged ({error})") from None

    def remove(self) -> None:
        """Forget it, so that it is made anew."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _put_in_place(self, made: Path) -> None:
        try:
            made.rename(self.folder)
        except OSError:
            # Another process that made the same was quicker.
            if not self.complete:
                raise

    def _remove_earlier(self) -> None:
        """What was made of the same folder before its files changed is of no more use."""
        for manifest in self.folder.parent.glob(f"int8-*/{_MANIFEST}"):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                source = json.loads(manifest.read_text("utf-8")).get("source")
                if source == self._source and manifest.parent != self.folder:
                    shutil.rmtree(manifest.parent, ignore_errors=True)

    def _remove_unfinished(self) -> None:
        """What processes left that were killed while they wrote, and this cache if in part."""
        if not self.complete:
            self.remove()
        for folder in self.folder.parent.glob(f"{_MAKING}*"):
            with contextlib.suppress(OSError):
                if time.time() - folder.stat().st_mtime > _LONGEST_MAKING:
                    shutil.rmtree(folder, ignore_errors=True)


def _write_parts(
    folder: Path, weights: Iterable[tuple[str, Weight]], mapped: set[str]
) -> dict[str, Any]:
    parts: list[str] = []
    maps: dict[str, str] = {}
    waiting: dict[str, torch.Tensor] = {}

    def flush() -> None:
        if waiting:
            parts.append(f"part-{len(parts):04d}.safetensors")
            try:
                save_file(waiting, folder / parts[-1])
            except SafetensorError as error:
                raise OSError(str(error)) from None
            waiting.clear()

    for name, weight in weights:
        if isinstance(weight, Matrix):
            waiting[name + _SCALES] = weight.scales
            if name in mapped:
                maps[name] = f"rows-{len(maps)}.npy"
                np.save(folder / maps[name], weight.rows.numpy())
            else:
                waiting[name + _ROWS] = weight.rows
        else:
            waiting[name] = weight
        if sum(tensor.nbytes for tensor in waiting.values()) > _PART_BYTES:
            flush()
    flush()
    return {"parts": parts, "mapped": maps}


def _read_part(
    folder: Path, file: OpenFile, mapped: Mapping[str, str]
) -> Iterator[tuple[str, Weight]]:
    names = set(file.keys())
    for name in sorted(names):
        if name.endswith(_SCALES):
            whole = name.removesuffix(_SCALES)
            scales = file.get_tensor(name).clone()
            if whole in mapped:
                own = folder / mapped[whole]
                yield whole, Matrix(_map(own), scales, own)
            else:
                yield whole, Matrix(file.get_tensor(whole + _ROWS), scales)
        elif not name.endswith(_ROWS):
            yield name, file.get_tensor(name).clone()


def _map(file: Path) -> torch.Tensor:
    return torch.from_numpy(np.load(file, mmap_mode="c"))
