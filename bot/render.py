"""Digests and answers as Telegram HTML, cut into parts on item boundaries; pure."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from telegram.constants import MessageLimit

from bot.digest import Section, count_releases
from bot.texts import SOURCE_LANGUAGE, format_day, format_names, say, to_simplified
from data.feeds import PublisherNames
from data.models import ChatLanguage, Language, Topic
from data.store.releases import Stored
from data.tables import Tables

Languages = tuple[ChatLanguage, ...]
Publishers = Mapping[str, PublisherNames]

# Room for the line that counts the parts, in two languages.
PART_MARK_LENGTH = 80
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


def measure(text: str) -> Size:
    """The size of some Telegram HTML of ours."""
    entities = sum(1 for tag in _TAG.finditer(text) if not tag[1])
    return Size(len(html.unescape(_TAG.sub("", text))), entities)


def render_release(stored: Stored, languages: Languages) -> str:
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
    return "\n".join(blocks)


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
    sections: Iterable[Section], languages: Languages, tables: Tables
) -> tuple[str, ...]:
    """Items to be cut between; a topic's heading stays with its first release."""
    items: list[str] = []
    for section in sections:
        for number, stored in enumerate(section.releases):
            item = render_release(stored, languages)
            if number == 0 and section.topic is not None:
                name = html.escape(name_topic(section.topic, languages, tables), quote=False)
                item = f"<b>— {name} —</b>\n\n{item}"
            items.append(item)
    return tuple(items)


def render_digest(
    sections: Sequence[Section],
    languages: Languages,
    tables: Tables,
    publishers: Publishers,
    *,
    day: date,
    title_key: str = "digest.title",
) -> tuple[str, ...]:
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
    return cut_parts(head, render_sections(sections, languages, tables), languages, foot)


def render_list(
    title: str, releases: Sequence[Stored], languages: Languages, publishers: Publishers
) -> tuple[str, ...]:
    """Releases under a title, as messages that Telegram takes."""
    items = [render_release(each, languages) for each in releases]
    return cut_parts(title, items, languages, render_foot(releases, languages, publishers))


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


def cut_parts(head: str, items: Sequence[str], languages: Languages, foot: str) -> tuple[str, ...]:
    """Head, items and foot, cut between items so that each part is one message.

    Every part says which it is; the foot stands under the last.
    """
    groups: list[list[str]] = [[head]]
    for item in items:
        if _too_large([*groups[-1], item]):
            groups.append([])
        groups[-1].append(item)
    if _too_large([*groups[-1], foot]):
        groups.append([])
    groups[-1].append(foot)
    if len(groups) == 1:
        return ("\n\n".join(groups[0]),)
    marked = (
        [*group, _part_mark(number, len(groups), languages)]
        for number, group in enumerate(groups, 1)
    )
    return tuple("\n\n".join(group) for group in marked)


def _too_large(items: Iterable[str]) -> bool:
    room = Size(PART_MARK_LENGTH, 1)
    return not (measure("\n\n".join(items)) + room).fits


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
