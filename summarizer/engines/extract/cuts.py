"""Parts of a sentence that may go, and the shorter sentences that are left without them. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cut:
    """A part that may go, or be said shorter: ``text[start:end]`` becomes ``put``."""

    start: int
    end: int
    put: str = ""


def make_cuts(text: str, cuts: Iterable[Cut]) -> str:
    """The text without the parts; of parts that overlap only the one that reaches further."""
    pieces: list[str] = []
    position = 0
    for cut in sorted(cuts, key=lambda each: (each.start, -each.end)):
        if cut.start < position:
            continue
        pieces += [text[position : cut.start], cut.put]
        position = cut.end
    return "".join([*pieces, text[position:]])


def are_apart(cuts: Sequence[Cut], other: Cut) -> bool:
    """Whether a part lies wholly inside or wholly outside each of the parts."""
    return all(
        other.end <= each.start
        or other.start >= each.end
        or (each.start <= other.start and other.end <= each.end)
        or (other.start <= each.start and each.end <= other.end)
        for each in cuts
    )
