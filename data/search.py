"""Words to terms of the search index, the same way for texts and for what people look for; pure.

Chinese has no blanks, so each run of Chinese characters becomes its pairs, and a word of it is a
phrase of pairs; a phrase is found wherever the characters follow each other. Other words and
numbers are terms as they are; English ones are found in their simple plural too. Case, width and
script don't matter. Nothing that is typed has a meaning of its own: all of it is quoted.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from data.phrases import to_plain

# Of a query; more words don't make it clearer.
MOST_CHARACTERS = 100
MOST_WORDS = 12

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_IS_HAN = re.compile(rf"[{_HAN}]+")
_RUN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+(?:['&][^\W_{_HAN}]+)*")
# A line that breaks within Chinese doesn't part its words.
_BREAK = re.compile(rf"(?<=[{_HAN}])\n(?=[{_HAN}])")
# Thousands are parted by a comma or a blank.
_THOUSANDS = re.compile(r"(?<![\d,.])(?<!\d )(\d{1,3})((?:[, ]\d{3})+)(?![\d,])")
_PLURAL = re.compile(r"[a-z]{3,}")
# Characters that Simplified writes by what they mean, and one circle that is written for another.
_MERGED = {"著": "着", "藉": "借", "覆": "复", "○": "〇"}


class _Script(dict[int, str]):
    """Each character in Simplified by itself, whatever stands beside it.

    A conversion that heeds the neighbours writes one word in two ways, in and out of its text.
    """

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        plain = to_plain(letter, "zh") if _IS_HAN.match(letter) else letter
        self[code] = _MERGED.get(plain, plain)
        return self[code]


_SCRIPT = _Script()


def make_terms(text: str) -> str:
    """A text as the terms to be indexed, in order, with blanks between them."""
    return " ".join(term for run in _list_runs(text) for term in _index(run))


def make_query(typed: str, *, any_word: bool = False, is_unfinished: bool = False) -> str | None:
    """An FTS5 query for the words that were typed; None if there are none.

    Args:
        typed: what is looked for.
        any_word: whether one of the words is enough.
        is_unfinished: whether the last word may be the beginning of one.
    """
    words = list_words(typed)
    phrases = [_make_phrase(word) for word in words]
    if is_unfinished and words and not _is_han(words[-1]):
        phrases[-1] = f'"{_index(words[-1])[0]}"*'
    return (" OR " if any_word else " AND ").join(phrases) or None


def list_words(typed: str) -> list[str]:
    """The words of what was typed, folded; a run of Chinese characters is one."""
    cut = typed[:MOST_CHARACTERS]
    if len(typed) > MOST_CHARACTERS:
        cut = cut.rpartition(" ")[0] or cut  # half a word is another word
    return list(dict.fromkeys(_list_runs(cut)))[:MOST_WORDS]


def find_marks(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where a text, as readers see it, has the words: spans of characters, in order, apart."""
    folded, places = _fold_with_places(text)
    spans = [
        (places[found.start()], places[found.end() - 1] + 1)
        for word in words
        for found in re.finditer(_make_pattern(word), folded)
    ]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def _list_runs(text: str) -> Iterator[str]:
    joined = _THOUSANDS.sub(lambda found: re.sub(r"[, ]", "", found[0]), _fold(text))
    return (found[0] for found in _RUN.finditer(_BREAK.sub("", joined)))


def _fold(text: str) -> str:
    return to_plain(text, "en").translate(_SCRIPT).casefold()


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """A text folded letter by letter, and for each folded letter its place in the text."""
    folded: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for each in _fold_letter(letter):
            folded.append(each)
            places.append(place)
    return "".join(folded), places


@lru_cache(20_000)
def _fold_letter(letter: str) -> str:
    return _fold(letter)


def _index(run: str) -> list[str]:
    """The pairs of a run of Chinese, and its last character, so that one alone is found too."""
    if not _is_han(run):
        return [run.replace("'", "").replace("&", "")]
    return [*(first + second for first, second in pairwise(run)), run[-1]]


def _make_phrase(word: str) -> str:
    """One word as a phrase: the pairs of Chinese one after the other."""
    if not _is_han(word):
        forms = (_index(form)[0] for form in _list_forms(word))
        return "(" + " OR ".join(f'"{form}"' for form in forms) + ")"
    if len(word) == 1:
        return f'"{word}"*'
    return '"' + " ".join(first + second for first, second in pairwise(word)) + '"'


def _list_forms(word: str) -> tuple[str, ...]:
    """An English word with its simple plural, or without it."""
    if not _PLURAL.fullmatch(word) or word.endswith("ss"):
        return (word,)
    return (word, word[:-1] if word.endswith("s") else f"{word}s")


def _make_pattern(word: str) -> str:
    if _is_han(word):
        return re.escape(word)
    if word.isdecimal():
        pattern = "[, ]?".join(word)
    else:
        pattern = "|".join(map(re.escape, _list_forms(word)))
    return rf"(?<![0-9a-z])(?:{pattern})(?![0-9a-z])"


def _is_han(word: str) -> bool:
    return _IS_HAN.fullmatch(word) is not None
