"""Shorter forms of an English sentence that are still whole sentences. Pure.

Each cut takes away something that the sentence stands without: an aside, an attribution, an
opening phrase, a trailing clause. What is left must have a main clause of its own; where
that is in doubt the cut is not made.
"""

import re
from collections.abc import Iterator

from summarizer.brackets import drop_asides

_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|may|might|can|could|must|should|shall|does|"
    r"did|do|"
    r"cannot|won't|said|held|met|began|rose|fell|grew|made|took|gave|led|won|sent|saw|found|"
    r"left|told|"
    r"spoke|brought|sought|put|remains?|became|became|stood|ran|lost|drew|kept|set|went|came|"
    r"got|paid|"
    r"express(?:es)?|extends?|welcomes?|continues?|expects?|appeals?|reminds?|urges?|calls?|aims?|plans?|hopes?|"
    r"intends?|believes?|"
    r"includes?|covers?|comprises?|provides?|requires?|supports?|applies|apply|takes?|needs?|"
    r"[a-z]{2,}ed)\b"
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|may|might|can|could|must|should|shall|does|"
    r"did|do|cannot|said|remains?)\b"
)
_SUBORDINATE = re.compile(
    r"^(?:as|while|when|where|if|unless|although|though|since|because|after|before|until|once|"
    r"given|"
    r"in (?:view|response|order|light|addition|accordance|line|case|the|this|that|recent|a|an|"
    r"collaboration|"
    r"support|celebration|anticipation)|to|with|due|owing|following|regarding|during|upon|"
    r"apart|besides|at|on|"
    r"for|from|under|by|through|over|according|based|subject|pursuant|among|of|despite|except|"
    r"including|"
    r"amid|against|between|like|unlike|aside|together|separately|looking|having|being|using|"
    r"noting|building|"
    r"taking|concerning|considering|starting|beginning|speaking|addressing|commencing|early|"
    r"late|earlier|[a-z]+ing)\b",
    re.IGNORECASE,
)
# Why it is done may go; under what condition, of what and since when may not.
_PURPOSE = re.compile(
    r"^(?:in (?:view|response|order|light|addition|recognition|support|celebration) |"
    r"to (?!date)|with (?!effect)|due |owing |given |"
    r"following |as (?!at\b|of\b)|while |since |because |regarding |upon |besides|recognising|"
    r"considering|noting|having|looking|"
    r"apart from |concerning |amid |despite |aiming )",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:if|unless|except|provided that|only if|not|until|without)\b", re.IGNORECASE
)
_ASIDE = re.compile(r"\s\((?![^()]*\d{4})[^()]*\)|\s\([^()]*\([^()]*\)[^()]*\)")
# Not the meaning of an abbreviation, and without a figure.
_MERE_ASIDE = re.compile(r"\s\((?![^()]*\d)(?![A-Z&]{2,}\))[^()]{4,}\)")
_MEANING = re.compile(r"\s\((?:i\.e\.|that is|namely|e\.g\.)[^()]*\)")
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
    r"similarly|furthermore),\s+"
    r"|(?:and|but|so)\s+)",
    re.IGNORECASE,
)
_ALSO = re.compile(r"(?<!but )(?<!and )(?<!who )(?<=[a-z)] )\balso (?=[a-z])")
_CONDOLING_TAIL = re.compile(
    r",? and (?:(?:also )?(?:extends?|wish(?:es)?|conveys?|prays?|offers?|expresses?)) .*$"
)
_SAYING = (
    r"(?:said|announced|stated|noted|added|pointed out|remarked|stressed|explained|reiterated|"
    r"emphasised|reminded"
    r"|indicated|told reporters|revealed|confirmed)"
)
_SPOKESMAN = re.compile(
    rf"^(?:A|An|The) (?:spokes(?:man|person|woman)) (?:for|"
    rf"of) (?P<who>the [^,]{{3,90}}?) (?P<say>{_SAYING}) "
)
_SPOKESMAN_OWN = re.compile(
    rf"^(?:The|An?) (?P<who>[A-Z][^,]{{1,80}}?)(?:'s|’s)? spokes(?:man|person|"
    rf"woman) (?P<say>{_SAYING}) "
)
_ATTRIBUTION = re.compile(
    rf"^(?P<who>(?:The|A|An|Mr|Ms|Dr|Professor)\b[^,]{{1,100}}?) (?:today |also |"
    rf"further )?{_SAYING}"
    rf"(?P<when> on [A-Z][a-z]+ \d+)?(?: that)?(?P<comma>,)? "
)
_TAIL_SAYING = re.compile(
    rf",\s(?:(?:the|a|an) (?:[\w-]+ ){{0,6}}|(?:Mr|Ms|Dr) (?:[\w-]+ ){{1,3}}|he |she |"
    rf"it )(?:also |further )?{_SAYING}"
    rf"(?: on [A-Z][a-z]+ \d+)?\.$"
)
_TAILS = (
    r"[,;–—] (?:with(?! effect)|including|such as|namely|so as to|so that|in order to|"
    r"in a bid to|which|who|whose|"
    r"where|while|whilst|whereas|thereby|thus|as well as|especially|particularly|covering|"
    r"ranging|comprising|"
    r"bringing|making|ensuring|reducing|enabling|allowing|providing|helping|aiming|"
    r"demonstrating|reflecting|"
    r"mitigating|continuing|offering|representing|targeting|involving|leading|giving|taking|"
    r"setting|using|"
    r"showing|marking|creating|fostering|promoting|enhancing|strengthening|assisting|adding|"
    r"noting|following|"
    r"for example|for instance|after which|among (?:which|whom|them)|and (?:will|has|have|is|"
    r"are|was|were|may|"
    r"should|also)|but|headed by|led by|as)\b"
    r"|, and (?=(?:the|it|they|its|their|all|members|[A-Z]\w+) )"
    r"|;(?= (?:the|it|they|all|members|[A-Z])) | - (?=[a-z])| – (?=[a-z])"
    r"| (?:with a view to|in order to|so as to|in a bid to|aiming to|as well as to|"
    r"in accordance with|with the aim of)\b"
)
_TAIL = re.compile(_TAILS)
_DANGLING = re.compile(
    r"\b(?:the|a|an|of|to|and|or|for|with|by|in|on|at|from|that|which|who|as|than|between|both|"
    r"either|such|"
    r"its|their|is|are|was|were|has|have|will|including|announced|if|when|where|while|about|into)$",
    re.IGNORECASE,
)
_MOST_VARIANTS = 14
_LONG = 60  # words


