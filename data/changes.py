"""What changed between two versions of an official text; pure.

Texts are compared sentence by sentence in a form that has lost what no reader minds: case,
width, script, spacing, punctuation, the way a figure is written. Where a sentence became another
one, its figures and names are set against each other.

The time is linear in the length of the texts: the quadratic comparisons run on a bounded number
of sentences, figures and names, and what a text has beyond ``COMPARED_LENGTH`` is only compared
as a whole.
"""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from data.figures import find_figures
from data.models import Frozen, Language, ReleaseText
from data.phrases import to_plain

# Characters of a body that are compared in detail.
COMPARED_LENGTH = 120_000
# Sentences between the common beginning and end that are aligned in order; of longer stretches
# only those that the other text lacks are set against each other.
ALIGNED_SENTENCES = 400
# Figures or names of one sentence, and sentences of one stretch, that are set against each other.
COMPARED_ITEMS = 60
# Entries of a list of changes, and characters of an entry.
LISTED_ITEMS = 50
SHOWN_LENGTH = 500
# Two sentences with this share of their words in common are one that was reworded.
REWORDED_SHARE = 0.4


class Correction(Frozen):
    """A figure or name as it was written, as it is written now, and the sentence it is in now."""

    old: str
    new: str
    sentence: str


class Rewording(Frozen):
    """A sentence before and after."""

    old: str
    new: str


class Changes(Frozen):
    """What changed between two versions; long lists and sentences are cut.

    Attributes:
        figures, names: what took the place of what.
        added, removed: sentences that the other version doesn't have, the title among them.
        reworded: sentences of which more changed than figures and names.
        beyond: something changed further down than is compared in detail.
    """

    figures: tuple[Correction, ...] = ()
    names: tuple[Correction, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reworded: tuple[Rewording, ...] = ()
    beyond: bool = False

    @property
    def is_substantial(self) -> bool:
        """Whether those who were sent the old version should hear of the new one."""
        lists = (self.figures, self.names, self.added, self.removed, self.reworded)
        return self.beyond or any(lists)

    @property
    def corrections(self) -> tuple[str, ...]:
        """The corrected figures and names for a reader: "13 → 14", each once."""
        pairs = (f"{each.old} → {each.new}" for each in (*self.figures, *self.names))
        return tuple(dict.fromkeys(pairs))


def compare_texts(old: ReleaseText, new: ReleaseText) -> Changes:
    """What changed from one version of a text to the next; nothing where no reader would mind."""
    before, after = _list_sentences(old), _list_sentences(new)
    gathered = _Gathered()
    for stretch in _list_stretches(before, after):
        _compare_stretch(*stretch, new.language, gathered)
    return Changes(
        figures=tuple(gathered.figures[:LISTED_ITEMS]),
        names=tuple(gathered.names[:LISTED_ITEMS]),
        added=tuple(gathered.added[:LISTED_ITEMS]),
        removed=tuple(gathered.removed[:LISTED_ITEMS]),
        reworded=tuple(gathered.reworded[:LISTED_ITEMS]),
        beyond=_differ(old.body[COMPARED_LENGTH:], new.body[COMPARED_LENGTH:]),
    )


def _differ(old: str, new: str) -> bool:
    return old != new and _digest(old) != _digest(new)


def _digest(text: str) -> bytes:
    """A hash of a text without signs, taken piece by piece: it may be of many megabytes."""
    digest = hashlib.sha256()
    for start in range(0, len(text), COMPARED_LENGTH):
        piece = _strip_signs(text[start : start + COMPARED_LENGTH])
        digest.update(piece.encode("utf-8", "surrogatepass"))
    return digest.digest()


class _Gathered:
    def __init__(self) -> None:
        self.figures: list[Correction] = []
        self.names: list[Correction] = []
        self.added: list[str] = []
        self.removed: list[str] = []
        self.reworded: list[Rewording] = []


# Sentences


class Sentence(NamedTuple):
    """A sentence as written, and in the form in which it is compared."""

    text: str
    form: str


_SENTENCE_END = re.compile(
    r"(?<=[。！？])"
    r"|(?<=[a-z0-9)\]\"'”’][.!?])(?<!\bNo\.)(?<!\b[MD]r\.)(?<!\bM[rs]s\.)(?<!\bMs\.)(?<!\bSt\.)"
    r"\s+(?=[\"'“‘(A-Z0-9])|\n+"
)


def _list_sentences(text: ReleaseText) -> list[Sentence]:
    # The title ends with its line, and no version moves a sentence between title and body.
    pieces = [text.title, *_SENTENCE_END.split(text.body[:COMPARED_LENGTH])]
    sentences = (Sentence(piece.strip(), _form(piece, text.language)) for piece in pieces)
    return [sentence for sentence in sentences if sentence.form]


def _form(text: str, language: Language) -> str:
    """A sentence with its figures by value and without the signs that no reader minds.

    The sign before a negative number and the signs of currencies stay.
    """
    pieces, at = [], 0
    for figure in find_figures(text, language):
        before = text[at : figure.start]
        sign = "-" if _NEGATIVE.search(before[-2:]) else ""
        pieces += [before, f"{sign}{figure.value} ".translate(_KEPT)]
        at = max(at, figure.end)
    return _strip_signs(to_plain("".join((*pieces, text[at:])), language))


_NEGATIVE = re.compile(r"(?:^|[^\w)])[-−–－]$")
# The signs of a figure's value, and the blank after it, as characters of private use: they
# outlast the stripping of signs.
_KEPT = str.maketrans("-.:/% ", "\ue000\ue001\ue002\ue003\ue004\ue005")


def _strip_signs(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[^\w$€£¥\ue000-\ue005]+|_+", "", plain).casefold()


Stretch = tuple[Sequence[Sentence], Sequence[Sentence]]


def _list_stretches(before: list[Sentence], after: list[Sentence]) -> Iterator[Stretch]:
    """The stretches of sentences that differ, old and new."""
    start, end = _measure_common(before, after)
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    if max(len(before), len(after)) > ALIGNED_SENTENCES:
        yield _drop_shared(before, after)
        return
    matcher = SequenceMatcher(None, [each.form for each in before], [each.form for each in after])
    for tag, first, last, new_first, new_last in matcher.get_opcodes():
        if tag != "equal":
            yield before[first:last], after[new_first:new_last]


def _measure_common(before: Sequence[Sentence], after: Sequence[Sentence]) -> tuple[int, int]:
    """How many sentences are alike from the beginning, and how many of the rest from the end."""
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at].form != after[at].form), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if before[-1 - at].form != after[-1 - at].form), rest)
    return start, end


