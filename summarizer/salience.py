"""Which part of a release a model reads: a body cut down to what matters most. Pure.

A body that fits is kept, but for greetings, end marks and all but one sentence of what a council
member asked. Of a longer one is kept how it opens; then the sentences, headings and rows of
tables that tell most for their length: figures, and the terms that a reader likely needs (see
``outline``), above all of what is to come. A row brings the head of its table along, an item
what leads to its list.
"""

import heapq
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.models import Language
from summarizer.engines.extract.outline import Outline, Placed
from summarizer.engines.extract.weights import SENTENCE
from summarizer.passages import MARKER, Passage, Reading, Role
from summarizer.sentences import Sentence
from summarizer.terms import list_terms, locate_terms

Count = Callable[[str], int]

_LEFT_OUT: frozenset[Role] = frozenset({"greeting", "footer", "question"})
# Characters; what is longer is broken after a clause, a cell or a word.
_LONGEST: Mapping[Language, int] = {"en": 600, "zh": 240}
_CLAUSES = re.compile(r".*(?:[,;:.!?](?=\s)|[，；：、。！？]| (?=\|)|(?=\n))", re.DOTALL)
_WORDS = re.compile(r".*(?=\s)", re.DOTALL)
_MOST_CHARACTERS_A_TOKEN = 20
_JOINT = 1  # token between one sentence and the next
# So many sentences are weighed closely; so many in a row may not fit before all is full.
_MOST_WEIGHED = 120
_MOST_MISSES = 12
_MOST_OPENING = 5
_NEAR = 8  # passages from what leads to a list to an item of it

_HAN = "零○〇一二三四五六七八九十百千萬億"
_FIGURE = re.compile(rf"\d(?:[\d,. ]*\d)?|[{_HAN}]{{2,}}")
_MONEY = re.compile(r"\$\d|(?:million|billion)\b|[\d百千萬億]元")
_DATE = re.compile(
    r"(?:Jan|Febr)uary|March|April|May \d|June|July|August|(?:Sept|Nov|Dec)ember|October|[月年]"
)
_COMING = re.compile(
    r"will\b|shall\b|propos|from\b|starting|effect|launch|announce|extend|open"
    r"|將|會|起|擬|建議|推出|公布|宣布|延長|生效|截止"
)
# By when, up to when, and at what cost.
_DUE = re.compile(
    r"on or before|\bby [A-Z\d]|[Dd]eadline|As at|Up to|fixed for|estimated|set aside"
    r"|或之前|截[至止]|定於|估計|撥出|預留"
)
_TOTAL = re.compile(r"(?:sub-?|grand )?total|overall\b|all\b|總|合計|小計|全部|整體", re.IGNORECASE)
# Fitted by hand to the development samples: what a figure is worth beside a term that a summary
# surely has; what a sentence gains, as a power of e; what a term of a row or a heading is worth.
_WORTH_OF_FIGURE, _MOST_FIGURES = 12.0, 4
_TO_COME, _IS_DUE = 1.0, 1.2
_ANY_LINE, _TELLING_LINE, _FIRST_ROWS = 0.1, 0.35, 5
_POWER_OF_LENGTH = 0.65


def cut_body(reading: Reading, title: str, budget: int, count: Count) -> str:
    """What a model is to read of a body, in the body's order; empty only if the body is.

    Args:
        reading: the body.
        title: the release's, which tells what it is about.
        budget: in the unit of ``count``.
        count: what a piece of text costs: a model's tokens.
    """
    reading = _break_long(reading)
    readable = _list_readable(reading, title)
    whole = _join(reading.passages[order] for order in readable)
    if count(whole) <= budget:
        return whole
    taken = _choose(reading, title, readable, budget, count)
    while taken:
        text = _join(reading.passages[order] for order in sorted(taken))
        if count(text) <= budget:
            return text
        taken.pop()
    return _cut_beginning(whole, budget, count)


