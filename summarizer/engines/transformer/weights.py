"""Weights from a model's files into memory, tensor by tensor, as bytes where that pays.

The files are safetensors; none is held open for longer than a tensor takes, so that no more than
the finished network and one tensor is in memory. What was made bytes is kept in a folder, under
a name that changes with the model's files, and is read from there the next time.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
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
_PART_BYTES = 128 * 1024 * 1024
_MANIFEST = "manifest.json"
_ROWS, _SCALES = ".rows", ".scales"
_AT_ONCE = 4_000_000  # elements that are made bytes at a time


class WeightsError(RuntimeError):
    """The model's files can't be used; the message says why."""


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
        try:
            with safe_open(self.files[name], framework="pt") as file:
                return file.get_tensor(name).clone()
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
        tensor = checkpoint.read(name)
        if name in matrices:
            yield name, _make_bytes(name, tensor)
        elif bool(torch.isfinite(tensor).all()):
            yield name, tensor.float() if tensor.is_floating_point() else tensor
        else:
            raise WeightsError(f"{name} holds what is no number")


def _make_bytes(name: str, tensor: torch.Tensor) -> Matrix:
    rows = torch.empty(tensor.shape, dtype=torch.int8)
    scales = torch.empty(tensor.shape[0])
    step = max(1, _AT_ONCE // tensor.shape[1])
    for start in range(0, tensor.shape[0], step):
        part = slice(start, start + step)
        try:
            rows[part], scales[part] = quantise(tensor[part])
        except ValueError:
            raise WeightsError(f"{name} holds what is no number") from None
    return Matrix(rows, scales)


class ByteCache:
    """A folder with one model as bytes; complete as soon as its manifest is there."""

    def __init__(self, cache: Path, checkpoint: Checkpoint) -> None:
        self._source = str(checkpoint.folder.resolve())
        self._folder = cache / f"int8-{checkpoint.sign()[:24]}"

    @property
    def complete(self) -> bool:
        """Whether all of the model is there."""
        return (self._folder / _MANIFEST).is_file()

    def write(self, weights: Iterable[tuple[str, Weight]], mapped: set[str]) -> None:
        """Keep all weights; rows of the matrices in ``mapped`` can later be read one by one.

        Raises:
            OSError: if they can't be written; nothing is left behind.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="making-", dir=self._folder.parent))
        try:
            manifest = {**_write_parts(made, weights, mapped), "source": self._source}
            (made / _MANIFEST).write_text(json.dumps(manifest), "utf-8")
            self._remove_earlier()
            made.rename(self._folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def read(self) -> Iterator[tuple[str, Weight]]:
        """Each tensor by its name, as it was written.

        Raises:
            WeightsError: if the cache is damaged.
        """
        try:
            manifest = json.loads((self._folder / _MANIFEST).read_text("utf-8"))
            for part in manifest["parts"]:
                with safe_open(self._folder / part, framework="pt") as file:
                    yield from _read_part(self._folder, file, manifest["mapped"])
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise WeightsError(f"the cache {self._folder} is damaged ({error})") from None

    def remove(self) -> None:
        """Forget it, so that it is made anew."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _remove_earlier(self) -> None:
        """What was made of the same folder before its files changed is of no more use."""
        self.remove()
        for manifest in self._folder.parent.glob(f"int8-*/{_MANIFEST}"):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                if json.loads(manifest.read_text("utf-8")).get("source") == self._source:
                    shutil.rmtree(manifest.parent, ignore_errors=True)


def _write_parts(
    folder: Path, weights: Iterable[tuple[str, Weight]], mapped: set[str]
) -> dict[str, Any]:
    parts: list[str] = []
    maps: dict[str, str] = {}
    waiting: dict[str, torch.Tensor] = {}

    def flush() -> None:
        if waiting:
            parts.append(f"part-{len(parts):04d}.safetensors")
            save_file(waiting, folder / parts[-1])
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