def _drop_shared(before: Sequence[Sentence], after: Sequence[Sentence]) -> Stretch:
    return _list_lacking(before, after), _list_lacking(after, before)


def _list_lacking(these: Iterable[Sentence], others: Iterable[Sentence]) -> list[Sentence]:
    left = Counter(each.form for each in others)
    lacking = []
    for sentence in these:
        left[sentence.form] -= 1
        if left[sentence.form] < 0:
            lacking.append(sentence)
    return lacking


# One stretch


def _compare_stretch(
    before: Sequence[Sentence],
    after: Sequence[Sentence],
    language: Language,
    gathered: _Gathered,
) -> None:
    if "".join(each.form for each in before) == "".join(each.form for each in after):
        return  # line breaks moved
    pairs = _pair_sentences(before, after, language)
    paired_before = {id(old) for old, _ in pairs}
    paired_after = {id(new) for _, new in pairs}
    gathered.removed += [_cut(each.text) for each in before if id(each) not in paired_before]
    gathered.added += [_cut(each.text) for each in after if id(each) not in paired_after]
    for old, new in pairs:
        _compare_sentences(old, new, language, gathered)


def _pair_sentences(
    before: Sequence[Sentence], after: Sequence[Sentence], language: Language
) -> list[tuple[Sentence, Sentence]]:
    """Each old sentence with the new one that it became, the likest first."""
    olds, news = before[:COMPARED_ITEMS], after[:COMPARED_ITEMS]
    bags = {id(each): _list_words(each.text, language) for each in (*olds, *news)}
    shares = [
        (_measure_share(bags[id(old)], bags[id(new)]), -at - new_at, at, new_at)
        for at, old in enumerate(olds)
        for new_at, new in enumerate(news)
    ]
    pairs: dict[int, int] = {}
    for share, _, at, new_at in sorted(shares, reverse=True):
        if share >= REWORDED_SHARE and at not in pairs and new_at not in pairs.values():
            pairs[at] = new_at
    return [(olds[at], news[new_at]) for at, new_at in sorted(pairs.items())]


def _list_words(text: str, language: Language) -> Counter[str]:
    plain = to_plain(text, language).casefold()
    if language == "en":
        return Counter(re.findall(r"\w+", plain))
    signs = re.sub(r"\W+", "", plain)
    return Counter(signs[at : at + 2] for at in range(max(1, len(signs) - 1)))


