"""The one entry point: a release in, a checked summary in each of its languages out.

The ladder: the engine writes, the check reads; a draft that fails is tried once more, told what
was wrong; then sentences that fail are dropped; then the extract engine speaks. Whatever
happens, a release with a text gets a summary.
"""

import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from data.models import LANGUAGES, Language, Release, ReleaseText, Summary
from summarizer.check import Checker, Verdict
from summarizer.engines.base import Draft, Engine, EngineError, ModelUnavailableError
from summarizer.engines.extract import ExtractEngine
from summarizer.measure import cut
from summarizer.script import blank_controls, find_simplified, to_traditional
from summarizer.sentences import split_sentences
from summarizer.terms import list_terms

logger = logging.getLogger(__name__)

ENGINES = ("auto", "extract", "transformer")
NO_TEXT = "the release has no text to summarise"
_FEW_STRAY_CHARACTERS = 3
_SPACED_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +| +(?=[\u3000-\u9fff\uff00-\uffef])")


class WrongUseError(ValueError):
    """The engine asked for can't be what was meant; the message says what to do."""


@dataclass(frozen=True, slots=True)
class LoadedEngine:
    """An engine, and the sentence that says which it is and why; ``fell_back`` if not as asked."""

    engine: Engine
    reason: str
    fell_back: bool = False


def load_engine(choice: str, model: str | None) -> LoadedEngine:
    """The engine for a choice of "auto", "extract" or "transformer".

    A model that can't be loaded is no failure: the extract engine carries on, and the reason
    says so; whoever asked for the engine says it on, once.

    Args:
        choice: one of ``ENGINES``.
        model: the model's name on the hub, or its folder; None if none is configured.

    Raises:
        WrongUseError: if the choice is unknown, or is "transformer" without a model.
    """
    if choice not in ENGINES:
        raise WrongUseError(f"There is no engine {choice!r}; choose one of {', '.join(ENGINES)}.")
    if choice == "transformer" and not model:
        raise WrongUseError(
            "The transformer engine needs a model: name one on the hub or a folder."
        )
    if choice == "extract":
        return LoadedEngine(ExtractEngine(), "Summaries come from the extract engine, as chosen.")
    if not model:
        reason = "Summaries come from the extract engine: no model is configured."
        return LoadedEngine(ExtractEngine(), reason)
    try:
        from summarizer.engines.transformer import load_transformer

        engine: Engine = load_transformer(model)
    except ModelUnavailableError as error:
        reason = f"{error} Summaries come from the extract engine."
        return LoadedEngine(ExtractEngine(), reason, fell_back=True)
    except ImportError as error:
        reason = (
            f"transformers can't be imported ({error}). Summaries come from the extract engine."
        )
        return LoadedEngine(ExtractEngine(), reason, fell_back=True)
    return LoadedEngine(engine, f"Summaries come from the model {model}.")


def summarize_release(release: Release, engine: Engine) -> tuple[Summary, ...]:
    """A summary for each language that the release has a text in, English first."""
    return tuple(
        _summarize_text(release, _clean(release.texts[language]), engine)
        for language in LANGUAGES
        if language in release.texts
    )


def summarize_headlines(release: Release) -> tuple[Summary, ...]:
    """The least that can be said: the headline of each text, marked as no summary."""
    texts = (_clean(release.texts[each]) for each in LANGUAGES if each in release.texts)
    reason = "no summary could be made"
    return tuple(_headline_alone(release, text, reason) for text in texts)


def _clean(text: ReleaseText) -> ReleaseText:
    """The text without characters that are not to be seen; spans of the body hold."""
    title = re.sub(" {2,}", " ", blank_controls(text.title)).strip() or text.id
    return text.model_copy(update={"title": title, "body": blank_controls(text.body)})


def _summarize_text(release: Release, text: ReleaseText, engine: Engine) -> Summary:
    if not text.body.strip():
        return _headline_alone(release, text, NO_TEXT)
    checker = Checker(text.language, text.body, text.issued_at)
    if engine.method != "extract" and (written := _write(text, engine, checker)):
        return _make(release, text, written, Verdict(), engine)
    return _extract(release, text, checker)


