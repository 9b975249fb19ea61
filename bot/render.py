"""Releases as Telegram HTML, cut into parts on item boundaries; pure."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from telegram.constants import MessageLimit

from bot.keyboards.numbers import number_rows
from bot.texts import SOURCE_LANGUAGE, Languages, format_names, say, to_simplified
from data.feeds import PublisherNames
from data.models import (
    CHAT_LANGUAGES,
    ChatLanguage,
    Content,
    Language,
    Piece,
    PieceStyle,
    ReleaseText,
    Topic,
    split_language,
)
from data.store.releases import Stored
from data.tables import Tables

Publishers = Mapping[str, PublisherNames]

MAX_ENTITIES = int(MessageLimit.MESSAGE_ENTITIES)
MAX_LENGTH = int(MessageLimit.MAX_TEXT_LENGTH)
# A title is a line and a summary a paragraph; thousands of characters are an accident, and one
# item must never outgrow a message.
MAX_HEADLINE = 300
MAX_SUMMARY = 1000

_SENTENCE_END = re.compile(r"[。！？]|[.!?](?=\s)")
_TAG = re.compile(r"<(/?)[a-z][^>]*>")


@dataclass(frozen=True)
class Size:
    """What Telegram counts of a message: characters after parsing, and entities."""

    characters: int
    entities: int

    def __add__(self, other: "Size") -> "Size":
        return Size(self.characters + other.characters, self.entities + other.entities)

    def is_within(self, room: "Size") -> bool:
        """Whether there is so much room."""
        return self.characters <= room.characters and self.entities <= room.entities

    @property
    def fits(self) -> bool:
        """Whether one message can hold it."""
        return self.is_within(WHOLE)


# What a message holds.
WHOLE = Size(MAX_LENGTH, MAX_ENTITIES)
# The line that counts the parts, in two languages; and what parts two pieces.
PART_MARK = Size(80, 1)
BLANK_LINE = Size(2, 0)


def measure(text: str) -> Size:
    """The size of some Telegram HTML of ours."""
    entities = sum(1 for tag in _TAG.finditer(text) if not tag[1])
    return Size(len(strip_markup(text)), entities)


def strip_markup(text: str) -> str:
    """The words of some Telegram HTML of ours."""
    return html.unescape(_TAG.sub("", text))


def render_release(stored: Stored, languages: Languages, style: PieceStyle = "full") -> Piece:
    """One release in each language: headline, link to the official text, and summary by style.

    In a language that the release lacks it is shown as a machine translation where there is
    one; else in the other language, once, and marked as being in that alone.
    """
    tellings = _choose_tellings(stored, languages)
    if style == "full":
        words = "\n".join(_render_text(stored, each) for each in tellings)
    else:
        words = "\n".join(_render_link(stored, each) for each in tellings)
    if style == "folded":
        summaries = "\n\n".join(_tell_summary(stored, each) for each in tellings)
        words = f"{words}\n<blockquote expandable>{summaries}</blockquote>"
    shown = {text.id: text.version for text in _list_told(stored, languages)}
    return Piece(html=words, style=style, shown=shown)


@dataclass(frozen=True)
class _Telling:
    """In which language a release is told, from which of its texts, and what is said of that."""

    source: Language
    language: ChatLanguage
    mark: str = ""


def _choose_tellings(stored: Stored, languages: Languages) -> list[_Telling]:
    lacking = [each for each in languages if not _is_told_in(stored, SOURCE_LANGUAGE[each])]
    tellings = [_tell_in(stored, each) for each in languages if each not in lacking]
    if not lacking:
        return tellings
    mark = _mark(lacking[0], "only_here")
    if any(each.source in stored.release.texts for each in tellings):
        return [replace(tellings[0], mark=mark), *tellings[1:]]
    return [*tellings, _Telling(next(iter(stored.release.texts)), lacking[0], mark)]


def _tell_in(stored: Stored, language: ChatLanguage) -> _Telling:
    source = SOURCE_LANGUAGE[language]
    is_translated = source not in stored.release.texts
    return _Telling(source, language, _mark(language, "machine_translation") * is_translated)


def _list_told(stored: Stored, languages: Languages) -> Iterator[ReleaseText]:
    """The official texts that readers of these languages are told of."""
    texts = stored.release.texts
    for language in languages:
        yield texts.get(SOURCE_LANGUAGE[language]) or next(iter(texts.values()))


def _is_told_in(stored: Stored, source: Language) -> bool:
    summary = stored.summaries.get(source)
    return source in stored.release.texts or (summary is not None and summary.supported)


def _mark(language: ChatLanguage, key: str) -> str:
    return f" <i>({say(language, f'release.{key}')})</i>"


def render_list(
    title: str, releases: Sequence[Stored], languages: Languages, publishers: Publishers
) -> tuple[Content, ...]:
    """Releases under a title, numbered, as messages that Telegram takes."""
    items = [
        number_item(render_release(stored, languages), number, stored.seq)
        for number, stored in enumerate(releases, 1)
    ]
    return cut_parts(title, items, languages, render_foot(releases, languages, publishers))


@dataclass(frozen=True)
class Item:
    """A piece to be cut before and after, and the (number, ``seq``) that opens its release."""

    piece: Piece
    opens: tuple[int, int] | None = None

    @cached_property
    def size(self) -> Size:
        """What it takes up, with the blank line that parts it from the next."""
        return measure(self.piece.text) + BLANK_LINE


def number_item(piece: Piece, number: int, seq: int, note: str = "") -> Item:
    """A piece with its number, and a note, before it."""
    return Item(piece.model_copy(update={"lead": f"{number}. {note}"}), (number, seq))


def render_foot(releases: Iterable[Stored], languages: Languages, publishers: Publishers) -> str:
    """Who published the releases, and that the summaries are not official."""
    sources = dict.fromkeys(stored.release.source for stored in releases)
    feet: list[str] = []
    for language in languages:
        names = [publishers.get(each, PublisherNames(each, each)) for each in sources]
        named = dict.fromkeys(each.en if language == "en" else each.zh for each in names)
        listed = format_names(language, list(named))
        listed = to_simplified(listed) if language == "zh-Hans" else listed
        feet.append(say(language, "footer.source", publishers=listed))
    return "\n".join(feet)


def name_topic(topic: Topic, languages: Languages, tables: Tables) -> str:
    """A topic's name in each language: "Health and welfare · 健康及社福"."""
    names = tables.topic_names[topic]
    by_language = {"en": names.en, "zh-Hant": names.zh, "zh-Hans": to_simplified(names.zh)}
    return " · ".join(by_language[language] for language in languages)


