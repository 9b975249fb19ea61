"""The engine that asks an inference server: the same prompts and readings as any model's.

The figures of an answer can't be guarded while it is written elsewhere; the check refuses those
that the release lacks.
"""

import asyncio
import logging
import threading
from collections.abc import Sequence

from data.models import Language, Method, ReleaseText, Summary
from summarizer.engines.asking import (
    MOST_NEW_TOKENS,
    compose_request,
    compose_translation_request,
    read_summary,
    read_translation,
)
from summarizer.engines.base import Draft, EngineError, Request, Translation, WrongUseError
from summarizer.engines.remote.address import Address, read_address
from summarizer.engines.remote.dialect import estimate_tokens
from summarizer.engines.remote.line import Clockwork
from summarizer.engines.remote.replies import Answer
from summarizer.engines.remote.server import Question, Server
from summarizer.loading import EngineOptions
from summarizer.meter import Meter
from summarizer.prompts import Message

logger = logging.getLogger(__name__)

# One that is late does not hold up the others, if there are more to ask than can be under way.
_ROUNDS_A_BATCH = 4
_REAL = Clockwork()


class RemoteEngine:
    """Summaries and translations by a model behind an OpenAI-compatible API.

    It may be used from several threads; they take turns, for the server is asked no more at
    once than the operator allows.
    """

    method: Method = "model"

    def __init__(self, server: Server, trouble: EngineError | None = None) -> None:
        self._server = server
        self._trouble = trouble
        self._turn = threading.Lock()
        self.meter = Meter()

    @property
    def model(self) -> str | None:
        """What the server calls its model; None until it could be asked, if nobody named it."""
        return self._server.model

    @property
    def batch_size(self) -> int:
        """How many requests it pays to ask for at once."""
        return self._server.concurrency * _ROUNDS_A_BATCH

    @property
    def is_up(self) -> bool:
        """Whether the server could be asked when the engine was loaded."""
        return self._trouble is None

    @property
    def standing(self) -> str:
        """A sentence or two on who writes, as it was when the engine was loaded."""
        if self._trouble:
            return f"{self._trouble} Until it answers, summaries come from the extract engine."
        return (
            f"Summaries come from the model {self.model} of the inference server "
            f"{self._server.place}."
        )

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        """The model's summary, cut back to whole sentences within the length allowed.

        Raises:
            EngineError: if the server can't be used, or answers with nothing.
        """
        (outcome,) = self.draft_batch([Request(text, tuple(faults))])
        if isinstance(outcome, EngineError):
            raise outcome
        return outcome

    def draft_batch(self, requests: Sequence[Request]) -> list[Draft | EngineError]:
        """A draft for each request, in their order, or why there is none."""
        answers = self._ask_all([_ask_for_summary(each) for each in requests])
        pairs = zip(requests, answers, strict=True)
        return [self._read(request.text.language, answer) for request, answer in pairs]

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        """The model's translation of title and summary into the other language.

        Raises:
            EngineError: if the server can't be used, or answers without headline and summary.
        """
        target: Language = "zh" if text.language == "en" else "en"
        messages = compose_translation_request(text, summary, faults)
        (answer,) = self._ask_all([Question(lambda _: messages, 2 * MOST_NEW_TOKENS[target])])
        if isinstance(answer, EngineError):
            raise answer
        return read_translation(answer.text, target, self.model)

    def _ask_all(self, questions: Sequence[Question]) -> list[Answer | EngineError]:
        with self._turn:
            answers, took = asyncio.run(self._server.ask_all(questions))
        self.meter.add(took)
        return answers

    def _read(self, language: Language, answer: Answer | EngineError) -> Draft | EngineError:
        if isinstance(answer, EngineError):
            return answer
        try:
            return Draft(read_summary(answer.text, language, self.model))
        except EngineError as error:
            return error


def load_remote(options: EngineOptions, clockwork: Clockwork = _REAL) -> RemoteEngine:
    """The engine of a server, which is asked at once for its models.

    A server that can't be reached for now is no failure: it is asked again with each batch, and
    until it answers, every draft fails quickly.

    Raises:
        WrongUseError: if the options can't be meant; one sentence that says what is wrong.
        ModelUnavailableError: if the server refuses the key, or does not say which model it has.
    """
    address = _read_address(options)
    key = _read_key(options)
    if key and not (address.is_encrypted or address.is_private):
        logger.warning("The key goes unencrypted to a public server; use https if it can be had")
    server = Server(
        address,
        key,
        (options.model or "").strip() or None,
        concurrency=options.remote_concurrency,
        seconds=options.remote_timeout,
        clockwork=clockwork,
    )
    try:
        server.client.open()
    except (ImportError, ValueError):
        raise WrongUseError(
            "The proxy that the environment names for the inference server can't be used."
        ) from None
    trouble = asyncio.run(server.look_up())
    return RemoteEngine(server, trouble)


def check_remote(options: EngineOptions) -> None:
    """Find what is wrong with the address or the key, without asking the server.

    Raises:
        WrongUseError: one sentence that says what is wrong.
    """
    _read_address(options)
    _read_key(options)


def _read_address(options: EngineOptions) -> Address:
    if not options.remote_url:
        raise WrongUseError("The remote engine needs the address of an inference server.")
    if options.remote_concurrency < 1 or options.remote_timeout <= 0:
        raise WrongUseError("The remote engine needs at least one request at once, and some time.")
    try:
        return read_address(options.remote_url)
    except ValueError as error:
        raise WrongUseError(
            f"The address of the inference server can't be used: {error}."
        ) from None


def _read_key(options: EngineOptions) -> str | None:
    key = (options.remote_key or "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise WrongUseError("The key of the inference server has characters that no key has.")
    return key or None


def _ask_for_summary(request: Request) -> Question:
    # Other tokenizers than those that the limits were set for may need twice the tokens.
    spare = MOST_NEW_TOKENS[request.text.language]

    def compose(room: int) -> list[Message]:
        return compose_request(request.text, request.faults, estimate_tokens, room - spare)

    return Question(compose, 2 * spare)