def _write(text: ReleaseText, engine: Engine, checker: Checker) -> Draft | None:
    """A draft of the engine that the check accepts, or None."""
    faults: tuple[str, ...] = ()
    drafts: list[Draft] = []
    for _ in range(2):
        draft = _try_draft(text, engine, faults)
        if draft is None:
            break
        verdict = checker.check(draft.text)
        if verdict.supported:
            return draft
        faults = verdict.unsupported
        drafts.append(draft)
        logger.info(
            "A draft for %s (%s) was refused: %s", text.id, text.language, "; ".join(faults)
        )
    for draft in drafts:
        kept = _drop_failing(draft, text.language, checker)
        if kept.text and checker.check(kept.text).supported:
            return kept
    return None


def _try_draft(text: ReleaseText, engine: Engine, faults: Sequence[str]) -> Draft | None:
    try:
        draft = engine.draft(text, faults)
    except EngineError as error:
        logger.warning("No draft for %s (%s): %s", text.id, text.language, error)
        return None
    except Exception as error:
        logger.warning("The engine failed on %s (%s): %r", text.id, text.language, error)
        logger.debug("How it failed", exc_info=True)
        return None
    return Draft(_tidy(draft.text, text.language), draft.sources)


def _tidy(summary: str, language: Language) -> str:
    """One line; in Chinese without stray spaces, and with a stray Simplified character mended."""
    summary = " ".join(summary.split())
    if language == "en":
        return summary
    summary = _SPACED_HAN.sub("", summary)
    few = len(find_simplified(summary)) <= _FEW_STRAY_CHARACTERS
    return to_traditional(summary) if few else summary


def _drop_failing(draft: Draft, language: Language, checker: Checker) -> Draft:
    kept = [
        sentence.text
        for sentence in split_sentences(draft.text, language)
        if checker.check_sentence(sentence.text).supported
    ]
    return Draft((" " if language == "en" else "").join(kept), draft.sources)


def _extract(release: Release, text: ReleaseText, checker: Checker) -> Summary:
    engine = ExtractEngine()
    draft = _try_draft(text, engine, ())
    if draft is None or not draft.text:
        return _headline_alone(release, text, "no sentence of the release could be used")
    verdict = checker.check(draft.text)
    if not draft.sources or draft.text.startswith(text.title[:20]):
        # Nothing but tables: the title speaks, and is as official as the body.
        whole = f"{text.title}\n\n{text.body}"
        verdict = Checker(text.language, whole, text.issued_at).check(draft.text)
    if not verdict.supported:
        kept = _drop_failing(draft, text.language, checker)
        if kept.text and checker.check(kept.text).supported:
            draft, verdict = kept, Verdict()
    return _make(release, text, draft, verdict, engine)


def _make(
    release: Release, text: ReleaseText, draft: Draft, verdict: Verdict, engine: Engine
) -> Summary:
    return Summary(
        id=release.id,
        language=text.language,
        headline=text.title,
        text=cut(draft.text, text.language),
        method=engine.method,
        model=engine.model,
        supported=verdict.supported,
        unsupported=verdict.unsupported,
        sources=draft.sources or _find_sources(draft.text, text),
    )


def _headline_alone(release: Release, text: ReleaseText, reason: str) -> Summary:
    stop = "." if text.language == "en" else "。"
    said = text.title.rstrip(".。") + stop
    return Summary(
        id=release.id,
        language=text.language,
        headline=text.title,
        text=cut(said, text.language),
        method="extract",
        supported=False,
        unsupported=(reason,),
    )


def _find_sources(summary: str, text: ReleaseText) -> tuple[tuple[int, int], ...]:
    """For each sentence of the summary, the source sentence that shares most terms with it."""
    source = [
        (sentence, list_terms(sentence.text, text.language))
        for sentence in split_sentences(text.body, text.language)
    ]
    found: list[tuple[int, int]] = []
    for part in split_sentences(summary, text.language):
        terms = list_terms(part.text, text.language)
        best, shared = max(source, key=lambda pair: _share(terms, pair[1]))
        if terms & shared:
            found.append((best.start, best.end))
    return tuple(dict.fromkeys(found))


def _share(terms: set[str], other: set[str]) -> float:
    return len(terms & other) / math.sqrt(5 + len(other))
