"""Brings English sentences to a summary's wording: dates and digits. Pure."""

import re
from datetime import date, timedelta

from summarizer.facts.figures_en import MONTHS, SHIFTS_OF_WHICH
from summarizer.facts.numerals import NUMBER_WORDS, read_english_words

_MONTH = "|".join(MONTHS)
_DATE = rf"(?:{_MONTH}) \d{{1,2}}(?:, (?:19|20)\d\d)?"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WORD = (
    r"(?P<word>[Tt]omorrow (?:morning|afternoon|evening|night)|[Tt]oday|[Tt]omorrow|[Yy]esterday"
    r"|[Tt]onight|[Tt]his (?:morning|afternoon|evening)|[Ll]ast night)"
)
_GIVEN = rf" \((?:{_WEEKDAY},? )?(?P<date>{_DATE})(?:,? {_WEEKDAY})?\)"
# "today (D) said that" reads best as "said on D that"; "today (D) seized drugs" as "on D seized".
_REPORTED = (
    r"(?P<verb>(?:also |again |jointly |officially )?(?:said|held|met|began|spoke|"
    r"told reporters|[a-z]{2,}ed))"
    r"\b(?=(?: that| at| in| on| with| to)\b|[,.])"
)
_RELATIVE = re.compile(
    rf"(?P<before>(?:\b(?P<link>from|until|till|by|since|of|before|after|for|between|to|on|and|"
    rf"or|as of|through)\s)?)"
    rf"\b{_WORD}(?P<own>['’]s)?(?:{_GIVEN})?(?:(?P<comma>,)? {_REPORTED})?"
)
_HINT_OF_DAY = re.compile(r"(?:[Tt]o(?:day|morrow|night)|[Yy]esterday|[Tt]his [mae]|[Ll]ast n)")
# "is on November 26 investigating" and "has established on November 26" are not English.
_PROGRESSIVE = re.compile(rf"(i(?<=\bi)s|a(?<=\ba)re) on {_DATE} (?=[a-z]+ing\b)")
_PAST = {"is": "was", "are": "were"}
# "May 20 (May 20, London time)" and "May 20 (London time May 20)".
_TWICE_GIVEN = re.compile(
    rf"(?P<date>\b{_DATE}) \((?:(?P=date),? )?(?P<where>[A-Z][\w ]+ time)(?:,? (?P=date))?\)"
)
_PERFECT = re.compile(rf"ha(?<=\bha)(?:s|ve) ([a-z]+ed on {_DATE})")
_DAY_OF_TOLD_YEAR = re.compile(rf"\b((?:{_MONTH}) \d{{1,2}}),? (?:of )?(last|this|next) year\b")
_MONTH_OF_TOLD_YEAR = re.compile(rf"\b({_MONTH}),? (?:of )?(last|this|next) year\b")
_TOLD = re.compile(
    r"(?P<before>(?:\b(?P<link>from|until|till|by|since|of|before|after|for|between|to|in|than|"
    r"within|throughout|during|over|with|through|or)\s)?)"
    r"(?<!the )(?<!past )\b(?P<which>[Ll]ast|[Tt]his|[Nn]ext) (?P<unit>year|month)\b(?P<own>['’]s)?"
)
_TOLD_SUBJECT = re.compile(r" (?:[a-z]+s|will|has|had|was|may|saw|also)\b")
_SHIFTS = {"tomorrow": 1, "yesterday": -1, "last": -1}
_PARTS = {
    "morning": "the morning of ",
    "afternoon": "the afternoon of ",
    "evening": "the evening of ",
    "tonight": "the night of ",
    "night": "the night of ",
}
_PER_CENT = re.compile(
    rf"(?P<number>\d(?:[\d, ]*\d)?(?:\.\d+)?|\b(?:{NUMBER_WORDS}))(?: |-)per ?cent\b"
)
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})((?: \d{3})+)(?![\d]|[.,]\d{4}| \d)")
_TELEPHONE = re.compile(r"(?:call|dial|hotline|tel|phone|fax)\W*(?:\w+\W+){0,2}$", re.IGNORECASE)
_MAYBE_TELEPHONE = re.compile(r"\b(?:at|on)\W*(?:\w+\W+){0,2}$", re.IGNORECASE)
_DIGITS_OF_TELEPHONE = 6

