"""A release by itself, and why it came: the card, as a message or in the place of one; pure."""

import html
from collections.abc import Iterable, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.keyboards.cards import back_row, card_keyboard
from bot.render import Item, Publishers, cut_parts, name_topic, render_foot, render_release
from bot.subjects import name_value
from bot.texts import SOURCE_LANGUAGE, Languages, format_moment, say
from data.models import (
    ChatLanguage,
    Content,
    Language,
    Piece,
    ReleaseText,
    Summary,
    split_language,
)
from data.store.feedback import Verdict
from data.store.releases import Stored
from data.tables import Tables


def render_card(
    stored: Stored,
    language: ChatLanguage,
    tables: Tables,
    publishers: Publishers,
    time_zone: str,
    given: Verdict | None = None,
) -> Content:
    """One release with what is known of it, and the buttons that go with it.

    Args:
        stored: the release.
        language: to tell it in.
        tables: of topics and departments.
        publishers: who is named as the source.
        time_zone: of the reader, for the time of issue.
        given: what the reader said of the summary before.
    """
    languages = split_language(language)
    release = render_release(stored, languages)
    lines = [_tell_details(stored, each, tables, time_zone) for each in languages]
    lines += _list_other_links(stored, release.shown, languages[0])
    foot = Piece(html=render_foot([stored], languages, publishers))
    keyboard = card_keyboard(stored.seq, language, find_other(stored, language), given)
    return Content(
        pieces=(release, Piece(html="\n".join(lines)), foot),
        keyboard=keyboard.to_dict(),
        language=language,
    )


def render_why(
    stored: Stored,
    language: ChatLanguage,
    reasons: Sequence[str],
    rows: Iterable[Sequence[InlineKeyboardButton]],
    publishers: Publishers,
) -> tuple[Content, ...]:
    """The release, why it came (HTML, one for each language), and buttons that change that."""
    languages = split_language(language)
    head = render_release(stored, languages)
    foot = Piece(html=render_foot([stored], languages, publishers))
    pieces = (head, *(Piece(html=each) for each in reasons), foot)
    return lay_out(pieces, language, [*rows, back_row(stored.seq, language)])


def lay_out(
    pieces: Sequence[Piece],
    language: ChatLanguage,
    rows: Iterable[Sequence[InlineKeyboardButton]],
) -> tuple[Content, ...]:
    """Two pieces or more as messages; the first has the buttons, in the place of the card."""
    head, *middle, foot = pieces
    languages = split_language(language)
    first, *others = cut_parts(head.text, [Item(each) for each in middle], languages, foot.text)
    # Only the piece itself knows which texts it shows.
    whole = (head, *first.pieces[1:])
    keyboard = InlineKeyboardMarkup(list(rows)).to_dict()
    return first.model_copy(update={"pieces": whole, "keyboard": keyboard}), *others


def find_other(stored: Stored, language: ChatLanguage) -> ChatLanguage | None:
    """The other language that a release can be told in."""
    if language == "en+zh-Hant":
        return None
    other: ChatLanguage = "zh-Hant" if language == "en" else "en"
    return other if choose_source(stored, other) == SOURCE_LANGUAGE[other] else None


def choose_source(stored: Stored, language: ChatLanguage) -> Language:
    """In which language readers of one are told of a release: the other if it lacks theirs."""
    source = SOURCE_LANGUAGE[language]
    summary = stored.summaries.get(source)
    is_told = source in stored.release.texts or (summary is not None and summary.supported)
    return source if is_told else next(iter(stored.release.texts))


def list_told(stored: Stored, languages: Languages) -> list[Summary]:
    """The summaries that stand in a card in these languages, each once."""
    sources = dict.fromkeys(choose_source(stored, each) for each in languages)
    summaries = (stored.summaries.get(source) for source in sources)
    return [each for each in summaries if each is not None and each.supported and each.text]


def find_text(stored: Stored, summary: Summary) -> ReleaseText:
    """The official text that a summary was made of; of a translation, that of the other."""
    texts = stored.release.texts
    return texts.get(summary.language) or next(iter(texts.values()))


def _tell_details(stored: Stored, language: ChatLanguage, tables: Tables, time_zone: str) -> str:
    """Department, topics and time of issue; and who wrote the summary."""
    release = stored.release
    parts = [name_topic(topic, (language,), tables) for topic in release.topics]
    if release.department is not None:
        parts.insert(0, name_value("department", release.department, language, tables))
    parts.append(format_moment(language, release.issued_at, time_zone))
    # A translation is marked at its headline.
    methods = {summary.method for summary in list_told(stored, (language,))} - {"translation"}
    parts += [say(language, f"card.by_{method}") for method in methods]
    return html.escape(" · ".join(parts), quote=False)


def _list_other_links(stored: Stored, shown: Iterable[str], language: ChatLanguage) -> list[str]:
    """Links to the official texts that the card doesn't tell of."""
    return [
        f'<a href="{html.escape(text.url)}">{say(language, f"card.text_{text.language}")}</a>'
        for text in stored.release.texts.values()
        if text.id not in set(shown)
    ]
