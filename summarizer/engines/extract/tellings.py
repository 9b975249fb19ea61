"""Who speaks in a sentence, and how sure of it: claims, denials, pronouns, condolences. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.models import Language

_QUOTES = '"“「'
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」")
# "Phase I" and 我國, 我們 are no single speaker.
_SINGULAR = re.compile(
    r"(?<!Phase )(?<!Part )(?<!Schedule )(?<!Group )(?<!Class )(?<!Type )(?<!Category )"
    r"(?<!Level )(?<!Annex )(?<!Appendix )(?<!Table )(?<!Tier )(?<!Grade )(?<!Stage )"
    r"\bI\b(?![.)]|-)|\b(?:[Mm]y|[Mm]yself|[Mm]ine|me)\b|(?<!自)我(?![們國區])|本人(?!或|及|的?身分|的?親屬)"
)
# Each alternative begins with a letter, to which a search goes quickly.
_HINT_OF_SELF = re.compile(r"I(?<=\bI)\b|M(?<=\bM)[eyi]|m(?<=\bm)[eyi]|我|本人")
_PRONOUN = re.compile(
    r"^(?:(?:But|And|So|Of course|However|Then|Yes|No|Indeed|In fact|Later|At present|Currently|"
    r"Now|So far|To date|Since then|As a result),? )?"
    r"(?:(?:He|She|They|His|Her|Their|Its|These|Those|Such|Him)\b"
    r"|It\b(?! (?:is|was|has been|will be) (?:\w+ ){0,3}(?:that|to)\b)"
    r"|(?:This|That)\b(?! (?:year|month|week|morning|afternoon|evening|summer|winter|spring|"
    r"autumn|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)))"
    r"|^(?:\w+ ){1,3}(?:of|among) (?:them|these|those)\b"
    r"|^(?:當然|不過|但是?|然而|其實|後來|結果|之後)?，?(?:他|她|它|這|此(?!外|次選舉)|該(?!署|局|處))"
)
_HINTS_OF_CLAIM = (
    "rumo", "laim", "lleg", "irculat", "ome ", "nquir", "傳", "稱", "有人說", "報", "詢",
)  # fmt: skip
_CLAIM = re.compile(
    r"\brumou?r(?:s|ed)?\b|\b(?:claim(?:s|ed)?|alleg(?:es|ed)|allegations?)(?: that\b|:)|"
    r"\bit (?:is|was|has been) alleged\b|\bcirculat(?:ed|ing) (?:on|online|in|via)\b|"
    r"\b[Ss]ome (?:people )?(?:say|said|claim)\b|"
    r"\benquir(?:y|ies) (?:\w+ ){0,4}(?:regarding|about|on|as to|asking) whether\b|"
    r"(?:查詢|詢問)[^。]{0,40}(?:是否|會否|可否|有否)|"
    r"網傳|流傳|謠傳|傳聞|聲稱(?!自己|為|是|來自)|指稱|有人說|該?報[道導](?:稱|指)"
)
_HINTS_OF_DENIAL = (
    "false", "true", "fake", "founded", "abricated", "islead", "efut", "den", "larif", "agree",
    "clear", " no ", "沒有", "聲明", "實", "虛假", "不確", "根據", "捏造", "造謠", "澄清", "否認",
    "駁", "同意", "絕無",
)  # fmt: skip
_DENIAL = re.compile(
    r"\b(?:false|untrue|not true|fake|unfounded|fabricated|misleading|refut\w+|den(?:y|ies|ied)|"
    r"clarif\w+|do not agree|stat(?:e[sd]?|ing) clearly|clearly stat\w+|"
    r"ha(?:s|ve) no (?:\w+ ){0,4}(?:scheme|plan|such|relation|intention))\b|"
    r"嚴正聲明|沒有任何[^，。]{0,16}(?:計劃|關係|安排)|不實|虛假|並非事實|失實|不確|毫無根據|捏造|造謠|澄清|"
    r"否認|反駁|駁斥|並不同意|絕無此事"
)
_HINTS_OF_CONDOLENCE = (
    "condol", "sympath", "sad", "sorrow", "grief", "mourn", "痛", "難過", "悼", "慰", "哀",
)  # fmt: skip
_CONDOLENCE = re.compile(
    r"condolence|sympath|\bsadden|\bsorrow|\bgrief|\bmourn|悲痛|哀痛|難過|哀悼|慰問|悼念|致哀"
)
_HELP = re.compile(
    r"\bwill\b|\bhotline|\bmay (?:call|contact|apply|approach)|\bcalled on\b|\bset up\b|"
    r"\bprovid|\bdeploy|\bassist|\bsupport|\blaunch|將會?|熱線|可致電|呼籲|設立|支援|協助|提供|"
    r"調派|調遣|安排|推出"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence is besides what it says.

    ``dangles``: it speaks of somebody or something that only the sentence before it names.
    ``claims``: it reports what the release may go on to deny; ``denies``: it does so.
    ``condoles``: it only says how sorry somebody is, and tells of no help or measures.
    """

    dangles: bool
    claims: bool
    denies: bool
    condoles: bool


