"""Digests and answers as Telegram HTML, cut into parts on item boundaries; pure."""

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from telegram.constants import MessageLimit

from bot.digest import Section, count_releases
from bot.texts import SOURCE_LANGUAGE, format_day, format_names, say, to_simplified
from data.feeds import PublisherNames
from data.models import (
    CHAT_LANGUAGES,
    ChatLanguage,
    Content,
    Language,
    Piece,
    ReleaseText,
    Topic,
    split_language,
)
from data.store.releases import Stored
from data.tables import Tables

Languages = tuple[ChatLanguage, ...]
Publishers = Mapping[str, PublisherNames]

MAX_ENTITIES = int(MessageLimit.MESSAGE_ENTITIES)
MAX_LENGTH = int(MessageLimit.MAX_TEXT_LENGTH)
# A title is a line and a summary a paragraph; thousands of characters are an accident, and one
# item must never outgrow a message.
MAX_HEADLINE = 300
MAX_SUMMARY = 1000

_TAG = re.compile(r"<(/?)[a-z][^>]*>")


@dataclass(frozen=True)
class Size:
    """What Telegram counts of a message: characters after parsing, and entities."""

    characters: int
    entities: int

    def __add__(self, other: "Size") -> "Size":
        return Size(self.characters + other.characters, self.entities + other.entities)

    @property
    def fits(self) -> bool:
        """Whether one message can hold it."""
        return self.characters <= MAX_LENGTH and self.entities <= MAX_ENTITIES


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


def render_release(stored: Stored, languages: Languages) -> Piece:
    """One release: headline, summary and link to the official text, in each language.

    In a language that the release lacks it is shown as a machine translation where there is
    one; else in the other language, once, and marked as being in that alone.
    """
    lacking = [each for each in languages if not _is_told_in(stored, SOURCE_LANGUAGE[each])]
    told = [each for each in languages if each not in lacking]
    blocks = [_render_told(stored, language) for language in told]
    if lacking and not any(SOURCE_LANGUAGE[each] in stored.release.texts for each in told):
        only = next(iter(stored.release.texts))
        blocks.append(_render_text(stored, only, lacking[0], _mark(lacking[0], "only_here")))
    elif lacking:
        blocks[0] = _render_told(stored, told[0], _mark(lacking[0], "only_here"))
    shown = {text.id: text.version for text in _list_told(stored, languages)}
    return Piece(html="\n".join(blocks), shown=shown)


def _list_told(stored: Stored, languages: Languages) -> Iterator[ReleaseText]:
    """The official texts that readers of these languages are told of."""
    texts = stored.release.texts
    for language in languages:
        yield texts.get(SOURCE_LANGUAGE[language]) or next(iter(texts.values()))


def _is_told_in(stored: Stored, source: Language) -> bool:
    summary = stored.summaries.get(source)
    return source in stored.release.texts or (summary is not None and summary.supported)


def _render_told(stored: Stored, language: ChatLanguage, mark: str = "") -> str:
    source = SOURCE_LANGUAGE[language]
    if source not in stored.release.texts:
        mark = _mark(language, "machine_translation")
    return _render_text(stored, source, language, mark)


def _mark(language: ChatLanguage, key: str) -> str:
    return f" <i>({say(language, f'release.{key}')})</i>"


def render_sections(
    sections: Iterable[Section],
    languages: Languages,
    tables: Tables,
    render: Callable[[Stored, Languages], Piece] = render_release,
) -> tuple[Piece, ...]:
    """Pieces to be cut between; a topic's heading stays with its first release.

    ``render`` renders a release: whoever renders many digests need not render one release often.
    """
    pieces: list[Piece] = []
    for section in sections:
        for number, stored in enumerate(section.releases):
            piece = render(stored, languages)
            if number == 0 and section.topic is not None:
                name = html.escape(name_topic(section.topic, languages, tables), quote=False)
                piece = piece.model_copy(update={"heading": f"<b>— {name} —</b>"})
            pieces.append(piece)
    return tuple(pieces)


def render_digest(
    sections: Sequence[Section],
    languages: Languages,
    tables: Tables,
    publishers: Publishers,
    *,
    day: date,
    title_key: str = "digest.title",
    render: Callable[[Stored, Languages], Piece] = render_release,
) -> tuple[Content, ...]:
    """A whole digest as messages that Telegram takes; none if there is nothing to tell."""
    count = count_releases(sections)
    if count == 0:
        return ()
    head = "\n".join(
        f"{say(language, title_key)} · {format_day(language, day)} · "
        + say(language, "digest.count_one" if count == 1 else "digest.count_many", count=count)
        for language in languages
    )
    releases = [stored for section in sections for stored in section.releases]
    foot = render_foot(releases, languages, publishers)
    pieces = render_sections(sections, languages, tables, render)
    return cut_parts(head, pieces, languages, foot)


def render_list(
    title: str, releases: Sequence[Stored], languages: Languages, publishers: Publishers
) -> tuple[Content, ...]:
    """Releases under a title, as messages that Telegram takes."""
    pieces = [render_release(each, languages) for each in releases]
    return cut_parts(title, pieces, languages, render_foot(releases, languages, publishers))


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
    head: str, pieces: Sequence[Piece], languages: Languages, foot: str
) -> tuple[Content, ...]:
    """Head, pieces and foot, cut between pieces so that each part is one message.

    Every part says which it is; the foot stands under the last.
    """
    groups: list[list[Piece]] = [[]]
    size = PART_MARK
    for piece in (Piece(html=head), *pieces, Piece(html=foot)):
        grown = size + measure(piece.text) + BLANK_LINE
        if groups[-1] and not grown.fits:
            groups.append([])
            grown = PART_MARK + measure(piece.text) + BLANK_LINE
        groups[-1].append(piece)
        size = grown
    if len(groups) > 1:
        for number, group in enumerate(groups, 1):
            group.append(Piece(html=_part_mark(number, len(groups), languages)))
    language = join_languages(languages)
    return tuple(Content(pieces=tuple(group), language=language) for group in groups)


def join_languages(languages: Languages) -> ChatLanguage | None:
    """The choice of language that these come from, if it is one that a chat can make."""
    return next((each for each in CHAT_LANGUAGES if split_language(each) == languages), None)


def _part_mark(number: int, total: int, languages: Languages) -> str:
    marks = (say(language, "digest.part", number=number, total=total) for language in languages)
    return f"<i>{' · '.join(marks)}</i>"


def _render_text(stored: Stored, source: Language, language: ChatLanguage, mark: str) -> str:
    texts = stored.release.texts
    text = texts.get(source) or next(iter(texts.values()))
    summary = stored.summaries.get(source)
    simplify = language == "zh-Hans" and source == "zh"
    headline = summary.headline if summary else text.title
    # A summary that the source does not support is never shown: no word beats a wrong figure.
    shown = summary.text if summary and summary.supported else None
    body = shown or say(language, "release.no_summary" if summary else "release.not_yet")
    if simplify:
        headline, body = to_simplified(headline), to_simplified(body)
    headline = html.escape(_shorten(headline, MAX_HEADLINE), quote=False)
    body = html.escape(_shorten(body, MAX_SUMMARY), quote=False)
    link = f'<a href="{html.escape(text.url)}">{say(language, "release.link")}</a>'
    return f"<b>{headline}</b>{mark}\n{body}\n{link}"


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
