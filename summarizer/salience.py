"""Which sentences of a release matter most, and a body cut down to them. Pure."""

from collections.abc import Callable, Iterable, Iterator

from summarizer.engines.extract.outline import Outline
from summarizer.passages import Passage, Reading


def rank_passages(reading: Reading, title: str) -> Iterator[Passage]:
    """The passages that say something, the weightiest first; then tables and the rest."""
    outline = Outline(reading, title)
    for placed in outline.rank():
        yield placed.passage
    known = outline.by_order
    for order, passage in enumerate(reading.passages):
        if order not in known and passage.role in {"row", "heading"}:
            yield passage


def cut_body(reading: Reading, title: str, budget: int, count: Callable[[str], int]) -> str:
    """The body's sentences that fit a budget, in their order: how it opens, then what weighs most.

    ``count`` says what a sentence costs, in the unit of the budget: a model's tokens.
    """
    opening = [passage for passage in reading.passages if passage.role != "footer"][:4]
    kept: set[int] = set()
    spent = 0
    for passage in (*opening, *rank_passages(reading, title)):
        start = passage.sentence.start
        cost = count(passage.text) + 2
        if start in kept or spent + cost > budget:
            continue
        kept.add(start)
        spent += cost
    return _join(passage for passage in reading.passages if passage.sentence.start in kept)


def _join(passages: Iterable[Passage]) -> str:
    """Sentences of one line side by side, lines below each other, paragraphs apart."""
    text, before = "", None
    for passage in passages:
        sentence = passage.sentence
        if before is None:
            gap = ""
        elif before.sentence.paragraph != sentence.paragraph:
            gap = "\n\n"
        elif before.sentence.line != sentence.line:
            gap = "\n"
        else:
            gap = " " if passage.text[:1].isascii() else ""
        text += gap + passage.text
        before = passage
    return text
