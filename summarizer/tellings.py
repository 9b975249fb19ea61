"""Who speaks in a sentence, and how sure of it: claims, denials, pronouns, condolences. Pure."""

import re
from dataclasses import dataclass

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」")
# "Phase I" and 我國, 我們 are no single speaker.
_SINGULAR = re.compile(
    r"(?<!Phase )(?<!Part )(?<!Schedule )(?<!Group )(?<!Class )(?<!Type )(?<!Category )"
    r"(?<!Level )(?<!Annex )(?<!Appendix )(?<!Table )(?<!Tier )(?<!Grade )(?<!Stage )"
    r"\bI\b(?![.)]|-)|\b(?:[Mm]y|[Mm]yself|[Mm]ine|me)\b|(?<!自)我(?![們國區])|本人(?!或|及|的?身分|的?親屬)"
)
_PRONOUN = re.compile(
    r"^(?:(?:But|And|So|Of course|However|Then|Yes|No|Indeed|In fact|Later),? )?"
    r"(?:(?:He|She|They|His|Her|Their|Its|These|Those|Such|Him)\b"
    r"|It\b(?! (?:is|was|has been|will be) (?:\w+ ){0,3}(?:that|to)\b)"
    r"|(?:This|That)\b(?! (?:year|month|week|morning|afternoon|evening|summer|winter|spring|"
    r"autumn|Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)))"
    r"|^(?:\w+ ){1,3}(?:of|among) (?:them|these|those)\b"
    r"|^(?:當然|不過|但是?|然而|其實|後來|結果|之後)?，?(?:他|她|它|這|此(?!外|次選舉)|該(?!署|局|處))"
)
_CLAIM = re.compile(
    r"\brumou?r(?:s|ed)?\b|\b(?:claim(?:s|ed)?|alleg(?:es|ed)|allegations?)(?: that\b|:)|"
    r"\bit (?:is|was|has been) alleged\b|\bcirculat(?:ed|ing) (?:on|online|in|via)\b|"
    r"\b[Ss]ome (?:people )?(?:say|said|claim)\b|"
    r"網傳|流傳|謠傳|傳聞|聲稱(?!自己|為|是|來自)|指稱|有人說|該?報[道導](?:稱|指)"
)
_DENIAL = re.compile(
    r"\b(?:false|untrue|not true|fake|unfounded|fabricated|misleading|refut\w+|den(?:y|ies|ied)|"
    r"clarif\w+|do not agree)\b|不實|虛假|並非事實|失實|不確|毫無根據|捏造|造謠|澄清|"
    r"否認|反駁|駁斥|並不同意|絕無此事"
)
_CONDOLENCE = re.compile(
    r"condolence|sympath|\bsadden|\bsorrow|\bgrief|\bmourn|悲痛|哀痛|難過|哀悼|慰問|悼念|致哀"
)
_HELP = re.compile(
    r"\bwill\b|\bhotline|\bmay (?:call|contact|apply|approach)|\bcalled on\b|\bset up\b|"
    r"\bprovid|\bdeploy|\bassist|\bsupport|\blaunch|將會?|熱線|可致電|呼籲|設立|支援|協助|提供|"
    r"調派|調遣|安排|推出"
)
_ANNOUNCEMENT = re.compile(
    r"\b(?:will|plans? to|launch(?:es)?|set aside|introduc\w+|earmark\w*|allocat\w+)\b|將|會|"
    r"推出|預留|撥款|計劃"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a sentence is besides what it says.

    ``dangles``: it speaks of somebody or something that only the sentence before it names.
    ``claims``: it reports what the release may go on to deny; ``denies``: it does so.
    ``condoles``: it only says how sorry somebody is; ``helps``: it tells of help or measures.
    ``announces``: it says what will be done.
    """

    dangles: bool
    claims: bool
    denies: bool
    condoles: bool
    helps: bool
    announces: bool


def read_telling(text: str) -> Telling:
    """How a sentence is told."""
    denies = bool(_DENIAL.search(text))
    helps = bool(_HELP.search(text))
    return Telling(
        dangles=bool(_PRONOUN.search(text)),
        claims=bool(_CLAIM.search(text)) and not denies,
        denies=denies,
        condoles=bool(_CONDOLENCE.search(text)) and not helps,
        helps=helps,
        announces=bool(_ANNOUNCEMENT.search(text)),
    )


def may_be_told(text: str) -> bool:
    """Whether a sentence can be said by another than its speaker: no "I", no torn quotation."""
    plain = _QUOTED.sub("", text)
    torn = plain.count('"') or plain.count("“") or plain.count("”")
    return not torn and not _SINGULAR.search(plain)
