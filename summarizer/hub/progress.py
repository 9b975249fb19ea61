"""How far a download has got: a bar in a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from tqdm import tqdm

from summarizer.tiers import write_bytes

PLAIN_LINES = 10

# Takes how many bytes more are there; fewer, if some had to be given up.
Advance = Callable[[int], object]


class Show(Protocol):
    """Opens what tells somebody, or nobody, how many of ``total`` bytes are done."""

    def __call__(self, what: str, total: int) -> AbstractContextManager[Advance]:
        """``what`` says what is being done."""
        ...


@contextmanager
def show_silently(what: str, total: int) -> Iterator[Advance]:  # noqa: ARG001  # as Show
    """For work that nobody watches."""
    yield lambda _: None


@contextmanager
def show_on_stderr(what: str, total: int) -> Iterator[Advance]:
    """A bar, if standard error is a terminal; else a line a tenth."""
    if not sys.stderr.isatty():
        yield _print_tenths(what, total)
        return
    with tqdm(
        desc=what, total=total, unit="B", unit_scale=True, file=sys.stderr, dynamic_ncols=True
    ) as bar:
        yield bar.update


def _print_tenths(what: str, total: int) -> Advance:
    done, told = 0, 0

    def advance(more: int) -> None:
        nonlocal done, told
        done += more
        tenths = PLAIN_LINES * done // max(1, total)
        if tenths > told:
            told = tenths
            sentence = f"{what}: {write_bytes(done)} of {write_bytes(total)}"
            print(sentence, file=sys.stderr, flush=True)

    return advance
