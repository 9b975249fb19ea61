"""English words brought to what they share: "increased" and "rise" are one term. Pure.

Only for comparing what a summary says with its source, where one word stands for another.
"""

import re
from functools import lru_cache

_FUNCTION_WORDS_LIST = """
    the a an and or but of to in on at by for with as is are was were be been being has have had
    do does did will would shall should may might can could must that which who whom whose this
    these those it its they their them he his she her we our us you your i my not no also such
    other any all each some most than then there here when where while if so up out about into
    over under between among through during before after until since per via both said mr ms dr
    hong kong from s t january february march april june july august september october november
    december am pm million billion cent
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_LIST.split())
# Words that stand for each other in releases and their summaries, a family a line.
_FAMILIES = """
    rise rose risen increase increases increased increasing higher grew grow grown growth growing
        climb surge more gain raise raised raising rising
    fall fell fallen falling decrease decreased decreasing down lower drop decline reduce reduced
        less cut shrank
    die died dead death deaths deceased fatal kill killed
    injured hurt wounded casualties injuries
    fine fined penalty
    cost worth value estimated
    include including comprise comprising
    start begin began commence open launch effect operation
    end finish conclude close closing deadline
    hospital admitted hospitalised
    cause due
    flat flats unit units home homes
    sent mobilised deployed
    personnel staff officers
    student students pupil pupils
    elderly older senior seniors
    child children kid kids
    vehicle vehicles car
    shop shops outlet store
    publish release released announce announced
    law ordinance
    male males man men
    female females woman women
    job employment work
    buy bought purchase
    year annual annually
    month monthly
    week weekly
    vaccine vaccination vaccinated unvaccinated
    hotline call telephone enquiries enquiry
    reply told
    ship vessel
    project scheme programme plan
    probe investigate investigation inquest
    sale sold sell
    prison jail jailed imprisonment imprisoned sentenced
    charge prosecuted prosecution
    seize seized confiscate
"""
_ENDINGS = ("ings", "ing", "ies", "ied", "ers", "ed", "es", "s", "er", "ly", "e")
_LONGEST_STEM = 7


@lru_cache(maxsize=20_000)
def relate(word: str) -> str:
    """The term that a word shares with its kin; empty for function words."""
    lower = word.lower()
    if lower in _FUNCTION_WORDS:
        return ""
    return _FAMILY_OF.get(_stem(lower)) or _stem(lower)


def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:_LONGEST_STEM]


def _read_families() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in re.sub(r"\n {8}", " ", _FAMILIES).strip().splitlines():
        first, *others = line.split()
        for word in (first, *others):
            found.setdefault(_stem(word), f"~{first}")
    return found


_FAMILY_OF = _read_families()
