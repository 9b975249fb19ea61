"""What a chat follows and leaves out, and which releases that lets through; pure.

A release is told to a chat if it has nothing that the chat leaves out, and something that it
follows, or the chat follows nothing in particular. Keywords are literal: case, width, Chinese
script and runs of blanks don't matter, nothing in them is a pattern. One of Latin letters fits
whole words alone; one of Chinese characters fits anywhere, as Chinese has no blanks: a line may
end within a word, and a blank between two characters is nothing. No keyword spans two paragraphs.
"""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from data.models import LANGUAGES, Release, Subscription
from data.phrases import to_plain
from data.tables import DepartmentEntry

# Of a release's words in plain form; more than are looked through in the composing of a day.
MOST_REMEMBERED = 1_000
_CHINESE = r"[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff○]"
_GAP = re.compile(rf"(?<={_CHINESE}) (?={_CHINESE})")
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def is_wanted(
    release: Release,
    subscriptions: Collection[Subscription],
    departments: Mapping[str, DepartmentEntry],
) -> bool:
    """Whether a chat with these subscriptions is told of a release."""
    if any(not each.follow and fits(each, release, departments) for each in subscriptions):
        return False
    followed = [each for each in subscriptions if each.follow]
    return not followed or any(fits(each, release, departments) for each in followed)


def list_reasons(
    release: Release,
    subscriptions: Collection[Subscription],
    departments: Mapping[str, DepartmentEntry],
) -> tuple[Subscription, ...]:
    """What a chat follows that lets the release through; none if it follows nothing."""
    return tuple(each for each in subscriptions if each.follow and fits(each, release, departments))


def fits(
    subscription: Subscription, release: Release, departments: Mapping[str, DepartmentEntry]
) -> bool:
    """Whether a release has the topic, department or keyword.

    A release of a part of a department is one of the department too.
    """
    match subscription.kind:
        case "topic":
            return subscription.value in release.topics
        case "department":
            return subscription.value in list_departments(release.department, departments)
        case "keyword":
            return holds(release, subscription.value)


def list_departments(
    key: str | None, departments: Mapping[str, DepartmentEntry]
) -> tuple[str, ...]:
    """A department and those that it is part of, the nearest first; none for None."""
    found: list[str] = []
    while key is not None and key not in found:
        found.append(key)
        entry = departments.get(key)
        key = entry.part_of if entry else None
    return tuple(found)


def list_parts(key: str, departments: Mapping[str, DepartmentEntry]) -> list[str]:
    """A department and all that are part of it, also by way of others."""
    return [each for each in departments if key in list_departments(each, departments)]


def holds(release: Release, keyword: str) -> bool:
    """Whether the title or body of a release, in either language, holds a keyword."""
    folded = fold_keyword(keyword)
    if not folded:
        return False
    words = _fold_words(
        tuple(
            f"{text.title}\n\n{text.body}"
            for language in LANGUAGES
            if (text := release.texts.get(language))
        )
    )
    if folded not in words:
        return False
    before = r"(?<![0-9a-z])" if _is_latin(folded[0]) else ""
    after = r"(?![0-9a-z])" if _is_latin(folded[-1]) else ""
    return re.search(f"{before}{re.escape(folded)}{after}", words) is not None


def fold_keyword(keyword: str) -> str:
    """A keyword without the differences that don't matter; equal ones are one."""
    return _close_gaps(to_plain(keyword, "zh").casefold())


@lru_cache(MOST_REMEMBERED)
def _fold_words(texts: tuple[str, ...]) -> str:
    plain = to_plain("\n\n".join(texts), "zh").casefold()
    return "\n".join(map(_close_gaps, _PARAGRAPH_END.split(plain)))


def _close_gaps(plain: str) -> str:
    return _GAP.sub("", " ".join(plain.split()))


def _is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
