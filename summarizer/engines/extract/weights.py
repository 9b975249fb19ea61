"""What makes a sentence or a term worth telling: traits, and how much each counts.

Fitted by ``tests/bench/fit_weights.py`` to the development samples and to 62 texts of real
releases, each counting as three samples: whether a reference has a term of the text, given the
term's traits and its sentence's. Higher is likelier; 1 doubles the odds and more.
"""

import re
from collections.abc import Mapping

from data.models import Language


def _start_word(*patterns: str) -> str:
    """A pattern for any of some that start a word, by their first letters: found quickly."""
    return "|".join(rf"{each[0]}(?<=\b{each[0]}){each[1:]}" for each in patterns)


# A sentence that tells what was done.
_DEEDS = ("launch", "arrest", "seize", "announc", "sentence", "fine")
DEED = re.compile(
    _start_word(*(rf"{each}[a-z]*\b" for each in _DEEDS)) + "|推出|設立|拘捕|檢獲|被判|宣布|公布"
)
# One that tells people what to do; one that only says how somebody feels.
_ADVISING = (
    "should", "urges?d?", "appeal(?:s|ed)?", "remind(?:s|ed)?", "advised?", "please", "call",
)  # fmt: skip
ADVICE = re.compile(
    _start_word(*(rf"{each}\b" for each in _ADVISING)) + "|呼籲|提醒|應|切勿|請|可致電"
)
# What the law would allow at most, and what is so of every such case.
PENALTY = re.compile(
    _start_word(
        r"liable\b",
        "maximum (?:fine|penalty|sentence)",
        *(rf"{verb} an? (?:serious |criminal )?offence\b" for verb in ("is", "commits?")),
    )
    + r"|一經定罪|最高(?:刑罰|可被?判?罰|罰款|可處)|即屬(?:犯罪|違法)|屬(?:嚴重)?(?:罪行|刑事)"
)
# Of a text in small letters: without regard to case a search would be several times slower.
REMARK = re.compile(
    r"condolence|sympath|saddened|gratitude|thank|pleased|welcome[sd]? the|attaches great|"
    r"delighted|pleasure|honou?red to|很高興|榮幸|深表|深感|哀悼|慰問|感謝|歡迎|致意|高度重視|"
    r"高度關注|"
    r"all-out efforts?|maintain(?:s|ing)? close|clos(?:e|ely) (?:monitor|contact|communicat|liais)|"
    r"continue to (?:closely |strictly )?(?:monitor|maintain|follow|liaise|keep)|"
    r"密切(?:留意|關注|監察|聯繫|跟進)|緊密(?:聯繫|溝通)"
)
# How far down it stands, among how many; whether it is quoted; its share of the title's terms;
# whether it tells an amount, a day to come, a deed.
TRAITS = ("depth", "of many", "quote", "title", "money", "to come", "deed")
SENTENCE: Mapping[str, float] = {
    "depth": -0.36, "of many": -0.79, "quote": -0.26, "title": 0.27, "money": 0.37,
    "to come": 0.78, "deed": 0.23,
}  # fmt: skip
# The kind of term; in the title; said how often; in the opening sentence, or how late first;
# in brackets, a name, beside a figure, after how many commas.
TERM_TRAITS = (
    "any", "pair", "loose", "figure", "title", "often", "opens", "late",
    "bracketed", "named", "at figure", "clause",
)  # fmt: skip
TERM: Mapping[Language, Mapping[str, float]] = {
    "en": {
        "any": 0.92, "pair": -0.48, "loose": -0.82, "figure": 0.17, "title": 1.24, "often": 0.83,
        "opens": 0.0, "late": -0.41, "bracketed": -1.59, "named": 0.65, "at figure": 0.75,
        "clause": -0.09,
    },
    "zh": {
        "any": 0.69, "pair": 0.06, "loose": -0.78, "figure": 1.41, "title": 1.61, "often": 1.19,
        "opens": 0.14, "late": -0.34, "bracketed": -0.65, "named": 0.0, "at figure": 0.63,
        "clause": -0.22,
    },
}  # fmt: skip
# The kind of figure; whether it is the day of issue; the rest as of terms; its sentence's own.
FIGURE: Mapping[str, float] = {
    "any": 2.11, "money": 0.41, "percent": 0.14, "quantity": -0.2, "number": 0.31, "date": 1.05,
    "time": 0.27, "rank": -1.16, "month": -0.8, "year": 0.31, "code": 0.47, "phone": 0.52,
    "fraction": -0.23, "issue date": -0.67, "gone by": -0.51, "title": 1.89, "often": 0.67,
    "opens": 0.63, "late": -0.5, "leads": 0.42, "small": -0.52, "about": 0.25, "people": 0.74,
    "sentence": 1.08,
}  # fmt: skip