def cut_parts(
    head: str, items: Sequence[Item], languages: Languages, foot: str, room: Size = WHOLE
) -> tuple[Content, ...]:
    """Head, items and foot, cut between items so that each part is one message.

    Every part says which it is, and has buttons with the numbers in it; the foot stands under the
    last. No part with several items takes more than ``room``.
    """
    return make_parts(group_items(head, items, foot, room), languages)


def group_items(
    head: str, items: Sequence[Item], foot: str, room: Size = WHOLE
) -> list[list[Item]]:
    """Head, items and foot as they stand together in messages; see ``cut_parts``."""
    groups: list[list[Item]] = [[]]
    size = PART_MARK
    # The foot never stands alone.
    end = [*items[-1:], Item(Piece(html=foot))]
    for together in ([Item(Piece(html=head))], *([item] for item in items[:-1]), end):
        own = sum((item.size for item in together), Size(0, 0))
        grown = size + own
        if groups[-1] and not grown.is_within(room):
            groups.append([])
            grown = PART_MARK + own
        groups[-1] += together
        size = grown
    return groups


def make_parts(groups: Sequence[Sequence[Item]], languages: Languages) -> tuple[Content, ...]:
    """Messages of items that stand together; if there are several, each says which it is."""
    if len(groups) == 1:
        return (_make_content(groups[0], languages),)
    marks = (
        Item(Piece(html=_part_mark(number, len(groups), languages)))
        for number in range(1, len(groups) + 1)
    )
    return tuple(
        _make_content([*group, mark], languages) for group, mark in zip(groups, marks, strict=True)
    )


def _make_content(group: Sequence[Item], languages: Languages) -> Content:
    rows = number_rows(item.opens for item in group if item.opens is not None)
    return Content(
        pieces=tuple(item.piece for item in group),
        keyboard={"inline_keyboard": rows} if rows else None,
        language=join_languages(languages),
    )


def join_languages(languages: Languages) -> ChatLanguage | None:
    """The choice of language that these come from, if it is one that a chat can make."""
    return next((each for each in CHAT_LANGUAGES if split_language(each) == languages), None)


def _part_mark(number: int, total: int, languages: Languages) -> str:
    marks = (say(language, "digest.part", number=number, total=total) for language in languages)
    return f"<i>{' · '.join(marks)}</i>"


def _render_text(stored: Stored, telling: _Telling) -> str:
    url = html.escape(_find_text(stored, telling).url)
    link = f'<a href="{url}">{say(telling.language, "release.link")}</a>'
    summary = _tell_summary(stored, telling)
    return f"<b>{_tell_headline(stored, telling)}</b>{telling.mark}\n{summary}\n{link}"


def _render_link(stored: Stored, telling: _Telling) -> str:
    """The headline, which is the link to the official text."""
    url = html.escape(_find_text(stored, telling).url)
    return f'<a href="{url}">{_tell_headline(stored, telling)}</a>{telling.mark}'


def _find_text(stored: Stored, telling: _Telling) -> ReleaseText:
    texts = stored.release.texts
    return texts.get(telling.source) or next(iter(texts.values()))


def _tell_headline(stored: Stored, telling: _Telling) -> str:
    summary = stored.summaries.get(telling.source)
    headline = summary.headline if summary else _find_text(stored, telling).title
    return _adapt(headline, telling, MAX_HEADLINE)


def _tell_summary(stored: Stored, telling: _Telling) -> str:
    summary = stored.summaries.get(telling.source)
    # A summary that the source does not support is never shown: no word beats a wrong figure.
    if summary and summary.supported and summary.text:
        return _adapt(_keep_sentences(summary.text), telling, MAX_SUMMARY)
    return say(telling.language, "release.no_summary" if summary else "release.not_yet")


def _adapt(text: str, telling: _Telling, limit: int) -> str:
    """Words of a text for readers, in their script, as HTML."""
    if telling.language == "zh-Hans" and telling.source == "zh":
        text = to_simplified(text)
    return html.escape(_shorten(text, limit), quote=False)


def _keep_sentences(text: str) -> str:
    """As many whole sentences as a summary may have; a sole one that is too long as it is."""
    if len(text) <= MAX_SUMMARY:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, MAX_SUMMARY)]
    return text[: ends[-1]] if ends else text


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
