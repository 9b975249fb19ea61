"""What the official text says: the most important of it, and what a summary rests on; pure."""

import html
from collections.abc import Iterator, Mapping, Sequence

from bot.cards import choose_source, find_text, lay_out, list_told
from bot.corrections import MOST_LISTED
from bot.keyboards.cards import back_row
from bot.render import Publishers, render_foot, render_release
from bot.texts import Languages, format_moment, say, say_count, to_simplified
from data.models import (
    ChatLanguage,
    Content,
    Language,
    Piece,
    ReleaseText,
    Span,
    Summary,
    split_language,
)
from data.store.releases import Stored
from data.store.texts import Replaced
from summarizer.passages import Passage, read_body
from summarizer.salience import cut_body
from summarizer.sentences import Sentence, split_sentences

# Characters of the official texts that "more" shows; Chinese says as much in fewer.
MORE_LENGTH: Mapping[Language, int] = {"en": 1_500, "zh": 600}
# Other releases of a series that "more" lists.
MOST_OF_SERIES = 5
# A sentence of the official text that is longer is an accident, and no help to a reader.
LONGEST_QUOTE = 1_200


def render_more(
    stored: Stored,
    language: ChatLanguage,
    series: Sequence[Stored],
    replaced: Sequence[Replaced],
    publishers: Publishers,
    time_zone: str,
) -> tuple[Content, ...]:
    """The release, and what matters most of the official text in its own words; what it was before.

    Args:
        stored: the release.
        language: to tell it in.
        series: the other releases of its series, newest first.
        replaced: the earlier versions of its texts.
        publishers: who is named as the source.
        time_zone: of the reader.
    """
    languages = split_language(language)
    texts = _list_texts(stored, languages)
    pieces = [render_release(stored, languages)]
    pieces += [
        _quote_text(text, each, MORE_LENGTH[text.language] // len(texts)) for text, each in texts
    ]
    if replaced:
        told = (_tell_replaced(replaced, each, time_zone) for each in languages)
        pieces.append(Piece(html="\n".join(told)))
    if series:
        pieces.append(_list_series(series[:MOST_OF_SERIES], languages))
    pieces.append(Piece(html=render_foot([stored], languages, publishers)))
    return lay_out(pieces, language, [back_row(stored.seq, language)])


def _list_texts(stored: Stored, languages: Languages) -> list[tuple[ReleaseText, ChatLanguage]]:
    """The official texts that readers of some languages are told of, each for the first of them."""
    texts = stored.release.texts
    found: dict[str, tuple[ReleaseText, ChatLanguage]] = {}
    for each in languages:
        text = texts.get(choose_source(stored, each)) or next(iter(texts.values()))
        found.setdefault(text.id, (text, each))
    return list(found.values())


def _quote_text(text: ReleaseText, language: ChatLanguage, most: int) -> Piece:
    words = join_sentences(choose_sentences(text, most), text.body)
    if not words:
        return Piece(html=say(language, "card.no_text"))
    quote = _adapt(words, language)
    return Piece(
        html=f"{say(language, 'card.from_text')}\n<blockquote expandable>{quote}</blockquote>"
    )


def choose_sentences(text: ReleaseText, most: int) -> list[Sentence]:
    """The sentences of an official text that matter most, whole and in its order.

    Args:
        text: the official text.
        most: no more characters than this.
    """
    reading = read_body(text.body, text.language)
    chosen = cut_body(reading, text.title, most, len)
    # What is very long is chosen in parts: half a sentence is no quotation.
    whole = [each for each in reading.passages if each.text in chosen]
    return [each.sentence for each in _drop_empty_headings(whole)]


def _drop_empty_headings(passages: Sequence[Passage]) -> Iterator[Passage]:
    """Without the headings of what was not chosen."""
    for passage, after in zip(passages, (*passages[1:], None), strict=True):
        if passage.role != "heading" or (after is not None and after.role != "heading"):
            yield passage


def join_sentences(sentences: Sequence[Sentence], body: str) -> str:
    """Sentences as the body has them: in its lines and paragraphs, and parted as there."""
    words = ""
    for before, sentence in zip((None, *sentences), sentences, strict=False):
        if before is None:
            gap = ""
        elif before.paragraph != sentence.paragraph:
            gap = "\n\n"
        elif before.line != sentence.line:
            gap = "\n"
        else:
            gap = body[before.end : sentence.start] if before.end < sentence.start else ""
            gap = " " if gap else ""
        words += gap + sentence.text
    return words


def _tell_replaced(replaced: Sequence[Replaced], language: ChatLanguage, time_zone: str) -> str:
    """How often the texts were changed, when last, and which figures and names then."""
    last = max(replaced, key=lambda each: each.replaced_at)
    moment = format_moment(language, last.replaced_at, time_zone)
    changes = [*last.changes.figures, *last.changes.names]
    listed = [
        say(language, "correction.change", old=each.old, new=each.new)
        for each in changes[:MOST_LISTED]
    ]
    head = say_count(language, "card.corrected", len(replaced), last=moment)
    return "\n".join([head, *dict.fromkeys(listed)])


def _list_series(series: Sequence[Stored], languages: Languages) -> Piece:
    heading = "\n".join(say(each, "card.series") for each in languages)
    lines = (render_release(each, languages[:1], "headline").html for each in series)
    return Piece(html="\n".join([heading, *(f"• {line}" for line in lines)]))


def render_sources(
    stored: Stored, language: ChatLanguage, publishers: Publishers
) -> tuple[Content, ...]:
    """Each sentence of the summaries, and what it rests on in the official text.

    Each message is one piece, which can't be told anew: of a correction its readers get a note.
    """
    languages = split_language(language)
    pieces = [render_release(stored, languages, "headline")]
    summaries = list_told(stored, languages)
    if not summaries:
        pieces += [Piece(html=say(each, "card.no_sources")) for each in languages]
    for summary in summaries:
        fitting = (each for each in languages if choose_source(stored, each) == summary.language)
        pieces += _tell_sources(summary, find_text(stored, summary), next(fitting))
    pieces.append(Piece(html=render_foot([stored], languages, publishers)))
    shown = pieces[0].shown
    return tuple(
        part.model_copy(update={"pieces": (Piece(html=part.text, shown=shown),)})
        for part in lay_out(pieces, language, [back_row(stored.seq, language)])
    )


def _tell_sources(summary: Summary, text: ReleaseText, language: ChatLanguage) -> list[Piece]:
    heading = Piece(html=say(language, "card.sources"))
    pairs = list_sources(summary)
    return [heading, *(_quote_source(said, spans, text, language) for said, spans in pairs)]


def list_sources(summary: Summary) -> list[tuple[str, tuple[Span, ...]]]:
    """Each sentence of a summary with the spans that it rests on; as a whole if that is unclear."""
    sentences = [each.text for each in split_sentences(summary.text, summary.language)]
    if len(sentences) == len(summary.sentence_sources):
        return list(zip(sentences, summary.sentence_sources, strict=True))
    return [(summary.text, summary.sources)]


def _quote_source(
    said: str, spans: Sequence[Span], text: ReleaseText, language: ChatLanguage
) -> Piece:
    """A sentence of a summary above the words that it rests on, or above that there are none."""
    told = f"<b>{_adapt(said, language)}</b>"
    words = dict.fromkeys(text.body[start:end].strip() for start, end in spans)
    quotes = [each for each in words if each and len(each) <= LONGEST_QUOTE]
    if not quotes:
        return Piece(html=f"{told}\n{say(language, 'card.no_source')}")
    quoted = "\n".join(_adapt(each, language) for each in quotes)
    return Piece(html=f"{told}\n<blockquote>{quoted}</blockquote>")


def _adapt(text: str, language: ChatLanguage) -> str:
    shown = to_simplified(text) if language == "zh-Hans" else text
    return html.escape(shown, quote=False)
