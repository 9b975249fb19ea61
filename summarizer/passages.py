"""What each sentence of a release is for: substance, opening, heading, table, quotation. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from data.models import Language
from summarizer.measure import measure
from summarizer.sentences import Sentence, split_sentences

Role = Literal[
    "plain",  # a sentence of the release's own
    "item",  # an item of a list
    "intro",  # leads to a list or a quotation: ends with a colon
    "spoken",  # in the first person, or speaking to an audience
    "quote",  # mostly somebody's quoted words
    "heading",
    "row",  # of a table
    "question",  # what a council member asked
    "greeting",
    "opening",  # says how or for whom the text is issued
    "footer",  # end marks, notes, what an office is
]
SUBSTANCE: frozenset[Role] = frozenset({"plain", "item", "spoken", "quote"})
Form = Literal["notice", "speech", "question"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence and its role."""

    sentence: Sentence
    role: Role

    @property
    def text(self) -> str:
        """The sentence as the body has it."""
        return self.sentence.text


@dataclass(frozen=True, slots=True)
class Reading:
    """A body, read: its form, and its sentences with their roles, in order."""

    language: Language
    form: Form
    passages: tuple[Passage, ...]

    def count_substance(self) -> int:
        """Words or characters of the sentences that a summary could be made of."""
        return sum(
            measure(passage.text, self.language).least
            for passage in self.passages
            if passage.role in SUBSTANCE
        )


_OPENING = re.compile(
    r"^(?:the )?following (?:is|are|was|were)\b.{0,600}:$"
    r"|^(?:attention|please broadcast|for broadcast|to be broadcast|duty announcers)\b.{0,160}:?$"
    r"|^the following (?:is|are) (?:issued|released)\b"
    r"|^(?:下面|以下)[是為].{0,20}(?:須知|通告|公告|消息|訊息)[。：︰]$"
    r"|^(?:下稿|以下).{0,40}(?:發出|發布|發佈)[：︰:。]?$"
    r"|^(?:以下|下列|下文)[是為乃].{0,300}[：︰:]$"
    r"|^(?:電台|電視台|各?電台|傳媒|請?各?電?台).{0,30}(?:注意|廣播|宣布員).{0,20}[：︰:。]?$",
    re.IGNORECASE | re.DOTALL,
)
_SPEECH = re.compile(
    r"speech|remarks|transcript|address\b|opening statement|keynote|message|blog|article"
    r"|致辭|演辭|講辭|談話|發言|講話|開場|致詞|演說|網誌|文章|會見傳媒",
    re.IGNORECASE,
)
_COUNCIL = re.compile(
    r"\b(?:question|questions)\b.{0,300}\b(?:reply|replies|answer)\b|(?:提問|質詢|"
    r"問題).{0,120}(?:答覆|回覆)",
    re.IGNORECASE | re.DOTALL,
)
_REPLY = re.compile(
    r"^(?:(?:written |oral )?reply|answer)\s*:|^(?:書面|口頭)?(?:答覆|回覆)[：︰:]", re.IGNORECASE
)
_QUESTION = re.compile(r"^question\s*:|^(?:問題|提問|質詢)[：︰:]", re.IGNORECASE)
_FOOTER = re.compile(
    r"^(?:NNNN|完|Ends?\b.{0,40}|-+\s*(?:end|完)\s*-+|Issued at HKT.*|香港時間.{0,12}|"
    r"[*＊=_—\-－–]{2,})$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:about |notes? to |note:|關於|註[：:]|備註)", re.IGNORECASE)
_GREETING = re.compile(
    r"^(?:ladies and gentlemen|good (?:morning|afternoon|evening)|distinguished|dear |honou?rable "
    r"|(?:finally, |lastly, )?(?:I|we) (?:wish|thank|look forward)|祝|最後，?(?:我|本人)?(?:謹)?祝"
    r"|thank you|thanks|hello|welcome\b|happy new|president[,:]|deputy president|chairman[,:]"
    r"|(?:the )?(?:reply|my reply|consolidated reply)\b.{0,200}(?:follows|below)"
    r"|各位|多謝|謝謝|大家(?:好|早)|早晨|午安|晚上好|你們好|尊敬|主席[，：︰,:]|代理主席|副主席[，：]|"
    r"歡迎各位"
    r"|(?:就|現就|經諮詢|我?現?就).{0,120}(?:答覆如下|回覆如下))",
    re.IGNORECASE | re.DOTALL,
)
# Who speaks in a transcript, and whether it is somebody of the press.
_LABEL = re.compile(
    r"^(?:(?P<asks>Reporters?|Journalists?|Media|Question|Q|Host|Moderator|記者|傳媒|主持人?|問)"
    r"(?:\s?\d)?|[A-Z][^:：.!?]{0,60}\b(?:Secretary|Executive|Director|Commissioner|Controller|"
    r"Chair(?:man|person)|President|Administration|Affairs)\b[^:：.!?]{0,40}|"
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof(?:essor)?)\.? [A-Z][^:：.!?]{1,30}|"
    r"[\u4e00-\u9fff]{0,16}(?:長官|[局司署處]長|主席|先生|女士|總監|專員|教授|醫生)"
    r"[\u4e00-\u9fff]{0,4}|答)\s?[:：]\s?(?=\S)"
)
# Of a text in small letters: without regard to case a search would be several times slower.
_AUDIENCE = re.compile(
    r"ladies and gentlemen|distinguished guests|各位(?:嘉賓|來賓|朋友|議員)[：︰，,]?$"
)
_WE = ("we", "our", "us", "my", "me", "you", "your", "let's", "ours", "myself", "ourselves")
# Each word by its first letter, small or large, to which a search goes quickly.
_SPOKEN = re.compile(
    r"I(?<=\bI)(?!\.)\b|我|你們|你的|大家|"
    + "|".join(
        rf"{first}(?<=\b{first})(?i:{word[1:]})\b"
        for word in _WE
        for first in (word[0], word[0].upper())
    )
)
_ABBREVIATED_US = re.compile(r"US(?<=\bUS)\b")
MARKER = re.compile(
    r"^(?:[(（](?:[a-zA-Z]|[ivxIVX]{1,4}|\d{1,2}|[一二三四五六七八九十]{1,3})[)）]|[a-zA-Z]\)|"
    r"\d{1,2}[.)](?!\d)"
    r"|[一二三四五六七八九十]{1,3}、|[•●▪◦‧\-–—*])\s*"
)
_STOPS = (".", "!", "?", "。", "！", "？", "…")
_CLOSERS = "\"'”’」』）)"
_ITEM_END = re.compile(r"(?:[;；,，]|[;；,，]\s*(?:and|or|以?及|和|或))$")
_COLONS = (":", "：", "︰")
_QUOTE = re.compile('["“”「」]')
_CUT_QUOTES = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」")