def drop_connective(text: str) -> str:
    """The sentence without "In addition," and the like at its start, and without "also"."""
    while match := _CONNECTIVE.match(text):
        rest = text[match.end() :]
        if not rest:
            break
        text = rest[0].upper() + rest[1:]
    return _ALSO.sub("", text)


def list_variants(text: str) -> tuple[str, ...]:
    """The sentence and its shorter forms, each a whole sentence, the longest first."""
    found = dict.fromkeys([text])
    for cut in (
        _drop_spokesman,
        _drop_asides,
        _drop_tail_saying,
        _drop_opening,
        _drop_tail,
        _drop_condolences,
        _drop_attribution,
    ):
        for form in tuple(found):
            for shorter in cut(form):
                if len(found) < _MOST_VARIANTS and is_whole(shorter):
                    found.setdefault(shorter)
    if min(len(form.split()) for form in found) > _LONG:
        found |= dict.fromkeys(_cut_anywhere(text))
    return tuple(sorted(found, key=len, reverse=True))


def _cut_anywhere(text: str) -> Iterator[str]:
    """Cuts at any comma that leaves a whole sentence: the last resort for one far too long."""
    for match in re.finditer(r",", _mask(text)):
        shorter = f"{text[: match.start()]}."
        if 8 <= len(shorter.split()) <= _LONG and is_whole(shorter):
            yield shorter


def is_whole(text: str) -> bool:
    """Whether a text reads as one full sentence: balanced, with a main clause and an end."""
    body = text.rstrip(".!?\"'”’) ")
    if not text or (not text[0].isupper() and not text[0].isdigit() and text[0] not in '"“$'):
        return False
    if (
        text.count("(") != text.count(")")
        or text.count('"') % 2
        or text.count("“") != text.count("”")
    ):
        return False
    if len(body.split()) < 5 or _DANGLING.search(body):
        return False
    return _has_main_clause(body)


def may_stand(text: str) -> bool:
    """Whether a sentence of the source has a verb, unless it begins as only a phrase does."""
    return bool(_FINITE.search(text)) or not _SUBORDINATE.match(text)


def _has_main_clause(body: str) -> bool:
    main = _strip_opening(body) if _SUBORDINATE.match(body) else body
    if main is None or not _FINITE.search(main):
        return False
    complement = re.search(rf"\b{_SAYING}(?: on \w+ \d+)? that\b,?(?P<rest>.*)$", main)
    if not complement:
        return True
    rest = complement["rest"].strip()
    if _SUBORDINATE.match(rest):
        stripped = _strip_opening(rest)
        return stripped is not None and bool(_FINITE.search(stripped))
    return bool(_FINITE.search(rest))


