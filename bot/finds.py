"""What a search found, rendered with its words marked; pure."""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.cards import choose_source
from bot.render import MAX_HEADLINE, Item, Publishers, cut_parts, number_item, render_foot
from bot.texts import SOURCE_LANGUAGE, Languages, format_short_day, say, say_count, to_simplified
from data.models import ChatLanguage, Content, Piece, ReleaseText
from data.search import find_marks, list_words
from data.store.releases import Stored
from summarizer.sentences import split_sentences

# A sentence that is longer tells little at a glance, and is not shown rather than cut.
LONGEST_SENTENCE = 400
# Of a body, in which the sentence is looked for.
MOST_SENTENCES = 200
# In a line: a message has room for a hundred bold words, in five releases.
MOST_MARKS = 5


@dataclass(frozen=True)
class Page:
    """One page of what was found.

    Attributes:
        typed: what was looked for.
        releases: those of this page, the best first.
        first: the number of the first of them among all that were found.
        total: how many were found.
        has_all: whether they have all the words, and not just any.
    """

    typed: str
    releases: Sequence[Stored]
    first: int
    total: int
    has_all: bool


@dataclass(frozen=True)
class _Telling:
    """A headline, and the official text that it belongs to, for readers of a language."""

    language: ChatLanguage
    headline: str
    text: ReleaseText
    note: str = ""

    @property
    def is_translated(self) -> bool:
        return self.note.endswith("machine_translation")

    def has_any(self, words: Sequence[str]) -> bool:
        """Whether the text in the language of the headline has any of the words."""
        said = "" if self.is_translated else f"{self.text.title}\n{self.text.body}"
        return bool(find_marks(f"{self.headline}\n{said}", words))


def render_page(
    page: Page, languages: Languages, publishers: Publishers, time_zone: str
) -> tuple[Content, ...]:
    """A page as one message; only titles that nobody writes would make it more."""
    head = "\n".join(_tell_head(language, page) for language in languages)
    foot = render_foot(page.releases, languages, publishers)
    parts: tuple[Content, ...] = ()
    for has_sentences in (True, False):
        items = [
            _render_find(stored, number, page.typed, languages, time_zone, has_sentences)
            for number, stored in enumerate(page.releases, page.first)
        ]
        parts = cut_parts(head, items, languages, foot)
        if len(parts) == 1:
            break
    return parts


def _tell_head(language: ChatLanguage, page: Page) -> str:
    title = say(language, "search.title", words=page.typed)
    line = f"{title} · {say_count(language, 'search.count', page.total)}"
    return line if page.has_all else f"{line}\n{say(language, 'search.any')}"


def _render_find(
    stored: Stored,
    number: int,
    typed: str,
    languages: Languages,
    time_zone: str,
    has_sentence: bool,
) -> Item:
    """Headlines in the reader's languages, and a telling sentence.

    Where the words stand in the other language's text alone, its headline is shown as well.
    """
    words, day = list_words(typed), stored.release.issued_at
    tellings = _list_tellings(stored, words, languages)
    lines = [_render_headline(each, words) for each in tellings]
    lines[0] += f" · {format_short_day(languages[0], day, time_zone)}"
    if has_sentence:
        lines += _list_best_sentence(tellings, words)
    shown = {each.text.id: each.text.version for each in tellings}
    piece = Piece(html="\n".join(lines), style="headline", shown=shown)
    return number_item(piece, number, stored.seq)


def _list_tellings(
    stored: Stored, words: Sequence[str], languages: Languages
) -> Sequence[_Telling]:
    told = {each.headline: each for each in (_tell(stored, language) for language in languages)}
    tellings = list(told.values())
    if any(each.has_any(words) for each in tellings):
        return tellings
    headlines = {each.headline for each in tellings}
    others = (_tell_text(stored, text, languages) for text in stored.release.texts.values())
    more = [each for each in others if each.headline not in headlines and each.has_any(words)]
    return [*tellings, *more]


def _tell(stored: Stored, language: ChatLanguage) -> _Telling:
    """The release in the language, as far as it can be told in it."""
    source, texts = choose_source(stored, language), stored.release.texts
    text, summary = texts.get(source), stored.summaries.get(source)
    if text is None:
        text, key = next(iter(texts.values())), "machine_translation"
    else:
        key = "" if source == SOURCE_LANGUAGE[language] else "only_here"
    headline = summary.headline if summary else text.title
    return _Telling(language, headline, text, key and f"release.{key}")


def _tell_text(stored: Stored, text: ReleaseText, languages: Languages) -> _Telling:
    """The release in the language of one of its texts, in a script that its readers read."""
    language: ChatLanguage = "zh-Hans" if "zh-Hans" in languages else "zh-Hant"
    summary = stored.summaries.get(text.language)
    headline = summary.headline if summary else text.title
    return _Telling("en" if text.language == "en" else language, headline, text)


def _render_headline(telling: _Telling, words: Sequence[str]) -> str:
    headline = telling.headline
    if len(headline) > MAX_HEADLINE:
        headline = f"{headline[: MAX_HEADLINE - 1]}…"
    link = f'<a href="{html.escape(telling.text.url)}">{_mark(headline, telling, words)}</a>'
    note = f" <i>({say(telling.language, telling.note)})</i>" if telling.note else ""
    return link + note


def _mark(text: str, telling: _Telling, words: Sequence[str]) -> str:
    """A text as HTML with the words in bold, in the reader's script."""
    shown = to_simplified(text) if telling.language == "zh-Hans" else text
    pieces, at = list[str](), 0
    for begin, end in find_marks(shown, words)[:MOST_MARKS]:
        pieces += [_escape(shown[at:begin]), f"<b>{_escape(shown[begin:end])}</b>"]
        at = end
    return "".join([*pieces, _escape(shown[at:])])


def _list_best_sentence(tellings: Sequence[_Telling], words: Sequence[str]) -> Iterator[str]:
    """The first sentence with most of the words that no headline has; none if there is none."""
    headlines = "\n".join(each.headline for each in tellings)
    missing = [word for word in words if not _count(headlines, [word])]
    for telling in tellings:
        weighed = (
            (_count(sentence, missing), _count(sentence, words), -place, sentence)
            for place, sentence in enumerate(_list_sentences(telling.text))
        )
        gained, _, _, sentence = max(weighed, default=(0, 0, 0, ""))
        if gained:
            yield f"<i>{_mark(sentence, telling, words)}</i>"
            return


def _list_sentences(text: ReleaseText) -> Iterator[str]:
    """Those of a text that can be shown; who issued it for whom, before a colon, tells nothing."""
    for each in split_sentences(text.body, text.language)[:MOST_SENTENCES]:
        if len(each.text) <= LONGEST_SENTENCE and not each.text.rstrip().endswith((":", "：")):
            yield " ".join(each.text.split())


def _count(text: str, words: Sequence[str]) -> int:
    return sum(bool(find_marks(text, [word])) for word in words)


def _escape(text: str) -> str:
    return html.escape(text, quote=False)
