"""What an English sentence can stand without: asides, attributions, purposes, tails. Pure.

Families of expressions, each of which leaves a whole sentence that still says what the source
says. Under what condition, of what, and how many may never go.
"""

import re
from collections.abc import Iterator

from summarizer.brackets import find_brackets_in_names, may_drop
from summarizer.engines.extract.clauses_en import (
    AUXILIARY,
    PURPOSE,
    SAYING,
    begins_clause,
    has_verb,
    mask,
    strip_opening,
)
from summarizer.engines.extract.cuts import Cut

_MEANING = re.compile(r"\s\((?:i\.e\.|that is|namely|e\.g\.)[^()]*\)")
_ASIDE = re.compile(r"\s\((?![^()]*\d{4})[^()]*\)|\s\([^()]*\([^()]*\)[^()]*\)")
_CONDITION = re.compile(
    r"\b(?:if|unless|except|provided that|only if|not|until|without|no longer|subject to)\b",
    re.IGNORECASE,
)
_ATTRIBUTION = re.compile(
    rf"^(?:The|A|An|Mr|Ms|Dr|Professor)\b[^,]{{1,100}}? (?:today |also |further )?{SAYING}"
    rf"(?P<when> on [A-Z][a-z]+ \d+)?(?: (?:members of )?the public)? ?(?:that|,) "
)
_TAIL_SAYING = re.compile(
    rf",\s(?:(?:the|a|an) (?:[\w-]+ ){{0,6}}|(?:Mr|Ms|Dr) (?:[\w-]+ ){{1,3}}|he |she |"
    rf"it )(?:also |further )?{SAYING}(?P<when> on [A-Z][a-z]+ \d+)?\.$"
)
# What may end a sentence early, with a comma or the like before it …
_TAIL = re.compile(
    r"[,;–—] (?:with(?! effect)|including|such as|namely|so as to|so that|in order to|"
    r"in a bid to|which|who|whose|where|while|whilst|whereas|thereby|thus|as well as|especially|"
    r"particularly|for example|for instance|after which|among (?:which|whom|them)|"
    r"and (?:also |then |they |it )?(?:will|has|have|is|are|was|were|may|can|should|would)|but|"
    r"headed by|led by|as|because|since|after|before|when|following|upon|through|by|under|in|"
    r"pending|amid|despite|according to|down|up|compared|mainly|"
    r"(?:[a-z]+ing)(?= (?:the|an?|its|their|his|her|all|more|over|about|up|to|in|from|with|that|"
    r"at|for|on|local|affected|relevant|\d|\$))|(?:bringing|making|ensuring|reducing|enabling|"
    r"allowing|providing|helping|mitigating|offering|giving|creating|fostering|promoting|"
    r"enhancing|strengthening|adding|welcoming|covering|ranging|comprising))\b"
    r"|, and (?=(?:the|it|they|its|their|all|members|[A-Z]\w+|[a-z]+ed|[a-z]+s|a|some|about|"
    r"\d\S*) )"
    r"|;(?= (?:the|it|they|all|members|and|[A-Z])) | - (?=[a-z])| – (?=[a-z])"
)
# … and without one: why, for what, by what means.
_BARE_TAIL = re.compile(
    r" (?:with a view to|in order to|so as to|so that|in a bid to|aiming (?:to|at)|as well as to|"
    r"in accordance with|in line with|with the aim of|for the purpose of|in response to|"
    r"in view of|in light of|in an effort to|through|because of|due to|owing to|as a result of|"
    r"on the theme of|for (?:further |immediate |urgent )?"
    r"(?:treatment|isolation|investigation|enquiries|testing|examination|follow-up|details|"
    r"management|assistance|handling|consideration|reference)|"
    r"as soon as possible|as (?:quickly|early) as possible|where (?:necessary|appropriate)|"
    r"as (?:needed|necessary|appropriate)|if necessary|in due course|for the time being|"
    r"and (?:also )?(?:extends?|conveys?|offers?)|at present|in an orderly manner|when necessary|"
    r"and (?:will|has|have|would|may|can|should|is|are|was|were)|"
    r"or (?:its dedicated|email|e-mail|visit|browse|write to)|"
    r"during (?:office|working|business) hours|"
    r"and (?:[a-z]+ed)(?= (?:the|a|an|that|its|more|all|to|\d|\$))|while|whereas|such as)\b"
)
_INFINITIVE = re.compile(
    r"(?P<before>\b[\w’'%)-]+) to (?:(?:[a-z]+ly|better|further|help|also) )?"
    r"(?:provide|assist|support|ensure|help|facilitate|enhance|ease|promote|meet|address|cope|"
    r"strengthen|allow|enable|raise|improve|protect|prevent|reduce|minimise|avoid|cater|serve|"
    r"safeguard|combat|maintain|encourage|foster|deepen|explore|introduce|follow|deal|tackle|"
    r"handle|collect|gather|boost|accommodate|alleviate|relieve|mark|celebrate|showcase|alert|"
    r"remind|inform|disseminate|monitor|give|make|learn|understand|share|discuss|exchange|"
    r"commemorate|elaborate|answer|arrange|expedite|relay|attract|deter|keep|let|see|take)\b"
)
# After these an infinitive is what is said, not why.
_NEEDS_INFINITIVE = re.compile(
    r"(?:will|would|need|needs|needed|continue[sd]?|continuing|plan(?:s|ned)?|decide[sd]?|"
    r"agree[sd]?|hope[sd]?|wish(?:es|ed)?|like|able|unable|expected|required|allowed|permitted|"
    r"advised|reminded|urged|encouraged|invited|asked|ordered|requested|committed|likely|ready|"
    r"willing|eligible|entitled|due|set|going|public|people|citizens|motorists|residents|"
    r"employers|owners|members|parents|schools|operators?|contractors?|used|liable|prepared|"
    r"intends?|intended|aims?|aimed|seeks?|sought|tr(?:y|ies|ied)|attempt(?:s|ed)?|efforts?|"
    r"failed|fails?|refused|has|have|had|is|are|was|were|be|right|duty|power|opportunity|and|or|"
    r"not|how|whether|what|when|where|enough|order|view|best|begin|began|start(?:ed)?|proposed?|"
    r"proposes|undertake|pledged?|dedicated|obliged|responsible|way|ways|time|chance|ability|"
    r"again|travellers|visitors|drivers|applicants|persons|them|him|her|us|anyone|everyone|those)$",
    re.IGNORECASE,
)
# Between two commas, before the verb or at a joint: "Mr Ko, a lamplighter, will …".
_MIDDLE = re.compile(
    r", (?:which|who|whose|where|with|as|upon|in|headed|led|including|such as|especially|"
    r"particularly|based|located|organised|supported|funded|by|through|under|after|following|"
    r"together with|along with|also|for example|for instance|if necessary|where appropriate|"
    r"where (?:necessary|applicable)|a|an|the|depending|taking|having|being|subject|like|"
    r"mainly|mostly|among|at|on|from|for|since|because|due|owing|amid|[a-z]+(?:ed|ing))\b"
    r"[^,;:]{2,160}(?=, )"
)
_AFTER_MIDDLE = re.compile(rf", (?={AUXILIARY}|(?:[a-z]+ed|said|held|met|took|made|rose|fell) )")
_SECOND = re.compile(
    r"; (?:and )?(?=the |an? |all |[A-Z]|\d)|, (?:and|while) (?=the |[A-Z]|\d|all )"
)
_IN_THAT = re.compile(rf"\b{SAYING}\b|\b(?:that|whether|who|which)\b")
_ADVERB = re.compile(
    r" (?<!\band )(?<!\bor )(?<!\bnot )(?<!, )(?:promptly|actively|continuously|closely|fully|"
    r"proactively|immediately|strictly|"
    r"expeditiously|flexibly|jointly|specially|seriously|strongly|earnestly|solemnly|"
    r"clearly|swiftly|effectively|properly|duly|again|currently|subsequently|officially|"
    r"particularly|also|highly|vigorously|comprehensively)"
    r"(?= (?!and\b|or\b|but\b|to\b)[a-z])"
)
# The regulation made under the ordinance just named.
_REGULATION = re.compile(
    r"(?<=Ordinance) and the (?:[A-Z][\w()-]*,? (?:and |of |\([^()]*\) )*){1,9}Regulations?"
    r"(?=[ .,])"
)
_GIVEN_THERE = re.compile(
    r" (?:using|via|through) the (?:contact information|contacts?|channels?) "
    r"(?:provided|given|set out) in [^,;]{3,40}?(?=,| and\b|\.)"
)
_TOTAL = re.compile(r"\ba total of (?=\d|\$|[a-z])")
_OWNER = re.compile(
    r" (?:of|under) the (?:[A-Z][\w'’-]*,? (?:and |of |for |the )*){1,7}"
    r"(?:Department|Bureau|Authority|Government|Office|Commission)(?= (?:[a-z]|on [A-Z]))"
)