_WEEKDAY_GIVEN = re.compile(
    rf"\b{_WEEKDAY}(?P<part> (?:morning|afternoon|evening|night))? \((?P<date>{_DATE})\)"
)
_GIVEN_WEEKDAY = re.compile(rf"\b(?P<date>{_DATE}) \({_WEEKDAY}\)")


def make_dates_absolute(text: str, today: date) -> str:
    """The sentence with "today (November 27)" and the like turned into "on November 27".

    A relative word without a date is counted from ``today``, the Hong Kong date of issue.
    """
    if " year" in text or " month" in text:
        text = _DAY_OF_TOLD_YEAR.sub(lambda match: f"{match[1]}, {_shift(match[2], today)}", text)
        text = _MONTH_OF_TOLD_YEAR.sub(lambda match: f"{match[1]} {_shift(match[2], today)}", text)
        text = _TOLD.sub(lambda match: _place_told(match, today), text)
    if _HINT_OF_DAY.search(text):
        text = _RELATIVE.sub(lambda match: _place_date(match, today), text)
    if "day" in text:
        text = _WEEKDAY_GIVEN.sub(_place_weekday, text)
        text = _GIVEN_WEEKDAY.sub(r"\g<date>", text)
    text = _PROGRESSIVE.sub(lambda match: match[0].replace(match[1], _PAST[match[1]], 1), text)
    text = _TWICE_GIVEN.sub(r"\g<date> (\g<where>)", text)
    return _PERFECT.sub(r"\1", text)


def _shift(which: str, today: date) -> int:
    return today.year + SHIFTS_OF_WHICH[which.lower()]


def _place_told(match: re.Match[str], today: date) -> str:
    """Writes "in 2025" for "last year", "of 2025" for "of last year", and so with months."""
    which, unit = match["which"], match["unit"]
    months = SHIFTS_OF_WHICH[which.lower()] * (12 if unit == "year" else 1)
    years, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    when = f"{years}" if unit == "year" else MONTHS[month]
    if unit == "month" and years != today.year:
        when = f"{when} {years}"
    if match["own"]:
        article = "The" if which[0].isupper() else "the"
        return f"{match['before']}{article} {when}" if unit == "year" else match[0]
    if match["link"]:
        return f"{match['before']}{when}"
    if not which[0].isupper():
        return f"{match['before']}in {when}"
    if _TOLD_SUBJECT.match(match.string, match.end()):
        return f"The year {when}" if unit == "year" else when
    comma = "" if match.string[match.end() :].startswith(",") else ","
    return f"In {when}{comma}"


def _place_weekday(match: re.Match[str]) -> str:
    """Writes "November 29" for "Sunday (November 29)"."""
    part = match["part"]
    return f"the{part} of {match['date']}" if part else match["date"]


def _place_date(match: re.Match[str], today: date) -> str:
    word, given = match["word"], match["date"]
    if match["own"]:
        return f"{match['before']}the {given}" if given else match[0]
    said = given or _write_date(today + timedelta(days=_SHIFTS.get(word.lower().split()[0], 0)))
    part = _PARTS.get(word.lower().split()[-1], "")
    link = "" if match["link"] else "on "
    phrase = f"{match['before']}{link}{part}{said}"
    if word[0].isupper():
        comma = "" if match["comma"] or match.string[match.end() :].startswith(",") else ","
        phrase = f"{phrase[0].upper()}{phrase[1:]}{comma}"
        return f"{phrase}{match['comma'] or ''} {match['verb']}" if match["verb"] else phrase
    if not match["verb"]:
        return phrase
    if match["link"] or match["comma"]:
        return f"{phrase}{match['comma'] or ''} {match['verb']}"
    return f"{match['verb']} {phrase}"


def _write_date(day: date) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}"


def write_figures(text: str) -> str:
    """The sentence with "13 600" as "13,600" and "12.5 per cent" as "12.5%"."""
    text = _PER_CENT.sub(_write_percent, text)
    return _SPACED.sub(_join_thousands, text)


def _write_percent(match: re.Match[str]) -> str:
    number = match["number"]
    if number[0].isdigit():
        return f"{number}%"
    return f"{read_english_words(number)}%"


def _join_thousands(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 40) : match.start()]
    is_long = len(match[0].replace(" ", "")) >= _DIGITS_OF_TELEPHONE
    if _TELEPHONE.search(before) or (is_long and _MAYBE_TELEPHONE.search(before)):
        return match[0]
    return match[0].replace(" ", ",")