@lru_cache(maxsize=4)
def read_body(body: str, language: Language) -> Reading:
    """The body's sentences, each with its role, and the form of the whole."""
    sentences = split_sentences(body, language)
    form = _tell_form(sentences)
    return Reading(language, form, tuple(_assign_roles(sentences, form, language)))


def _tell_form(sentences: tuple[Sentence, ...]) -> Form:
    for sentence in sentences[:3]:
        if not _OPENING.match(sentence.text):
            continue
        if _COUNCIL.search(sentence.text):
            return "question"
        if _SPEECH.search(sentence.text):
            return "speech"
    if any(_REPLY.match(sentence.text) for sentence in sentences[:80]):
        return "question"
    return "notice"


def _assign_roles(
    sentences: tuple[Sentence, ...], form: Form, language: Language
) -> Iterator[Passage]:
    asking = form == "question" and any(_REPLY.match(each.text) for each in sentences)
    tail = False
    quoted = _find_quoted(sentences, language)
    for number, sentence in enumerate(sentences):
        text = sentence.text
        if form == "speech" and number and sentence.start == sentence.line[0]:
            if label := _LABEL.match(text):
                asking, text = bool(label["asks"]), text[label.end() :]
        elif asking and _REPLY.match(text):
            asking = False
            yield Passage(sentence, "opening")
            continue
        role = _tell_role(text, quoted=number in quoted)
        if role == "heading":
            tail = bool(_ABOUT.match(text))
        if role not in {"opening", "greeting", "footer"}:
            role = "footer" if tail else "question" if asking else role
        yield Passage(sentence, role)


def drop_label(passage: Passage) -> str:
    """A sentence of a transcript without who speaks: "Chief Executive: We will …"."""
    sentence = passage.sentence
    is_first = sentence.start == sentence.line[0]
    return _LABEL.sub("", sentence.text) if is_first else sentence.text


def _tell_role(text: str, *, quoted: bool) -> Role:
    if _OPENING.match(text) or _QUESTION.match(text):
        return "opening"
    if _FOOTER.match(text):
        return "footer"
    if " | " in text:
        return "row"
    if _GREETING.match(text) or _AUDIENCE.search(text.lower()):
        return "greeting"
    return _tell_prose(text, quoted)


def _tell_prose(text: str, quoted: bool) -> Role:
    if text.endswith(_COLONS):
        return "intro"
    is_item = bool(MARKER.match(text))
    if not text.rstrip(_CLOSERS).endswith(_STOPS) and not _ITEM_END.search(text):
        return "heading"
    if quoted:
        return "quote"
    if speaks(text):
        return "spoken"
    return "item" if is_item else "plain"


def speaks(text: str) -> bool:
    """Whether a sentence speaks of its speaker or to an audience, but for what it quotes."""
    return bool(_SPOKEN.search(_ABBREVIATED_US.sub("", _CUT_QUOTES.sub("", text))))


def _find_quoted(sentences: Iterable[Sentence], language: Language) -> frozenset[int]:
    """The numbers of sentences that are mostly quotation.

    A quotation may run over several sentences of a paragraph; it ends with the paragraph.
    """
    found: set[int] = set()
    paragraph, opened = -1, False
    for number, sentence in enumerate(sentences):
        if sentence.paragraph != paragraph:
            paragraph, opened = sentence.paragraph, False
        inside, opened = _count_quoted(sentence.text, opened)
        if _is_mostly(inside, len(sentence.text), language):
            found.add(number)
    return frozenset(found)


def _is_mostly(inside: int, length: int, language: Language) -> bool:
    long = 40 if language == "en" else 16
    return inside >= long and inside > 0.4 * length


def _count_quoted(text: str, opened: bool) -> tuple[int, bool]:
    """Characters in runs of quotation, and whether one is still open at the end."""
    inside, since = 0, 0 if opened else -1
    for match in _QUOTE.finditer(text):
        mark = match[0]
        opens = mark in "“「" or (mark == '"' and since < 0)
        if opens and since < 0:
            since = match.end()
        elif not opens and since >= 0:
            inside, since = inside + match.start() - since, -1
    if since >= 0:
        inside += len(text) - since
    return inside, since >= 0
