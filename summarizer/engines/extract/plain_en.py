"""Says English officialese as a newspaper would: "reminded" for "would like to remind". Pure."""

import re

_CONNECTIVE = re.compile(
    r"^(?:(?:in addition|furthermore|moreover|meanwhile|besides|also|additionally|"
    r"at the same time|however|"
    r"therefore|thus|as such|in this regard|in this connection|in particular|of note|"
    r"specifically|separately|"
    r"on the other hand|on another front|for example|for instance|among them|as a result|"
    r"subsequently|to this end|"
    r"under this arrangement|then|moreover|in the meantime|apart from the above|in fact|indeed|"
    r"first(?:ly)?|"
    r"second(?:ly)?|third(?:ly)?|finally|lastly|looking ahead|overall|in short|likewise|"
    r"on the contrary|"
    r"similarly|furthermore),\s+"
    r"|(?:and|but|so(?! far\b))\s+)",
    re.IGNORECASE,
)
# These begin with what a search goes to quickly.
_ALSO = re.compile(
    r"also (?<=[a-z0-9)\"”] also )(?<!but also )(?<!and also )(?<!who also )(?=[a-z])"
)
_GLUED_BRACKET = re.compile(r"\((?<=\w\()(?!s\))")
_GLUED_DAY = re.compile(r"(\d)(?<=(?:ber|ary|uly|une|ust)\d)")
# "The Lantern Bureau (LB) said that the LB will": it will.
_SAME_WHO = re.compile(
    r"^(?P<said>(?:The|A|An) [^,]{3,120} \((?P<short>[A-Z][A-Za-z&]+)\)[^,]{0,60}\bthat,?"
    r"(?: [^,]{3,120},)? )the (?P=short) "
)
# Officialese, and how a newspaper says it.
_WISHES = re.compile(
    r"\b(?:would like|wish(?:es)?) to (?:take this opportunity to |once again |again |also )*"
    r"(?P<verb>remind|urge|alert|advise|appeal|call|invite|warn|encourage|inform|thank|clarify|"
    r"stress|reiterate|emphasise|state|point|announce)\b(?P<clearly> clearly)?"
)
_PAST = {"clarify": "clarified", "appeal": "appealed", "invite": "invited", "advise": "advised"}
_SAID = r"(?:said|announced|stated|noted|added|reminded|urged|stressed|appealed|pointed out)\b"
_WHEN = r"(?:(?:today|yesterday) (?:\([^()]*\) )?)?"
_SPOKESMAN = re.compile(
    rf"^(?:A|An|The) spokes(?:man|person|woman) (?:for|of) (?P<who>the [^,]{{3,90}}?) "
    rf"(?={_WHEN}{_SAID})"
    rf"|^(?:The|An?) (?P<own>[A-Z][^,]{{1,80}}?)(?:'s|’s)? spokes(?:man|person|woman) "
    rf"(?={_WHEN}{_SAID})"
)
# A hint that the sentence has it, the expression, and what it becomes.
_PLAINER = (
    ("public who", re.compile(r"\b(?:[Mm]embers of the|the general) public (?=who\b)"), "people "),
    ("public", re.compile(r"\b(?:[Mm]embers of the|the general) public\b"), "the public"),
    ("a total of", re.compile(r"(?<=[a-z,] )a total of (?=\$?\d)"), ""),
    (
        " value of ",
        re.compile(
            r"\bwith (?:a |an )?(?:total )?(?:estimated )?(?:total )?"
            r"(?:market |street |retail )?value of"
            r"(?= (?:about |around |over |more than |some |nearly )?(?:HK)?\$"
            r"(?![^.,;]{0,30} and (?:an?|the)\b))"
        ),
        "worth",
    ),
    (
        "duty potential",
        re.compile(
            r"\bwith (?:a |an )?(?:total )?(?:estimated )?(?:total )?(?:market |street )?value of"
            r"(?= (?P<value>(?:about |around |over |more than )?(?:HK)?\$[\d.,]+(?: million)?)"
            r" and (?=(?:a |an )?duty potential))"
        ),
        "worth",
    ),
    # A centre or an office is known without the department that it is part of.
    (
        " of the ",
        re.compile(
            r"(?P<name>\b[Tt]he (?:Centre for|Office (?:of|for)|(?:[A-Z][\w’'-]* ){1,4}(?:Office|"
            r"Centre|Branch|Unit|Division))(?: (?:the |of |for |and )*[A-Z][\w’'-]*)*"
            r"(?: \([A-Z][A-Za-z&]+\))?) of the (?:Department of [A-Z]\w+|"
            r"(?:[A-Z][\w’'-]*,? (?:and )?){1,5}Department)(?: \([A-Z]+\))?(?= [a-z])"
        ),
        r"\g<name>",
    ),
    (
        "Government",
        re.compile(
            r"(?P<the>\b[Tt]he )(?:Government of the Hong Kong Special Administrative Region"
            r"(?: of the People[’']s Republic of China)?(?: \(HKSAR\))?|(?:Hong Kong Special "
            r"Administrative Region(?: \(HKSAR\))?|HKSAR|Hong Kong SAR) Government\b)"
            r"(?: \(HKSARG?\))?"
        ),
        r"\g<the>Government",
    ),
    # So a notice of false websites always ends.
    (
        "through or in response to",
        re.compile(
            r"has provided his or her personal information, or who has conducted any financial "
            r"transactions, through or in response to (?:the |these |those )?[^:;.]{3,90}? "
            r"concerned,?(?= should)"
        ),
        "has provided personal information, or conducted transactions, in response",
    ),
    ("by contacting", re.compile(r"\bby contacting the [A-Z][\w ]{5,70} at(?= \d)"), "on"),
    ("with effect", re.compile(r"\bwith effect from\b"), "from"),
    (" to ", re.compile(r"\b(?:in order|so as) to\b"), "to"),
    ("prior to", re.compile(r"\bprior to\b"), "before"),
    ("vicinity", re.compile(r"\bin the vicinity of\b"), "near"),
    (
        "a year earlier",
        re.compile(
            r"\b(?:as |when )?(?:compared (?:with|to)|over) (?:that (?:of|in) )?"
            r"(?:the )?(?:same (?:month|period|quarter) )?a year earlier\b"
        ),
        "from a year earlier",
    ),
    (" persons", re.compile(r"(?<=\d )persons\b"), "people"),
)


def drop_connective(text: str) -> str:
    """The sentence without "In addition," and the like at its start, and without "also"."""
    while match := _CONNECTIVE.match(text):
        rest = text[match.end() :]
        if not rest:
            break
        text = rest[0].upper() + rest[1:]
    return _ALSO.sub("", text)


def make_plain(text: str) -> str:
    """The sentence as a newspaper would say it: "reminded" for "would like to remind"."""
    text = _GLUED_DAY.sub(r" \1", _GLUED_BRACKET.sub(" (", text))
    if " to " in text:
        text = _WISHES.sub(_write_deed, text)
    if " spokes" in text:
        text = _SPOKESMAN.sub(_name_body, text)
    if " that" in text and "(" in text:
        text = _SAME_WHO.sub(r"\g<said>it ", text)
    for hint, pattern, plainer in _PLAINER:
        if hint in text:
            text = pattern.sub(plainer, text)
    return text[:1].upper() + text[1:]


def _name_body(match: re.Match[str]) -> str:
    """The body that a spokesman speaks for."""
    who = match["who"]
    return f"{who[0].upper()}{who[1:]} " if who else f"The {match['own']} "


def _write_deed(match: re.Match[str]) -> str:
    verb = match["verb"]
    return _PAST.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed")