def read_telling(text: str) -> Telling:
    """How a sentence is told."""
    denies = _has(text, _HINTS_OF_DENIAL, _DENIAL)
    return Telling(
        dangles=bool(_PRONOUN.match(text)),
        claims=not denies and _has(text, _HINTS_OF_CLAIM, _CLAIM),
        denies=denies,
        condoles=_has(text, _HINTS_OF_CONDOLENCE, _CONDOLENCE) and not _HELP.search(text),
    )


def _has(text: str, hints: Sequence[str], pattern: re.Pattern[str]) -> bool:
    """Whether a text has the pattern; looked for only where one of the hints stands."""
    return any(hint in text for hint in hints) and bool(pattern.search(text))


def may_be_told(text: str) -> bool:
    """Whether a sentence can be said by another than its speaker: no "I", no torn quotation."""
    plain = _QUOTED.sub("", text) if any(mark in text for mark in _QUOTES) else text
    if '"' in plain or "“" in plain or "”" in plain:
        return False
    return not _HINT_OF_SELF.search(plain) or not _SINGULAR.search(plain)


_QUOTES_ZH = re.compile(
    r"^(?P<who>[^「」，。：]{2,24}?)(?:續說|補充說|說|表示|指出|強調)：「(?P<said>[^「」。]{8,}。)[^「」]*」?$"
)
_QUOTES_EN = re.compile(
    r"^[\"“](?P<said>[^\"“”]{30,}?),[\"”] "
    r"(?P<who>(?:a|the|an) [^\"“”,]{3,90}?) (?:said|added|noted)\.$"
)
_PERSONAL = re.compile(
    r"\b(?:I|we|us|our|ours|my|me|you|your|he|she|they|it|this|these|that|those)\b|[我你您他她它這該]",
    re.IGNORECASE,
)
_SMALL_WORD = re.compile(r"(?:The|A|An|All|Some|In|On|At|As|For|To|Members|People|Any|No)\b")


def report(text: str) -> str:
    """What somebody is quoted with as reported, unless it speaks of itself or of what was before.

    "The lamps are safe," a spokesman said: a spokesman said that the lamps are safe.
    """
    if "：「" in text and (match := _QUOTES_ZH.match(text)):
        if not _PERSONAL.search(match["said"]):
            return f"{match['who']}表示，{match['said']}"
    elif (
        text[:1] in _QUOTES
        and (match := _QUOTES_EN.match(text))
        and not _PERSONAL.search(match["said"])
    ):
        who, said = match["who"], match["said"]
        said = said[0].lower() + said[1:] if _SMALL_WORD.match(said) else said
        return f"{who[0].upper()}{who[1:]} said that {said}."
    return text


_WE_DO = re.compile(
    r"^(?:(?:We|(?P<opening>(?:In|From|By|To|At|On|Next|This|Starting|Over)\b[^,.;]{2,80}, )we))"
    r"(?= (?:will|have|are|shall|plan|expect|aim|launched|introduced|set|completed|provide)\b)"
)
_ANY_WE = re.compile(r"\b(?:we|us|ours|ourselves|you|your|I|my|me)\b", re.IGNORECASE)
_WE_DO_ZH = re.compile(r"^我們(?:亦|也|同時)?(?=會|將|計劃|已|正)")
_OFFICIAL = re.compile(
    r"\b(?:Chief Secretary|Financial Secretary|Secretary for|Chief Executive,|"
    r"Commissioner (?:of|for)|(?<!Executive )Director of|Postmaster General)\b|"
    r"[局司署處]長|行政長官"
)


def speaks_for_government(opening: str) -> bool:
    """Whether the opening of a speech or reply names an official as its speaker."""
    return bool(_OFFICIAL.search(opening))


def speak_for(text: str, language: Language) -> str:
    """An official's "We will …" as "The Government will …"; as it is where that is in doubt."""
    if language == "zh":
        return text if "「" in text else _WE_DO_ZH.sub("政府", text)
    match = _WE_DO.match(text)
    if not match or _ANY_WE.search(text, match.end()):
        return text
    opening = match["opening"] or ""
    subject = "the Government" if opening else "The Government"
    rest = text[match.end() :]
    for pattern, put in _AGREEMENTS:
        rest = pattern.sub(put, rest)
    return f"{opening}{subject}{rest}"


_AGREEMENTS = (
    (re.compile(r"^ have\b"), " has"),
    (re.compile(r"^ are\b"), " is"),
    (re.compile(r"^ shall\b"), " will"),
    (re.compile(r"^ (plan|expect|aim|provide)\b"), r" \1s"),
    (re.compile(r"\bour\b"), "its"),
)
