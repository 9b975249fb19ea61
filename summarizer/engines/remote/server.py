"""An inference server as it is met: its API found, its model chosen, its dialect learned."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import httpx

from summarizer.engines.base import EngineError, ModelUnavailableError
from summarizer.engines.remote.address import Address
from summarizer.engines.remote.client import Client
from summarizer.engines.remote.dialect import LEAST_ROOM, Dialect, adapt, compose_body
from summarizer.engines.remote.line import Clockwork, Line
from summarizer.engines.remote.replies import Answer, Fault, ListedModel, read_answer, read_models
from summarizer.meter import Generation
from summarizer.prompts import Message

logger = logging.getLogger(__name__)

Listing: TypeAlias = tuple[ListedModel, ...] | Fault

_MOST_NAMES = 8
_DONE, _UNKNOWN = 200, 404
# What is said in a place where there is no such API.
_NOT_HERE = {_DONE, _UNKNOWN, 405}
# The key is refused, or the server has moved.
_FINAL = {401, 403} | set(range(300, 400))
_LOOK_UP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask; ``compose`` makes the conversation that fits a room of so many tokens."""

    compose: Callable[[int], Sequence[Message]]
    most_tokens: int


class Server:
    """One inference server and one of its models.

    ``model`` is what the operator named, or else the only one that the server lists, once it
    has. An answer, all tries and waits included, takes at most ``seconds``; at most
    ``concurrency`` requests are under way.
    """

    def __init__(
        self,
        address: Address,
        key: str | None,
        model: str | None,
        *,
        concurrency: int,
        seconds: float,
        clockwork: Clockwork,
    ) -> None:
        self.model = model
        self.concurrency = concurrency
        self.client = Client(address, key)
        self._named = model
        self._bases = address.bases
        self._base: str | None = None
        self._is_known = False
        self._seconds = seconds
        self._line = Line(key, clockwork)
        self._dialect = Dialect()

    @property
    def place(self) -> str:
        """Where it is, to be shown."""
        return self._base or self._bases[-1]

    async def look_up(self) -> EngineError | None:
        """Find where its API lies, the model and its room; why it can't be told yet, if so.

        Raises:
            ModelUnavailableError: if no waiting will help.
        """
        async with self.client.open() as http:
            return await self._look_up(http)

    async def ask_all(
        self, questions: Sequence[Question]
    ) -> tuple[list[Answer | EngineError], Generation]:
        """An answer to each question, in their order, or why there is none; and what it took."""
        started = self._line.read_clock()
        async with self.client.open() as http:
            answers = await self._ask_all(http, questions)
        told = [answer for answer in answers if isinstance(answer, Answer)]
        return answers, Generation(
            prompt_tokens=sum(answer.prompt_tokens for answer in told),
            cached_tokens=sum(answer.cached_tokens for answer in told),
            new_tokens=sum(answer.new_tokens for answer in told),
            decode_seconds=self._line.read_clock() - started if told else 0.0,
            answers=len(told),
        )

    async def _ask_all(
        self, http: httpx.AsyncClient, questions: Sequence[Question]
    ) -> list[Answer | EngineError]:
        if not self._is_known and (unready := await self._get_ready(http)):
            return [unready] * len(questions)
        turns = asyncio.Semaphore(self.concurrency)
        first = 1 if self._line.is_on_trial else 0
        answers = [await self._take_turn(http, each, turns) for each in questions[:first]]
        others = (self._take_turn(http, each, turns) for each in questions[first:])
        return answers + list(await asyncio.gather(*others))

    async def _get_ready(self, http: httpx.AsyncClient) -> EngineError | None:
        if rest := self._line.find_rest():
            return self._tell(rest)
        try:
            return await self._look_up(http)
        except ModelUnavailableError as error:
            return error

    async def _take_turn(
        self, http: httpx.AsyncClient, question: Question, turns: asyncio.Semaphore
    ) -> Answer | EngineError:
        async with turns:
            try:
                outcome = self._line.find_rest() or await self._ask_within_limit(http, question)
            except Exception as error:  # in a batch a failure is a value
                logger.debug("How it failed", exc_info=True)
                return EngineError(f"the engine failed: {error!r}")
        return self._tell(outcome) if isinstance(outcome, Fault) else outcome

    async def _ask_within_limit(
        self, http: httpx.AsyncClient, question: Question
    ) -> Answer | Fault:
        limit = self._line.read_clock() + self._seconds
        try:
            async with asyncio.timeout(self._seconds):
                return await self._ask(http, question, limit)
        except TimeoutError:
            fault = Fault(f"gives no answer within {self._seconds:g} seconds")
            self._line.mark_failed(fault)
            return fault

    async def _ask(
        self, http: httpx.AsyncClient, question: Question, limit: float
    ) -> Answer | Fault:
        """Ask in the dialect that the server is known to take, and learn where it refuses it."""
        while True:
            dialect = self._dialect
            messages = question.compose(dialect.room)
            body = compose_body(dialect, self.model or "", messages, question.most_tokens)
            content = await self._line.ask(http, f"{self._base}/chat/completions", body, limit)
            outcome = content if isinstance(content, Fault) else read_answer(content)
            self._mark(outcome)
            if isinstance(outcome, Answer):
                return outcome
            learned = adapt(dialect, outcome)
            if learned is None:
                return outcome
            if dialect == self._dialect:  # else another request has learned in the meantime
                logger.info("The inference server is asked otherwise from now on: %s", learned)
                self._dialect = learned

    def _mark(self, outcome: Answer | Fault) -> None:
        if isinstance(outcome, Fault) and outcome.is_servers:
            self._line.mark_failed(outcome)
            # What is not there any more may be there under another name.
            self._is_known = self._is_known and outcome.status != _UNKNOWN
        else:
            self._line.mark_answered()

    async def _look_up(self, http: httpx.AsyncClient) -> EngineError | None:
        base, outcome = await self._find_base(http)
        if not isinstance(outcome, Fault):
            self._choose_model(outcome)
        elif self._is_final(outcome):
            raise ModelUnavailableError(str(self._tell(outcome)))
        elif outcome.passes and (outcome.status is None or self._named is None):
            self._line.mark_failed(outcome)
            return self._tell(outcome)
        # Else it answers: a model that has a name can be asked for without a list.
        self._base, self._is_known = base, True
        return None

    def _is_final(self, fault: Fault) -> bool:
        """Whether only the operator can mend it."""
        if fault.passes:
            return False
        unusable = fault.status is None and fault.is_servers
        return unusable or fault.status in _FINAL or self._named is None

    async def _find_base(self, http: httpx.AsyncClient) -> tuple[str, Listing]:
        """The first place where models are listed, else the likeliest, and what was said there."""
        found: list[tuple[str, Listing]] = []
        for base in self._bases:
            listing = await self._list_models(http, base)
            if not isinstance(listing, Fault) or listing.status not in _NOT_HERE:
                return base, listing
            found.append((base, listing))
        return found[0]

    async def _list_models(self, http: httpx.AsyncClient, base: str) -> Listing:
        seconds = min(self._seconds, _LOOK_UP_SECONDS)
        try:
            async with asyncio.timeout(seconds):
                content = await self._line.ask_once(http, f"{base}/models")
        except TimeoutError:
            return Fault(f"gives no answer within {seconds:g} seconds", passes=True)
        return content if isinstance(content, Fault) else read_models(content)

    def _choose_model(self, listed: Sequence[ListedModel]) -> None:
        names = self._line.hide(", ".join(model.name for model in listed[:_MOST_NAMES]) or "none")
        names += ", …" if len(listed) > _MOST_NAMES else ""
        if self._named is None:
            if len(listed) != 1:
                raise ModelUnavailableError(
                    f"The model of the inference server {self.place} must be named; "
                    f"it lists {names}."
                )
            self.model = listed[0].name
        # Some serve models that they do not list, under names that they do not tell.
        known = next((model for model in listed if model.name == self.model), None)
        if known is None:
            logger.warning("The inference server does not list %s; it lists %s", self.model, names)
        elif known.context is not None:
            self._fit(known.context)

    def _fit(self, context: int) -> None:
        if context < LEAST_ROOM:
            raise ModelUnavailableError(
                f"The model {self.model} of the inference server {self.place} takes {context} "
                f"tokens at once, too few for a release; it needs {LEAST_ROOM}."
            )
        self._dialect = replace(self._dialect, room=context)

    def _tell(self, fault: Fault) -> EngineError:
        return EngineError(f"The inference server {self.place} {self._line.hide(fault.reason)}.")