_SAID_THAT = re.compile(rf"^(.{{3,120}}?\b{SAYING}(?: on \w+ \d+)? that),? (?P<rest>.*)$")
_ITEM_BEFORE = re.compile(r", [^,]{1,40}$")
_LAST_ITEM_BEFORE = re.compile(r",[^,]{1,60}$")
_DOING = re.compile(r", \w+ing\b")
_DOING_BEFORE = re.compile(r"(?:, (?!including)|by )\w+ing\b")
_FIRST_WORD = re.compile(r"[^a-z]*([a-z]+)")
_LIST_BEFORE = re.compile(r"\b(?:including|such as|namely|comprising|as well as)\b[^;]*$")
_LAST_LINK = re.compile(r",? (?:and|or) ")
_PAIR = re.compile(
    r"\b(?:both|between|either|neither|not only|whether|from)\b(?!.*\b(?:and|or|to|but)\b)"
)


def find_cuts(text: str) -> list[Cut]:
    """The parts of a sentence that may go, each by itself or with others."""
    masked = mask(text)
    found = [
        *_find_asides(text),
        *_find_attribution(text),
        *_find_openings(text),
        *_find_middles(masked),
        *_find_tails(text, masked),
        *_find_fronts(text, masked),
        *_find_small(text, masked),
    ]
    return list(dict.fromkeys(found))