def _list_readable(reading: Reading, title: str) -> list[int]:
    """The numbers of the passages that are worth reading, however many fit."""
    asked = _find_asked(reading, title)
    orders = range(len(reading.passages))
    readable = [
        order for order in orders if reading.passages[order].role not in _LEFT_OUT or order == asked
    ]
    return readable or list(orders)


def _find_asked(reading: Reading, title: str) -> int | None:
    """The number of the sentence of a question that has most of the title for its length."""
    titled = list_terms(title, reading.language)
    shares = {
        order: len(titled & list_terms(passage.text, reading.language)) / len(passage.text) ** 0.5
        for order, passage in enumerate(reading.passages)
        if passage.role == "question"
    }
    return max(shares, key=lambda order: shares[order], default=None)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A passage that could be taken: what each term of it is worth, and what must come along."""

    order: int
    terms: Mapping[str, float]
    length: int
    needs: tuple[int, ...] = ()


def _choose(
    reading: Reading, title: str, readable: Sequence[int], budget: int, count: Count
) -> list[int]:
    """The numbers of the passages to take, the most needed first."""
    offers = {offer.order: offer for offer in _list_offers(reading, title, readable)}
    taken: dict[int, None] = {}
    told: set[str] = set()
    spent = misses = 0
    for order in (*_list_first(reading, readable), *_rank(offers, told)):
        needs = offers[order].needs if order in offers else ()
        group = [each for each in (*needs, order) if each not in taken]
        cost = sum(count(reading.passages[each].text) + _JOINT for each in group)
        if spent + cost > budget:
            misses += 1
            if misses > _MOST_MISSES:
                break
            continue
        spent, misses = spent + cost, 0
        taken.update(dict.fromkeys(group))
        told.update(*(offers[each].terms for each in group if each in offers))
    return list(taken)


def _list_first(reading: Reading, readable: Sequence[int]) -> list[int]:
    """How a body opens: by whom and when it is said, what was asked; a notice's first sentence."""
    said = [order for order in readable if reading.passages[order].role in {"opening", "question"}]
    opening = said[:_MOST_OPENING]
    if reading.form == "notice":
        opening += [order for order in readable[: len(opening) + 1] if order not in opening]
    return opening


def _rank(offers: Mapping[int, _Offer], told: set[str]) -> Iterator[int]:
    """The numbers of the offers, the one first that tells most for its length that is not told.

    Lazy greedy: what an offer adds only falls as others are taken, so that only the best on the
    heap is ever weighed again. ``told`` grows meanwhile.
    """
    heap = [(-_weigh(offer, told), order) for order, offer in offers.items()]
    heapq.heapify(heap)
    while heap:
        _, order = heapq.heappop(heap)
        worth = _weigh(offers[order], told)
        if heap and worth < -heap[0][0]:
            heapq.heappush(heap, (-worth, order))
        elif worth > 0:
            yield order


def _weigh(offer: _Offer, told: set[str]) -> float:
    worth = sum(value for term, value in offer.terms.items() if term not in told)
    return worth / float(offer.length**_POWER_OF_LENGTH)


def _list_offers(reading: Reading, title: str, readable: Sequence[int]) -> Iterator[_Offer]:
    outline = Outline(reading, title)
    weightiest = outline.list_weightiest(_MOST_WEIGHED)
    leads = _find_leads(reading)
    for order in readable:
        passage = reading.passages[order]
        needs = leads.get(order, ())
        placed = outline.by_order.get(order)
        if placed is None:
            yield _offer_line(passage, order, needs, reading.language)
        elif weightiest is None or order in weightiest:
            yield _offer_sentence(placed, outline, needs)


