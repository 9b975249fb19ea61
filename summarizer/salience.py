"""Which sentences of a release matter most, and a body cut down to them. Pure."""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator

from summarizer.passages import Passage, Reading, Role
from summarizer.terms import list_terms, weigh_terms

_NOTICE_DECAY, _SPEECH_DECAY = 0.12, 0.02
_FACTOR: dict[Role, float] = {
    "plain": 1.0, "item": 0.9, "intro": 0.6, "spoken": 0.8, "quote": 0.5, "row": 0.35,
    "heading": 0.2, "question": 0.1, "opening": 0.0, "greeting": 0.0, "footer": 0.0,
}  # fmt: skip


def find_decay(reading: Reading) -> float:
    """How fast later sentences lose weight: notices say first what matters, speeches don't."""
    return _NOTICE_DECAY if reading.form == "notice" else _SPEECH_DECAY


def rank_passages(reading: Reading, title: str) -> Iterator[Passage]:
    """The passages that say something, the weightiest first, each for what is new in it.

    Lazy greedy: a passage's gain only falls as others are taken, so that only the best on the
    heap is ever weighed again.
    """
    passages = [passage for passage in reading.passages if _FACTOR[passage.role]]
    terms = [list_terms(passage.text, reading.language) for passage in passages]
    titled = list_terms(title, reading.language)
    weights = weigh_terms(terms, titled, reading.language, find_decay(reading))
    sizes = [math.sqrt(1 + len(each)) for each in terms]
    covered: set[str] = set()

    def gain(number: int) -> float:
        fresh = sum(weights[term] for term in terms[number] - covered)
        return fresh / sizes[number] * _FACTOR[passages[number].role]

    heap = [(-gain(number), number) for number in range(len(passages))]
    heapq.heapify(heap)
    while heap:
        _, number = heapq.heappop(heap)
        worth = gain(number)
        if heap and worth < -heap[0][0]:
            heapq.heappush(heap, (-worth, number))
            continue
        covered |= terms[number]
        yield passages[number]


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