def _mask(text: str) -> str:
    """The text with what stands in brackets or quotes blanked, lengths kept."""
    return re.sub(r"\([^()]*\)|\"[^\"]*\"|“[^”]*”", lambda match: "x" * len(match[0]), text)


def _strip_opening(text: str) -> str | None:
    """The sentence from its main clause on, where that can be told."""
    masked = _mask(text)
    for match in re.finditer(r", ", masked):
        rest = masked[match.end() :]
        subject = re.match(
            r"(?:(?:the|an?|its|their|all|some|most|many|more|both|members|residents|motorists|"
            r"persons|people|"
            r"participants|applicants|employers|visitors|free|special|it|they|he|she|there|"
            r"this|these|any|no|\d[\d,.]*|\$[\d,.]+)\b|[A-Z])"
            r"(?:[^,;]{0,80}?)\b(?=(?:also |jointly |then |still |now )?"
            r"(?:is|are|was|were|has|have|had|will|would|may|might|can|could|must|should|shall|"
            r"does|did|do|said|"
            r"held|met|made|took|set|began|found|launched|announced|received|seized|arrested|"
            r"established|organised|"
            r"conducted|issued|completed|rose|fell|increased|decreased|recorded|accounted|"
            r"remain|remains|continued|"
            r"attended|visited|signed|called|urged|reminded|provides?|appeals?|urges?|reminds?|"
            r"welcomes?|expects?)\b)",
            rest,
        )
        if subject and " and " not in masked[match.start() - 1 : match.start()]:
            return text[match.end() :]
    return None


def _capitalise(text: str) -> str:
    return text[0].upper() + text[1:] if text else text


def _drop_spokesman(text: str) -> Iterator[str]:
    for pattern in (_SPOKESMAN, _SPOKESMAN_OWN):
        if match := pattern.match(text):
            who = match["who"]
            named = _capitalise(who) if who.startswith("the ") else f"The {who}"
            yield f"{named} {match['say']} {text[match.end() :]}"


def _drop_asides(text: str) -> Iterator[str]:
    """Without what stands in brackets: first what is not the meaning of an abbreviation."""
    for aside in (_MEANING, _MERE_ASIDE, _ASIDE):
        if (form := drop_asides(text, aside, "en")) != text:
            yield form


def _drop_tail_saying(text: str) -> Iterator[str]:
    if match := _TAIL_SAYING.search(text):
        yield f"{text[: match.start()]}."


def _drop_opening(text: str) -> Iterator[str]:
    """Without an opening phrase: "In view of the fire, the Police will …"."""
    if _PURPOSE.match(text) and (rest := _strip_opening(text)):
        yield _capitalise(rest)
    inner = re.match(rf"^(.{{3,120}}?\b{_SAYING}(?: on \w+ \d+)?) that,? (?P<rest>.*)$", text)
    if inner and _PURPOSE.match(inner["rest"]) and (rest := _strip_opening(inner["rest"])):
        yield f"{inner[1]} that {rest}"


def _drop_tail(text: str) -> Iterator[str]:
    """Cut before each trailing clause in turn, the last first."""
    masked = _mask(text)
    for match in reversed(list(_TAIL.finditer(masked))):
        if _closes_aside(masked, match) or _CONDITION.search(
            masked[match.start() : match.end() + 12]
        ):
            continue
        if re.match(r", \w+ing\b", match[0]) and re.search(
            r"(?:, (?!including)|by )\w+ing\b", masked[: match.start()]
        ):
            continue  # one of several: cutting here would leave a list without its end
        yield f"{text[: match.start()].rstrip(' ,;–—-')}."


def _drop_condolences(text: str) -> Iterator[str]:
    """Without how else sympathy is expressed: "…grief over the fire (and extend condolences)"."""
    if re.search(r"condolence|sympath|speedy recovery", text):
        yield _CONDOLING_TAIL.sub("", text).rstrip(".") + "."


def _closes_aside(masked: str, match: re.Match[str]) -> bool:
    """Whether the clause before the cut leans on what comes after: "both … and", "between …"."""
    before = masked[: match.start()]
    return bool(
        re.search(
            r"\b(?:both|between|either|neither|not only|whether)\b(?!.*\band\b)", before[-60:]
        )
    )


def _drop_attribution(text: str) -> Iterator[str]:
    """Without "The spokesman said that": what was said stands alone."""
    match = _ATTRIBUTION.match(text)
    if not match or re.match(r"(?:it|they|he|she|its|their|this)\b", text[match.end() :]):
        return
    rest = text[match.end() :]
    if re.match(
        r"(?:the|an?|all|members|[A-Z]|more|over|about|there|\d)", rest
    ) and _AUXILIARY.search(rest):
        yield _capitalise(rest)
