"""The summary of a release in the language that it lacks, by an engine that can translate.

What is translated is the checked summary, not the release: short, and already borne out. The
translation is checked against the facts of the official text, whatever language that is in.
"""

import logging
from collections.abc import Iterator, Sequence

from data.models import Language, Release, ReleaseText, Summary
from summarizer.check import to_hong_kong_date
from summarizer.check.addresses import find_addresses, is_known
from summarizer.check.form import (
    find_form_faults,
    find_language_faults,
    is_english,
    list_words,
)
from summarizer.drafting import ask, clean_text, join_faults, tidy
from summarizer.engines.base import Engine, EngineError, Translation, Translator
from summarizer.facts import SourceFacts, find_facts
from summarizer.facts.names import find_bodies
from summarizer.measure import BOUNDS, MOST_CHARACTERS, measure
from summarizer.sentences import split_sentences

logger = logging.getLogger(__name__)

_TRIES = 2
_ROOM = 1.3


def translate_release(
    release: Release, summaries: Sequence[Summary], engine: Engine
) -> tuple[Summary, ...]:
    """The summary in the language that a release lacks, from the one in the language it has.

    By the engine, if it can translate: marked as a translation, and checked against the
    official text's facts. Else the headline, marked as being in the other language alone.
    Nothing for a release in both languages.
    """
    if len(release.texts) != 1:
        return ()
    (language,) = release.texts
    told = next((each for each in summaries if each.language == language), None)
    if told is None or not told.supported:
        return mark_untranslated(release, "there is no summary to translate")
    if not isinstance(engine, Translator):
        return mark_untranslated(release, "there is no model to translate it")
    return _translate(release, told, engine)


def check_translation(
    translation: Translation, language: Language, text: ReleaseText
) -> tuple[str, ...]:
    """What is wrong with a translation of a text's summary into a language, a clause each.

    Every figure and every body of the Government must be in the official text, headline and
    all. Other names can't be compared across languages.
    """
    whole = f"{translation.headline}\n{translation.text}"
    sentences = split_sentences(translation.text, language)
    found = [
        *find_language_faults(whole, "", language),
        *find_form_faults(translation.text, "", sentences, language, copied=False),
        *_find_length_faults(translation.text, language),
        *_find_foreign_words(whole, language, text),
        *_find_foreign_facts(whole, language, text),
    ]
    return tuple(dict.fromkeys(found))


def _find_length_faults(said: str, language: Language) -> Iterator[str]:
    """Languages differ in how much room they need: a translation has some more of it."""
    low, high = BOUNDS[language]
    length = measure(said, language)
    if length.least > _ROOM * high or len(said) > MOST_CHARACTERS[language]:
        yield "it is too long"
    if length.most * _ROOM * 2 < low:
        yield "it is too short"


def _find_foreign_words(whole: str, language: Language, text: ReleaseText) -> Iterator[str]:
    official = f"{text.title}\n\n{text.body}"
    if language == "en" and not is_english(whole, list_words(official)):
        yield "it is not in English"
    known = frozenset(find_addresses(official))
    for address in find_addresses(whole):
        if not is_known(address, known):
            yield f"the address “{address}” is not in the official text"


def _find_foreign_facts(whole: str, language: Language, text: ReleaseText) -> Iterator[str]:
    today = to_hong_kong_date(text.issued_at)
    official = f"{text.title}\n\n{text.body}"
    source = SourceFacts(find_facts(official, text.language, today), today, official)
    for fact in find_facts(whole, language, today):
        if not fact.weak and not source.supports(fact):
            yield f"the figure “{fact.surface}” is not in the official text"
    known = {body.value for body in find_bodies(official, text.language)}
    for body in find_bodies(whole, language):
        if body.value not in known:
            yield f"“{body.surface}” is not in the official text"


def mark_untranslated(release: Release, reason: str) -> tuple[Summary, ...]:
    """The headline of a release in one language, marked as being in that alone."""
    if len(release.texts) != 1:
        return ()
    (text,) = map(clean_text, release.texts.values())
    language, mark = ("zh", "（只有英文）") if text.language == "en" else ("en", " (Chinese only)")
    headline = f"{text.title}{mark}"
    return (
        Summary(
            id=release.id,
            language=language,
            headline=headline,
            text=headline,
            method="extract",
            supported=False,
            unsupported=(reason,),
        ),
    )


def _translate(release: Release, told: Summary, engine: Translator) -> tuple[Summary, ...]:
    text = clean_text(release.texts[told.language])
    target: Language = "zh" if told.language == "en" else "en"
    faults: tuple[str, ...] = ()
    for tries in range(1, _TRIES + 1):
        try:
            written = ask(lambda: engine.translate(text, told, faults), text.id)  # noqa: B023  # asked at once
        except EngineError as error:
            return mark_untranslated(release, str(error))
        translation = Translation(tidy(written.headline, target), tidy(written.text, target))
        refused = check_translation(translation, target, text)
        if not refused:
            return (_make(release, told, translation, engine, tries, faults),)
        logger.info("A translation of %s was refused: %s", text.id, join_faults(refused))
        faults = refused
    return mark_untranslated(release, join_faults(faults))


def _make(
    release: Release,
    told: Summary,
    translation: Translation,
    engine: Translator,
    tries: int,
    faults: Sequence[str],
) -> Summary:
    return Summary(
        id=release.id,
        language="zh" if told.language == "en" else "en",
        headline=translation.headline,
        text=translation.text,
        method="translation",
        model=engine.model,
        supported=True,
        sources=told.sources,
        sentence_sources=told.sentence_sources,
        tries=tries,
        reason=join_faults(faults) or None,
    )