def _find_asides(text: str) -> Iterator[Cut]:
    names = [found.span() for found in find_brackets_in_names(text, "en")]
    for pattern in (_MEANING, _ASIDE):
        for match in pattern.finditer(text):
            if may_drop(match, names):
                yield Cut(*match.span())


def _find_attribution(text: str) -> Iterator[Cut]:
    """An attribution such as "The spokesman said that": what was said stands alone."""
    if match := _TAIL_SAYING.search(text):
        yield Cut(match.start(), len(text) - 1)
    match = _ATTRIBUTION.match(text)
    if match and begins_clause(text[match.end() :]):
        yield Cut(0, match.end())


def _find_openings(text: str) -> Iterator[Cut]:
    """An opening phrase: "In view of the fire, the Police will …"."""
    if PURPOSE.match(text) and (rest := strip_opening(text)):
        yield Cut(0, len(text) - len(rest))
    inner = _SAID_THAT.match(text)
    if inner and PURPOSE.match(inner["rest"]) and (rest := strip_opening(inner["rest"])):
        yield Cut(inner.end(1), len(text) - len(rest), " ")


def _find_fronts(text: str, masked: str) -> Iterator[Cut]:
    """A first statement, where a second with its own subject comes after "; " or ", and"."""
    for match in _SECOND.finditer(masked):
        before = masked[: match.start()]
        if _CONDITION.search(before) or not has_verb(before) or _closes_pair(before):
            continue
        if not begins_clause(text[match.end() :]) or _IN_THAT.search(before):
            continue
        yield Cut(0, match.end())


def _find_middles(masked: str) -> Iterator[Cut]:
    for match in _MIDDLE.finditer(masked):
        if _CONDITION.search(match[0]) or _in_list(masked, match.start()):
            continue
        if _AFTER_MIDDLE.match(masked, match.end()):
            yield Cut(match.start(), match.end() + 1)


def _in_list(masked: str, position: int) -> bool:
    """Whether a comma is one of a list's: "lamps, oil, wicks and glass"."""
    before = masked[:position]
    return bool(_ITEM_BEFORE.search(before)) and not has_verb(before)


def _find_tails(text: str, masked: str) -> Iterator[Cut]:
    end = len(text.rstrip(".!?\"'”’) "))
    for pattern in (_TAIL, _BARE_TAIL):
        for match in pattern.finditer(masked):
            if _may_end_at(masked, match):
                yield Cut(match.start(), end)
    for match in _INFINITIVE.finditer(masked):
        if not _NEEDS_INFINITIVE.fullmatch(match["before"]) and _may_end_at(masked, match):
            yield Cut(match.end("before"), end)


def _may_end_at(masked: str, match: re.Match[str]) -> bool:
    before, after = masked[: match.start()], masked[match.end() :]
    if _closes_pair(before) or _CONDITION.search(masked[match.start() : match.end() + 12]):
        return False
    if _splits_list(before, match[0], after):
        return False
    # One of several "…ing": cutting here would leave a list without its end.
    if _DOING.match(match[0]) and _DOING_BEFORE.search(before):
        return False
    return not _opens_list(before, match[0], after)


def _splits_list(before: str, link: str, after: str) -> bool:
    """Whether the cut would fall among a list's items: "including lamps, (pumping oil and …)"."""
    word = _FIRST_WORD.match(link)
    if word and re.search(rf", {word[1]}\b", before):
        return True
    inside = link.startswith(",") and _LIST_BEFORE.search(before)
    return bool(inside and _LAST_LINK.search(after))


def _closes_pair(before: str) -> bool:
    """Whether the clause before leans on what comes after: "both … and", "between …"."""
    return bool(_PAIR.search(before[-60:]))


def _opens_list(before: str, link: str, after: str) -> bool:
    """Whether the cut would leave "lamps, oil" of "lamps, oil, and wicks"."""
    if not link.startswith(", and") or has_verb(after.lstrip().partition(" ")[0]):
        return False
    return bool(_LAST_ITEM_BEFORE.search(before)) and not has_verb(after)


def _find_small(text: str, masked: str) -> Iterator[Cut]:
    for match in _ADVERB.finditer(masked):
        yield Cut(*match.span())
    # Not of the masked text: the names of regulations have brackets.
    for match in _REGULATION.finditer(text):
        yield Cut(*match.span())
    for match in _GIVEN_THERE.finditer(masked):
        yield Cut(*match.span())
    for match in _TOTAL.finditer(masked):
        yield Cut(*match.span())
    for match in _OWNER.finditer(masked):
        yield Cut(*match.span())