def _measure_share(one: Counter[str], other: Counter[str]) -> float:
    total = one.total() + other.total()
    if not total or 2 * min(one.total(), other.total()) < REWORDED_SHARE * total:
        return 0.0
    return 2 * (one & other).total() / total


def _compare_sentences(
    old: Sentence, new: Sentence, language: Language, gathered: _Gathered
) -> None:
    if old.form == new.form:
        return
    figures = [_list_figures(each.text, language) for each in (old, new)]
    names = [_list_names(each.text, language) for each in (old, new)]
    figure_pairs = _pair_items(*figures)
    name_pairs = _pair_items(*names)
    gathered.figures += _make_corrections(figure_pairs, new)
    gathered.names += _make_corrections(name_pairs, new)
    explained = _replace_items(old.text, (*figure_pairs, *name_pairs))
    if _form(explained, language) != new.form:
        gathered.reworded.append(Rewording(old=_cut(old.text), new=_cut(new.text)))


class Item(NamedTuple):
    """A figure or name: what it says in the compared form, and its characters in the sentence."""

    value: str
    text: str
    start: int
    end: int


def _list_figures(text: str, language: Language) -> list[Item]:
    figures = find_figures(text, language)[:COMPARED_ITEMS]
    return [Item(each.value, text[each.start : each.end], each.start, each.end) for each in figures]


def _list_names(text: str, language: Language) -> list[Item]:
    return [
        Item(_strip_signs(to_plain(found[0], language)), found[0], *found.span())
        for found in find_names(text, language)[:COMPARED_ITEMS]
    ]


ItemPair = tuple[Item, Item]


def _pair_items(before: Sequence[Item], after: Sequence[Item]) -> list[ItemPair]:
    """The items that took each other's place, in order."""
    matcher = SequenceMatcher(
        None, [each.value for each in before], [each.value for each in after], autojunk=False
    )
    return [
        pair
        for tag, first, last, new_first, new_last in matcher.get_opcodes()
        if tag == "replace" and last - first == new_last - new_first
        for pair in zip(before[first:last], after[new_first:new_last], strict=True)
    ]


def _make_corrections(pairs: Iterable[ItemPair], sentence: Sentence) -> list[Correction]:
    return [
        Correction(old=_cut(old.text), new=_cut(new.text), sentence=_cut(sentence.text))
        for old, new in pairs
    ]


def _replace_items(text: str, pairs: Iterable[ItemPair]) -> str:
    pieces, at = [], 0
    for old, new in sorted(pairs, key=lambda pair: pair[0].start):
        if old.start >= at:
            pieces += [text[at : old.start], new.text]
            at = old.end
    return "".join((*pieces, text[at:]))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"


# Names

_ENGLISH_NAME = re.compile(
    r"\b[A-Z][\w&'’-]*(?:(?: (?:of|and|the|for|de|van))? [A-Z][\w&'’-]*){0,11}"
)
_PLACE_ENDS = (
    "泳灘|游泳池|醫院|大學|學校|中學|小學|公園|道|街|路|里|徑|邨|村|苑|大廈|中心|隧道|大橋|碼頭|機場|"
    "公司|銀行|集團|基金會|協會|學會|委員會|局|署|處|區|國|省|市|島|灣|角|山"
)
_CHINESE_NAME = re.compile(
    r"[「《〈][^「」《》〈〉\n]{1,40}[」》〉]"
    rf"|(?<=局長|署長|處長|司長|專員|總監|主席|主任|院長|校長|總裁|會長|大使|長官)"
    r"[\u4e00-\u9fff]{2,3}(?=先生|女士|博士|教授|醫生|太平紳士|今日|表示|說|指|在|於|[，、。])"
    r"|(?:(?![長員監席任由及和與的])[\u4e00-\u9fff]){2,3}(?=先生|女士|博士|教授|醫生|太平紳士)"
    r"|(?<=[在於位赴往至抵、，及和與])(?:(?![一二三四五六七八九十○時月日年])[\u4e00-\u9fff]){1,8}?"
    rf"(?:{_PLACE_ENDS})"
    r"|[A-Za-z][\w&'’ -]{1,60}"
)


def find_names(text: str, language: Language) -> list[re.Match[str]]:
    """The names in a text as far as they can be told, from left to right.

    In English runs of words with capitals (a sentence's first word too); in Chinese what stands in
    quotation marks, before a form of address, after a post or a preposition, or in Latin letters.
    """
    pattern = _ENGLISH_NAME if language == "en" else _CHINESE_NAME
    return list(pattern.finditer(text[:COMPARED_LENGTH]))
