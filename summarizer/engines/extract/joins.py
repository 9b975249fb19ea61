"""Joins what a release says in two breaths: who published figures, and what they are. Pure."""

import re

from data.models import Language

_MONTH_DAY = r"[A-Z][a-z]+ \d{1,2}"
_FIGURES = r"(?:figures|statistics|results|indices|Index|index|estimates|survey)\b"
_PUBLISHED_EN = re.compile(
    rf"^(?P<who>The [A-Z][^,]{{3,90}}?) (?:released|published|announced|issued)\b"
    rf"(?: on (?P<when>{_MONTH_DAY}))?(?=[^.]*\b{_FIGURES})[^.]*?"
    rf"(?: on (?P<late>{_MONTH_DAY}))?\.$"
)
_PUBLISHED_ZH = re.compile(
    r"^(?P<who>[^，。]{2,20}?(?:處|局|署|會))(?:（[^（）]*）)?(?P<when>\d{1,2}月\d{1,2}日)"
    r"(?:發表|公布|發布)(?=[^，。]*(?:數字|統計|指數|結果|數據))[^，。]*。$"
)
_SAYS_WHO = re.compile(r"\b(?:said|announced|according to)\b|表示|公布|發表|指出", re.IGNORECASE)
_LEANS = re.compile(r"^(?:It|They|This|These|The (?:figures|statistics) )|^(?:這|該|其)")


def join_publisher(lead: str, told: str, language: Language) -> str | None:
    """What a body published, as said by it: "…rose by 2.6%, the Lamp Bureau said on May 2".

    Both sentences are in a summary's wording; None where the first doesn't only say that
    figures were published, or the second has its own speaker.
    """
    if _SAYS_WHO.search(told) or _LEANS.match(told):
        return None
    if language == "zh":
        match = _PUBLISHED_ZH.match(lead)
        return f"{match['who']}{match['when']}公布，{told}" if match else None
    match = _PUBLISHED_EN.match(lead)
    when = match and (match["when"] or match["late"])
    if not match or not when or not told.endswith("."):
        return None
    who = match["who"]
    return f"{told[:-1]}, {who[0].lower()}{who[1:]} said on {when}."
