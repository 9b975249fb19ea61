"""Whether English words make a whole sentence: its verb, its opening, its end. Pure."""

import re

_FINITE_LIST = """
    advise advises aim aims alert alerts appeal appeals applies apply are became began believe
    believes brought call calls came can cannot comprise comprises continue continues could
    cover covers did do does drew expect expects express expresses extend extends fell found
    gave got grew had has have held hope hopes include includes intend intends is kept led left
    lost made may met might must need needs paid plan plans provide provides put ran remain
    remains remind reminds require requires rose said saw sent set shall should sought spoke
    stood support supports take takes told took urge urges warn warns was welcome welcomes went
    were will won won't would
"""
_FINITE = frozenset(_FINITE_LIST.split())
_LOWER_WORD = re.compile(r"\b[a-z][a-z']*")
AUXILIARY = (
    r"\b(?:is|are|was|were|has|have|had|will|would|may|might|can|could|must|should|shall|does|"
    r"did|do|cannot|said|remains?)\b"
)
_AUXILIARY = re.compile(AUXILIARY)
SUBORDINATE = re.compile(
    r"^(?:as|while|when|where|if|unless|although|though|since|because|after|before|until|once|"
    r"given|in (?:view|response|order|light|addition|accordance|line|case|the|this|that|recent|a|"
    r"an|collaboration|support|celebration|anticipation)|to|with|due|owing|following|regarding|"
    r"during|upon|apart|besides|at|on|for|from|under|by|through|over|according|based|subject|"
    r"pursuant|among|of|despite|except|including|amid|against|between|like|unlike|aside|together|"
    r"separately|looking|having|being|using|noting|building|taking|concerning|considering|"
    r"starting|beginning|speaking|addressing|commencing|early|late|earlier|[a-z]+ing)\b",
    re.IGNORECASE,
)
# Why it is done may go; under what condition, of what and since when may not.
PURPOSE = re.compile(
    r"^(?:in (?:view|response|order|light|addition|recognition|support|celebration) |"
    r"to (?!date)|with (?!effect)|due |owing |given |following |as (?!at\b|of\b)|while |since |"
    r"because |regarding |upon |besides|recognising|considering|noting|having|looking|apart from |"
    r"concerning |amid |despite |aiming |through |as part of )",
    re.IGNORECASE,
)
SAYING = (
    r"(?:said|announced|stated|noted|added|pointed out|remarked|stressed|explained|reiterated|"
    r"emphasised|reminded|indicated|told reporters|revealed|confirmed|reminds|states|hopes|"
    r"believes|considers|noted with concern)"
)
_COMPLEMENT = re.compile(rf"\b{SAYING}(?: on \w+ \d+)? that\b,?(?P<rest>.*)$")
_SUBJECT = re.compile(
    r"(?:(?:the|an?|its|their|all|some|most|many|more|both|members|residents|motorists|persons|"
    r"people|participants|applicants|employers|visitors|free|special|it|they|he|she|there|this|"
    r"these|any|no|\d[\d,.]*|\$[\d,.]+)\b|[A-Z])(?:[^,;]{0,80}?)\b(?=(?:also |jointly |then |"
    r"still |now )?(?:is|are|was|were|has|have|had|will|would|may|might|can|could|must|should|"
    r"shall|does|did|do|said|held|met|made|took|set|began|found|launched|announced|received|"
    r"seized|arrested|established|organised|conducted|issued|completed|rose|fell|increased|"
    r"decreased|recorded|accounted|remain|remains|continued|attended|visited|signed|called|urged|"
    r"reminded|provides?|appeals?|urges?|reminds?|welcomes?|expects?)\b)"
)
_SURE_VERB = re.compile(
    r"(?<!who )(?<!which )(?<!that )(?<!what )(?<!where )\b(?:is|are|was|were|has|have|had|will|"
    r"would|may|might|can|could|must|should|shall|does|did|do|cannot|said|held|met|began|rose|fell|"
    r"took|became|went|came|remains?|continues?|reached)\b"
)
_PRONOUN = re.compile(r"(?:it|they|he|she|its|their|this|his|her|these|such)\b")
_SUBJECT_STARTS = re.compile(r"(?:the|an?|all|members|[A-Z]|more|over|about|there|some|no|\d|\$)")
_GROUP = re.compile(r"\([^()]*\)|\"[^\"]*\"|“[^”]*”")
_COMMA = re.compile(", ")
_DANGLING_LIST = """
    a about also an and announced are as at be been between both by either etc for from has have
    if in including into is its less more no not of on only or over per reminded said such than
    that the their to under very was were when where which while who will with
"""
_DANGLING = frozenset(_DANGLING_LIST.split())


def is_whole(text: str) -> bool:
    """Whether a text reads as one full sentence: balanced, with a main clause and an end."""
    body = text.rstrip(".!?\"'”’) ")
    if not text or not (text[0].isupper() or text[0].isdigit() or text[0] in '"“$'):
        return False
    if text.count("(") != text.count(")") or text.count("“") != text.count("”"):
        return False
    words = body.split()
    if text.count('"') % 2 or len(words) < 5 or words[-1].lower() in _DANGLING:
        return False
    return _has_main_clause(body)


def keeps_verb(form: str, text: str) -> bool:
    """Whether a shortened sentence still has a verb as sure as the whole one's.

    "Persons aged 75 or above" of "Persons aged 75 or above will be given …" has none.
    """
    return not _SURE_VERB.search(mask(text)) or bool(_SURE_VERB.search(mask(form)))


def has_verb(text: str) -> bool:
    """Whether a text has a word that is, or looks like, a finite verb."""
    return any(
        word in _FINITE or (word.endswith("ed") and len(word) > 3)
        for word in _LOWER_WORD.findall(text)
    )


def may_stand(text: str) -> bool:
    """Whether a sentence of the source has a verb, unless it begins as only a phrase does."""
    return not SUBORDINATE.match(text) or has_verb(text)


def begins_clause(text: str) -> bool:
    """Whether a subject with its verb comes first, and no pronoun of what stood before."""
    if _PRONOUN.match(text):
        return False
    return bool(_SUBJECT_STARTS.match(text) and _AUXILIARY.search(text))


def mask(text: str) -> str:
    """The text with what stands in brackets or quotes blanked, lengths kept."""
    return _GROUP.sub(lambda match: "x" * len(match[0]), text)


def strip_opening(text: str) -> str | None:
    """The sentence from its main clause on, where that can be told."""
    masked = mask(text)
    for match in _COMMA.finditer(masked):
        if _SUBJECT.match(masked, match.end()):
            return text[match.end() :]
    return None


def _has_main_clause(body: str) -> bool:
    main = strip_opening(body) if SUBORDINATE.match(body) else body
    if main is None or not has_verb(main):
        return False
    complement = _COMPLEMENT.search(main) if " that" in main else None
    if not complement:
        return True
    rest = complement["rest"].strip()
    if SUBORDINATE.match(rest):
        stripped = strip_opening(rest)
        return stripped is not None and has_verb(stripped)
    return has_verb(rest)
