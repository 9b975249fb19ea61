"""How far long work has got: a bar in a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

# Work on fewer items than this is over before anybody wonders.
LEAST_ITEMS = 20
PLAIN_LINES = 10


class Track(Protocol):
    """Yields the items one by one and tells somebody, or nobody, how far it got."""

    def __call__(self, items: Sequence[Item], what: str) -> Iterator[Item]:
        """The items; ``what`` names them in the plural."""
        ...


def track_silently(items: Sequence[Item], what: str) -> Iterator[Item]:  # noqa: ARG001  # as Track
    """For work that nobody watches."""
    return iter(items)


def track_on_stderr(items: Sequence[Item], what: str) -> Iterator[Item]:
    """A bar that goes when it is full, if standard error is a terminal; else a line a tenth."""
    if sys.stderr.isatty():
        yield from tqdm(items, desc=what, file=sys.stderr, leave=False, dynamic_ncols=True)
        return
    step = max(1, len(items) // PLAIN_LINES)
    for done, item in enumerate(items, 1):
        yield item
        if len(items) >= LEAST_ITEMS and done % step == 0:
            print(f"{what}: {done} of {len(items)}", file=sys.stderr, flush=True)