def _offer_sentence(placed: Placed, outline: Outline, needs: tuple[int, ...]) -> _Offer:
    text = placed.passage.text
    is_to_come = bool(_DATE.search(text) and _COMING.search(text))
    has_money = bool(_MONEY.search(text))
    traits = outline.list_traits(placed, text, has_money=has_money, is_to_come=is_to_come)
    weights = dict(SENTENCE)
    if outline.form != "notice":
        weights["depth"] = 0.0  # what is announced comes late in a speech, or in a reply
    bias = sum(weight * trait for weight, trait in zip(weights.values(), traits, strict=True))
    bias += _TO_COME * is_to_come + _IS_DUE * bool(_DUE.search(text))
    terms = outline.weigh_terms(locate_terms(text, outline.language), placed.place, bias)
    figures = _FIGURE.findall(text)[:_MOST_FIGURES]
    terms.update(dict.fromkeys(figures, _WORTH_OF_FIGURE * math.exp(bias)))
    return _Offer(placed.order, terms, len(text), needs)


def _offer_line(passage: Passage, order: int, needs: tuple[int, ...], language: Language) -> _Offer:
    """A row of a table or a heading, which tell by being read together with others."""
    head = needs[-1] if needs else order
    is_first = passage.role == "row" and order - head <= _FIRST_ROWS
    worth = _TELLING_LINE if is_first or _TOTAL.match(passage.text) else _ANY_LINE
    terms = dict.fromkeys(list_terms(passage.text, language), worth)
    return _Offer(order, terms, len(passage.text), needs)


def _find_leads(reading: Reading) -> dict[int, tuple[int, ...]]:
    """For each row of a table its heading and head; for each item what leads to its list."""
    leads: dict[int, tuple[int, ...]] = {}
    lead, head = -_NEAR - 1, -1
    for order, passage in enumerate(reading.passages):
        is_item = bool(MARKER.match(passage.text))
        if passage.role == "row":
            above = (lead,) if lead == order - 1 else ()
            leads[order] = above if head < 0 else (*leads[head], head)
            head = order if head < 0 else head
            continue
        head = -1
        if passage.role in {"intro", "heading"} and not is_item:
            lead = order
        elif is_item and order - lead <= _NEAR:
            leads[order] = (lead,)
    return leads


def _break_long(reading: Reading) -> Reading:
    """The reading with what is very long broken up, so that a part of it can be taken."""
    longest = _LONGEST[reading.language]
    parts = (part for passage in reading.passages for part in _break(passage, longest))
    return Reading(reading.language, reading.form, tuple(parts))


def _break(passage: Passage, longest: int) -> Iterator[Passage]:
    whole = passage.sentence
    if len(whole.text) <= longest:
        yield passage
        return
    start = 0
    while start < len(whole.text):
        end = _find_break(whole.text, start, longest)
        piece = whole.text[start:end].strip(" |")
        if piece:
            begin = whole.start + whole.text.index(piece, start)
            sentence = Sentence(piece, begin, begin + len(piece), whole.paragraph, whole.line)
            yield Passage(sentence, passage.role)
        start = end


def _find_break(text: str, start: int, longest: int) -> int:
    """Where a piece of at most so many characters best ends."""
    end = start + longest
    if end >= len(text):
        return len(text)
    for pattern in (_CLAUSES, _WORDS):
        match = pattern.match(text, start, end)
        if match and match.end() > start + longest // 3:
            return match.end()
    return end


def _cut_beginning(text: str, budget: int, count: Count) -> str:
    """As much of the beginning as fits: for a budget too small for any sentence."""
    low, high = 0, min(len(text), _MOST_CHARACTERS_A_TOKEN * max(0, budget))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= budget else (low, middle - 1)
    return text[: _find_break(text, 0, low)].strip(" |\n")


def _join(passages: Iterable[Passage]) -> str:
    """Sentences of one line side by side, lines below each other, paragraphs apart."""
    pieces: list[str] = []
    before: Sentence | None = None
    for passage in passages:
        sentence = passage.sentence
        if before is None:
            gap = ""
        elif before.paragraph != sentence.paragraph:
            gap = "\n\n"
        elif before.line != sentence.line:
            gap = "\n"
        else:
            parted = before.end < sentence.start and passage.text[:1].isascii()
            gap = " " if parted else ""
        pieces += (gap, passage.text)
        before = sentence
    return "".join(pieces)
