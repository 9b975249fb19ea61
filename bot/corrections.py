"""What the correction of an official text changes in messages, and what readers hear of it; pure.

A message that shows a corrected release has it told anew. Who was sent what is wrong now, a
figure, a name or a headline, gets a note of what changed.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.render import measure, render_release, strip_markup
from bot.texts import SOURCE_LANGUAGE, Languages, say, to_simplified
from data.changes import Changes, Correction, compare_texts
from data.figures import find_figures
from data.models import (
    ChatLanguage,
    Content,
    Language,
    Piece,
    Release,
    ReleaseText,
    split_language,
)
from data.phrases import to_plain
from data.store.corrections import Earlier
from data.store.releases import Stored

MOST_LISTED = 5
# Characters of a name, title or figure in a list of changes.
LISTED_LENGTH = 120


@dataclass(frozen=True)
class Edit:
    """An official text as readers were shown it and as it is now, and how these differ."""

    old: ReleaseText
    new: ReleaseText
    changes: Changes


def list_edits(
    shown: Mapping[str, str], release: Release, earlier: Sequence[Earlier]
) -> tuple[Edit, ...]:
    """The texts of a release that changed in substance since the versions that are shown.

    A version that was never replaced, such as an excerpt that gave way to its whole text, was
    not wrong.
    """
    edits: list[Edit] = []
    for text in release.texts.values():
        if shown.get(text.id, text.version) == text.version:
            continue
        found = (e for e in earlier if (e.text_id, e.version) == (text.id, shown[text.id]))
        for each in found:
            old = text.model_copy(update={"title": each.title, "body": each.body})
            changes = compare_texts(old, text)
            if changes.is_substantial:
                edits.append(Edit(old, text, changes))
            break
    return tuple(edits)


# The message itself


def retell(content: Content, stored: Stored) -> Content | None:
    """The content with the piece about a release told anew.

    None if that can't be done: its pieces ran together when it was cut or lost its mark-up.
    """
    own = {text.id for text in stored.release.texts.values()}
    if content.language is None or len(content.pieces) == 1:
        return None
    languages = split_language(content.language)
    pieces: list[Piece] = []
    for piece in content.pieces:
        if piece.shown.keys() - own and piece.shown.keys() & own:
            return None
        told = piece.shown.keys() & own
        pieces.append(_retell_piece(piece, stored, languages) if told else piece)
    return content.model_copy(update={"pieces": tuple(pieces)})


def _retell_piece(piece: Piece, stored: Stored, languages: Languages) -> Piece:
    told = render_release(stored, languages, piece.style)
    marked = told.html + "\n" + " ".join(say(each, "correction.mark") for each in languages)
    # Where a reader sees no difference there is none to mark.
    words = piece.html if piece.html in (told.html, marked) else marked
    return piece.model_copy(update={"html": words, "shown": told.shown})


def fits(content: Content) -> bool:
    """Whether one message can hold it."""
    return measure(content.text).fits


# The note


def make_note(
    stored: Stored, edits: Iterable[Edit], language: ChatLanguage, piece: Piece | None
) -> Content | None:
    """What is told of the edits to those who were sent a piece; None if it showed nothing wrong.

    Without a piece all that changed is told.
    """
    words = strip_markup(piece.html) if piece is not None else None
    blocks = [
        block
        for edit in edits
        if (block := _tell_edit(stored, edit, split_language(language), words))
    ]
    if not blocks:
        return None
    return Content(pieces=(Piece(html="\n\n".join(blocks)),), language=language)


def _tell_edit(stored: Stored, edit: Edit, languages: Languages, words: str | None) -> str | None:
    fitting = (each for each in languages if SOURCE_LANGUAGE[each] == edit.new.language)
    language = next(fitting, languages[0])
    listed = _list_changes(edit, language, words)
    if not listed:
        return None
    if len(listed) > MOST_LISTED:
        count = len(listed) - MOST_LISTED
        listed = [*listed[:MOST_LISTED], say(language, "correction.more", count=count)]
    headline = _adapt(_find_headline(stored, edit.new, language), language)
    link = f'<a href="{html.escape(edit.new.url)}">{say(language, "release.link")}</a>'
    return "\n".join((say(language, "correction.title", headline=headline), *listed, link))


def _list_changes(edit: Edit, language: ChatLanguage, words: str | None) -> list[str]:
    """What readers of some words should know: what they were told first, then the rest.

    Nothing if the words hold nothing that is wrong now.
    """
    told: list[str] = []
    others: list[str] = []
    if _changed_headline(edit):
        told.append(_tell_change(edit.old.title, edit.new.title, language))
    for each, is_shown in _list_corrections(edit, words):
        (told if is_shown else others).append(_tell_change(each.old, each.new, language))
    if words is not None and (gone := _list_withdrawn(edit, words)):
        figures = _adapt("; ".join(gone), language)
        told.append(say(language, "correction.withdrawn", figures=figures))
    return list(dict.fromkeys((*told, *others))) if told else []


def _list_corrections(edit: Edit, words: str | None) -> Iterator[tuple[Correction, bool]]:
    """The figures and names that changed, and whether the words hold the old one."""
    language = edit.new.language
    for each in edit.changes.figures:
        yield each, words is None or shows_figure(words, each.old, language)
    for each in edit.changes.names:
        yield each, words is None or shows_name(words, each.old, language)


def _tell_change(old: str, new: str, language: ChatLanguage) -> str:
    return say(language, "correction.change", old=_adapt(old, language), new=_adapt(new, language))


def _adapt(text: str, language: ChatLanguage) -> str:
    short = text if len(text) <= LISTED_LENGTH else f"{text[: LISTED_LENGTH - 1]}…"
    return to_simplified(short) if language == "zh-Hans" else short


def _find_headline(stored: Stored, text: ReleaseText, language: ChatLanguage) -> str:
    """As the release is headed for these readers."""
    told = SOURCE_LANGUAGE[language]
    summary = stored.summaries.get(told) if told not in stored.release.texts else None
    if summary is None or not summary.supported:
        summary = stored.summaries.get(text.language)
    return summary.headline if summary else text.title


def _changed_headline(edit: Edit) -> bool:
    """Whether the title says something else now, beyond figures and names."""
    old, new = (text.model_copy(update={"body": ""}) for text in (edit.old, edit.new))
    changes = compare_texts(old, new)
    return bool(changes.added or changes.removed or changes.reworded)


def shows_figure(words: str, figure: str, language: Language) -> bool:
    """Whether some words hold a figure, however it is written in them."""
    shown = {each.value for each in find_figures(words, language)}
    # A Chinese numeral alone, cut from what it counts, is read as an ordinal.
    found = find_figures(figure, language) or find_figures(f"第{figure}", language)
    return bool(found) and all(each.value in shown for each in found)


def shows_name(words: str, name: str, language: Language) -> bool:
    """Whether some words hold a name, in whatever script, case and width."""
    return _fold(name, language) in _fold(words, language)


def _fold(text: str, language: Language) -> str:
    """Words of English between blanks, so that no part of one is found; Chinese without any."""
    words = re.findall(r"\w+", to_plain(text, language).casefold())
    return f" {' '.join(words)} " if language == "en" else "".join(words)


def _list_withdrawn(edit: Edit, words: str) -> list[str]:
    """Figures in some words that come from the old text and stand nowhere in the new one.

    Those that others took the place of are no news here.
    """
    language = edit.new.language
    old, new = (
        {each.value for each in find_figures(f"{text.title}\n{text.body}", language)}
        for text in (edit.old, edit.new)
    )
    replaced = {
        each.value for known in edit.changes.figures for each in find_figures(known.old, language)
    }
    gone = old - new - replaced
    return list(
        dict.fromkeys(
            words[each.start : each.end]
            for each in find_figures(words, language)
            if each.value in gone
        )
    )
