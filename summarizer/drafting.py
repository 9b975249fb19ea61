"""What asking any engine has in common: clean input, tidy output, failures of one kind."""

import contextlib
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from data.models import Language, ReleaseText
from summarizer.engines.base import BatchEngine, Draft, Engine, EngineError, Request
from summarizer.script import blank_controls, find_simplified, to_traditional

logger = logging.getLogger(__name__)

_FEW_STRAY_CHARACTERS = 3
_LONGEST_REASON = 1_000
_SPACED_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) +| +(?=[\u3000-\u9fff\uff00-\uffef])")
_Answer = TypeVar("_Answer")


def clean_text(text: ReleaseText) -> ReleaseText:
    """The text without characters that are not to be seen; spans of the body hold."""
    title = re.sub(" {2,}", " ", blank_controls(text.title)).strip() or text.id
    return text.model_copy(update={"title": title, "body": blank_controls(text.body)})


def ask(engine: Callable[[], _Answer], name: str) -> _Answer:
    """What an engine answers for the text of a name.

    Raises:
        EngineError: whatever went wrong in the engine.
    """
    try:
        return engine()
    except EngineError as error:
        logger.warning("No answer for %s: %s", name, error)
        raise
    except Exception as error:
        logger.warning("The engine failed on %s: %r", name, error)
        logger.debug("How it failed", exc_info=True)
        raise EngineError(f"the engine failed: {error!r}") from error


def ask_for_drafts(engine: Engine, requests: Sequence[Request]) -> list[Draft | EngineError]:
    """A draft for each request, tidied, or why there is none; at once where the engine can.

    A batch that fails as a whole is asked for one by one, so that a text that can't be
    summarised takes no other one with it.
    """
    if isinstance(engine, BatchEngine) and len(requests) > 1:
        with contextlib.suppress(EngineError):
            names = ", ".join(request.text.id for request in requests)
            answers = ask(lambda: engine.draft_batch(requests), names)
            return [
                _tidy_answer(answer, request)
                for answer, request in zip(answers, requests, strict=True)
            ]
    return [_ask_for_one(engine, request) for request in requests]


def _ask_for_one(engine: Engine, request: Request) -> Draft | EngineError:
    text = request.text
    try:
        answer = ask(lambda: engine.draft(text, request.faults), f"{text.id} ({text.language})")
    except EngineError as error:
        return error
    return _tidy_answer(answer, request)


def _tidy_answer(answer: Draft | EngineError, request: Request) -> Draft | EngineError:
    if isinstance(answer, EngineError):
        return answer
    return Draft(tidy(answer.text, request.text.language), answer.sources)


def tidy(summary: str, language: Language) -> str:
    """One line; in Chinese without stray spaces, and with a stray Simplified character mended."""
    summary = " ".join(summary.split())
    if language == "en":
        return summary
    summary = _SPACED_HAN.sub("", summary)
    few = len(find_simplified(summary)) <= _FEW_STRAY_CHARACTERS
    return to_traditional(summary) if few else summary


def join_faults(faults: Iterable[str]) -> str:
    """Faults as one sentence of bounded length, to be kept with a summary."""
    return blank_controls("; ".join(faults))[:_LONGEST_REASON]
