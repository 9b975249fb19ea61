import contextlib
import gzip
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest
from certificates import make_certificate
from hostile_site import OK, HostileSite
from hypothesis import given
from hypothesis import strategies as st
from local_inference import Json, LocalInference, Served, say

from data.models import Language, Release, ReleaseText
from summarizer.engines.base import (
    BatchEngine,
    Draft,
    EngineError,
    ModelUnavailableError,
    Translator,
    WrongUseError,
)
from summarizer.engines.base import Request as Asking
from summarizer.engines.remote import RemoteEngine, load_remote
from summarizer.engines.remote.address import is_private_host, read_address
from summarizer.engines.remote.dialect import LEAST_ROOM, Dialect, adapt, estimate_tokens
from summarizer.engines.remote.line import Clockwork
from summarizer.engines.remote.patience import Breaker, choose_wait, read_retry_after
from summarizer.engines.remote.replies import (
    Answer,
    Fault,
    Reply,
    read_answer,
    read_content,
    read_models,
)
from summarizer.loading import EngineOptions
from summarizer.summarize import summarize_release
from summarizer.translation import translate_release

KEY = "sk-lantern-5e7f"
ISSUED = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
BODIES: dict[Language, str] = {
    "en": (
        "The Lantern Bureau announced today (November 27) that 13 600 lamps on Pier Road will be "
        "replaced from December 1 at a cost of $5.1 million.\n\nWork will be done at night, and "
        "37 workers will take part.\n\nMembers of the public should avoid Pier Road between 11pm "
        "and 5am."
    ),
    "zh": (
        "燈籠管理局今日（十一月二十七日）宣布，碼頭道一萬三千六百盞街燈將由十二月一日起更換，"
        "費用為五百一十萬元。\n\n工程在晚上進行，由三十七名工人負責。\n\n"
        "市民應避免在晚上十一時至上午五時前往碼頭道。"
    ),
}
TOLD: dict[Language, str] = {
    "en": (
        "The Lantern Bureau will replace 13,600 lamps on Pier Road from December 1, at a cost of "
        "$5.1 million. The night work by 37 workers means that members of the public should "
        "avoid the road."
    ),
    "zh": (
        "燈籠管理局11月27日宣布，碼頭道13,600盞街燈將由12月1日起更換，費用為510萬元。"
        "工程在晚上進行，由37名工人負責，市民應避免前往碼頭道。"
    ),
}
SECOND = TOLD["en"].split(". ")[1]


@dataclass
class Time:
    """A time that passes only while someone sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def make_clockwork(self) -> Clockwork:
        return Clockwork(
            monotonic=lambda: self.seconds,
            now=lambda: ISSUED + timedelta(seconds=self.seconds),
            sleep=self.sleep,
            chance=lambda: 1.0,
        )


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def server() -> Iterator[LocalInference]:
    with LocalInference(answer=tell) as running:
        yield running


def tell(body: Json) -> Served:
    """A true summary in the language of the prompt."""
    asked = body["messages"][-1]["content"]
    return Served(say(TOLD["en" if "Write the summary" in asked else "zh"]))


def load(server: LocalInference, time: Time, **options: object) -> RemoteEngine:
    chosen = {"remote_url": server.url, "remote_key": KEY, **options}
    return load_remote(EngineOptions("remote", **chosen), time.make_clockwork())  # type: ignore[arg-type]  # a table's


def count_tokens(body: Json) -> int:
    """What the prompt of a request has of them, as we estimate it."""
    return sum(estimate_tokens(message["content"]) for message in body["messages"])


def make_text(language: Language = "en", number: int = 0, body: str | None = None) -> ReleaseText:
    return ReleaseText(
        language=language,
        id=f"P{number}{language}",
        url="u",
        title=f"Lamps {number}" if language == "en" else f"街燈{number}",
        body=body or BODIES[language],
        issued_at=ISSUED,
    )


def make_release(*languages: Language) -> Release:
    texts = {language: make_text(language) for language in languages}
    return Release(id="P1", source="s", issued_at=ISSUED, texts=texts)


def test_a_release_is_summarised_in_both_languages(server: LocalInference, time: Time) -> None:
    engine = load(server, time)
    summaries = summarize_release(make_release("en", "zh"), engine)
    assert [summary.text for summary in summaries] == [TOLD["en"], TOLD["zh"]]
    assert {(each.method, each.model, each.supported) for each in summaries} == {
        ("model", "small", True)
    }
    assert isinstance(engine, BatchEngine)
    assert isinstance(engine, Translator)
    assert engine.is_up
    assert engine.standing == (
        f"Summaries come from the model small of the inference server {server.url}."
    )


def test_a_request_says_all_that_makes_an_answer_the_same_each_time(
    server: LocalInference, time: Time
) -> None:
    load(server, time).draft(make_text(), ("it is too long",))
    (asked,) = server.asked
    messages = asked.body.pop("messages")
    assert asked.body == {
        "model": "small",
        "max_tokens": 280,
        "temperature": 0,
        "seed": 0,
        "chat_template_kwargs": {"enable_thinking": False},
    }
    assert messages[0]["role"] == "system"
    assert "13 600 lamps" in messages[-1]["content"]
    assert "it is too long" in messages[-1]["content"]
    assert asked.headers["Authorization"] == f"Bearer {KEY}"
    assert asked.headers["Accept-Encoding"] == "identity"


def test_a_server_without_key_is_sent_none(server: LocalInference, time: Time) -> None:
    load(server, time, remote_key=None).draft(make_text())
    assert "Authorization" not in server.asked[0].headers


def test_a_release_in_one_language_is_translated(server: LocalInference, time: Time) -> None:
    engine = load(server, time)
    release = make_release("en")
    told = summarize_release(release, engine)
    server.replies.append(Served(say(f"更換街燈\n{TOLD['zh']}")))
    (translation,) = translate_release(release, told, engine)
    assert (translation.headline, translation.text) == ("更換街燈", TOLD["zh"])
    assert (translation.method, translation.supported) == ("translation", True)
    server.replies.append(Served(status=401))
    with pytest.raises(EngineError, match="wants another key"):
        engine.translate(make_text(), told[0])


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (say([{"type": "text", "text": TOLD["en"][:30]}, {"text": TOLD["en"][30:]}]), TOLD["en"]),
        (say([TOLD["en"], {"type": "image"}, None]), TOLD["en"]),
        (say(f"<think>Hm, lamps.</think>{TOLD['en']}"), TOLD["en"]),
        (say(f"Hm, lamps.</think>\n\n{TOLD['en']}"), TOLD["en"]),
        (say(TOLD["en"], reasoning_content="Hm, 18,600 lamps."), TOLD["en"]),
        (say(TOLD["en"] + " Then the", "length"), TOLD["en"]),
        (say(TOLD["en"]) | {"error": None, "usage": "much"}, TOLD["en"]),
        (say(f"\ud83c {TOLD['en']}"), f"? {TOLD['en']}"),
    ],
)
def test_an_answer_is_read_in_whatever_form_it_comes(
    server: LocalInference, time: Time, reply: Json, expected: str
) -> None:
    server.replies.append(Served(reply))
    assert load(server, time).draft(make_text()).text == expected


def test_json_of_another_type_is_json(server: LocalInference, time: Time) -> None:
    body = b"\xef\xbb\xbf" + json.dumps(say(TOLD["en"])).encode()
    server.replies.append(Served(body, headers={"Content-Type": "text/html"}))
    assert load(server, time).draft(make_text()).text == TOLD["en"]


PAGE = b"<!DOCTYPE html><html><body>Welcome</body></html>"
DEEP = b"[" * 500_000
SURE: list[tuple[Served, str]] = [  # faults that no waiting mends
    (
        Served({"error": {"message": f"Bad\nrequest, {KEY}!"}}, 400),
        "refuses .*400: Bad request, …!",
    ),
    (Served({"error": f"No such key: {KEY[:9]}***"}, 401), r"wants another key \(401\)\.$"),
    (Served({"detail": "This key is no good"}, 403), r"refuses access with this key \(403\)\.$"),
    (Served({"message": "model not found"}, 404), "no such model or address .404: model not found"),
    (Served(PAGE, 404), r"no such model or address \(404\)"),
    (Served({"detail": [{"msg": "Missing", "loc": ["body", "user"]}]}, 422), "Missing: .'body'"),
    (Served(b"too long", 413), "finds the request too long .413: too long"),
    (Served(status=302, headers={"Location": "http://else.example/"}), "302: http://else.example/"),
    (Served(PAGE), "answers with a web page"),
    (Served(b"data: {}\n\n"), "something else instead of JSON"),
    (Served(b""), "something else instead of JSON"),
    (Served(b"[]"), "something else instead of JSON"),
    (Served(b"\xff\xfe\x00"), "something else instead of JSON"),
    (Served(DEEP), "something else instead of JSON"),
    (Served(b"1" * 10_000), "something else instead of JSON"),
    (Served(b" " * 1_000_001), "more than 1 MB"),
    (
        Served(gzip.compress(b" " * 10_000_000), headers={"Content-Encoding": "gzip"}),
        "compresses what was to come as it is",
    ),
    (Served({"choices": []}), "answers without a message"),
    (Served({"choices": [{"message": "words"}]}), "answers without a message"),
    (Served({"choices": "words"}), "answers without a message"),
    (Served(say(None)), "answered with nothing"),
    (Served(say([{"text": 5}])), "answered with nothing"),
    (Served(say(None, reasoning_content="Hm.")), "only thought"),
    (Served(say("<think>Hm, lamps", "length")), "only thought"),
    (Served(say(None, refusal="No!")), "declined to answer"),
    (Served(say(TOLD["en"], "content_filter")), "filtered the answer"),
    (Served({"error": {"message": "No.", "code": 400}}), "refuses the request .400: No"),
]
PASSING: list[tuple[Served, str]] = [  # faults that waiting may mend
    (Served({"error": {"message": "Slow down"}}, 429), "is too busy .429: Slow down"),
    (Served(b"Internal Server Error", 500), "fails .500: Internal Server Error"),
    (Served(PAGE, 502), r"fails \(502\)"),
    (Served({"error": {"message": "Loading model"}}, 503), "is not ready .503: Loading model"),
    (Served(status=504), r"took too long \(504\)"),
    (Served({"error": {"message": "Busy", "code": 429}}), "is too busy .429: Busy"),
    (Served({"error": "out of memory"}), "fails .500: out of memory"),
    (Served(say(TOLD["en"]), cut=50), "broke off"),
    (Served(hangs_up=True), "broke off"),
]


@pytest.mark.parametrize(("reply", "reason"), SURE)
def test_a_fault_that_no_waiting_mends_is_said_at_once(
    server: LocalInference,
    time: Time,
    caplog: pytest.LogCaptureFixture,
    reply: Served,
    reason: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    engine = load(server, time)
    server.replies.append(reply)
    with pytest.raises(EngineError, match=reason) as refused:
        engine.draft(make_text())
    assert (len(server.asked), time.slept) == (1, [])
    assert "\n" not in str(refused.value)
    assert KEY not in f"{refused.value} {engine!r} {engine.standing} {caplog.text}"
    assert engine.draft(make_text()).text == TOLD["en"]


@pytest.mark.parametrize(("reply", "reason"), PASSING)
def test_a_fault_that_may_pass_is_waited_out_longer_each_time(
    server: LocalInference, time: Time, reply: Served, reason: str
) -> None:
    engine = load(server, time)
    server.replies.extend([reply] * 3)
    assert engine.draft(make_text()).text == TOLD["en"]
    assert (len(server.asked), time.slept) == (4, [1, 2, 4])
    server.replies.extend([reply] * 4)
    with pytest.raises(EngineError, match=reason):
        engine.draft(make_text())
    assert len(server.asked) == 8


@pytest.mark.parametrize(
    ("asked", "wait"),
    [
        ("7", 7.0),
        ("0.5", 1.0),
        (format_datetime(ISSUED + timedelta(seconds=9)), 9.0),
        (format_datetime(ISSUED - timedelta(days=1)), 1.0),
        ("soon", 1.0),
        ("nan", 1.0),
        ("-5", 1.0),
    ],
)
def test_a_server_is_left_alone_for_as_long_as_it_asks(
    server: LocalInference, time: Time, asked: str, wait: float
) -> None:
    server.replies.append(Served(status=429, headers={"Retry-After": asked}))
    assert load(server, time).draft(make_text()).text == TOLD["en"]
    assert time.slept == [wait]


def test_a_wait_beyond_the_time_limit_is_not_waited_and_the_server_spared(
    server: LocalInference, time: Time
) -> None:
    engine = load(server, time)
    server.replies.append(Served(status=429, headers={"Retry-After": "300"}))
    with pytest.raises(EngineError, match=r"too busy \(429\)\.$"):
        engine.draft(make_text())
    with pytest.raises(EngineError, match="and is left alone for 300 more seconds"):
        engine.draft(make_text())
    assert (len(server.asked), time.slept) == (1, [])
    time.seconds = 301
    assert engine.draft(make_text()).text == TOLD["en"]


@pytest.mark.parametrize("slow", [Served(say(TOLD["en"]), pause=30), Served(b"{" * 99, drip=0.1)])
def test_an_answer_that_takes_too_long_is_given_up(
    server: LocalInference, time: Time, slow: Served
) -> None:
    engine = load(server, time, remote_timeout=0.4)
    server.replies.append(slow)
    with pytest.raises(EngineError, match=r"gives no answer within 0\.4 seconds"):
        engine.draft(make_text())
    assert len(server.asked) == 1


def test_a_server_that_fails_again_and_again_is_spared_and_then_tried_with_one_request(
    server: LocalInference, time: Time
) -> None:
    engine = load(server, time)
    server.answer = lambda body: Served(status=401)
    asking = [Asking(make_text(number=number)) for number in range(12)]
    first = engine.draft_batch(asking)
    # Those under way when the third failed were asked; the others were not.
    assert 3 <= len(server.asked) <= 6
    assert all(isinstance(each, EngineError) for each in first)
    assert "wants another key (401), and is left alone for 60 more seconds" in str(first[-1])
    asked = len(server.asked)
    (summary,) = summarize_release(make_release("en"), engine)
    assert (summary.method, summary.supported) == ("extract", True)
    assert "left alone" in (summary.reason or "")
    assert len(server.asked) == asked
    time.seconds += 61
    assert "120 more seconds" in str(engine.draft_batch(asking)[-1])
    assert len(server.asked) == asked + 1
    server.answer = tell
    time.seconds += 121
    assert all(isinstance(each, Draft) for each in engine.draft_batch(asking))
    assert len(server.asked) == asked + 1 + 12


def test_a_request_that_is_at_fault_itself_does_not_count_against_the_server(
    server: LocalInference, time: Time
) -> None:
    engine = load(server, time)
    server.answer = lambda body: Served({"error": "No."}, 400)
    engine.draft_batch([Asking(make_text(number=number)) for number in range(12)])
    assert len(server.asked) == 12


def test_in_a_batch_one_failure_is_a_value_and_the_order_holds(
    server: LocalInference, time: Time
) -> None:
    def answer(body: Json) -> Served:
        asked = body["messages"][-1]["content"]
        number = next(each for each in range(9) if f"Lamps {each}" in asked)
        if number == 4:
            return Served({"error": "No."}, 400)
        return Served(say(f"The lamps are of kind {number}."), pause=0.02 * (9 - number))

    server.answer = answer
    engine = load(server, time)
    drafts = engine.draft_batch([Asking(make_text(number=number)) for number in range(9)])
    told = [draft.text if isinstance(draft, Draft) else "" for draft in drafts]
    assert told == ["" if each == 4 else f"The lamps are of kind {each}." for each in range(9)]
    assert isinstance(drafts[4], EngineError)
    assert engine.draft_batch([]) == []


def test_no_more_requests_are_under_way_than_allowed(server: LocalInference, time: Time) -> None:
    server.answer = lambda body: Served(say(TOLD["en"]), pause=0.03)
    engine = load(server, time, remote_concurrency=3)
    assert engine.batch_size == 12
    asking = [Asking(make_text(number=number)) for number in range(12)]
    threads = [threading.Thread(target=engine.draft_batch, args=(asking,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (server.most_in_flight, len(server.asked)) == (3, 24)


def test_what_answers_took_is_counted(server: LocalInference, time: Time) -> None:
    engine = load(server, time)
    usage = {"prompt_tokens": 500, "completion_tokens": 40}
    details = {"prompt_tokens_details": {"cached_tokens": 300}}
    server.replies.extend(
        [
            Served(status=503),
            Served(say(TOLD["en"]) | {"usage": usage | details}),
            Served({}, 400),
            Served(say(TOLD["en"]) | {"usage": None}),
        ]
    )
    for _ in range(3):
        engine.draft_batch([Asking(make_text())])
    total = engine.meter.snapshot().total
    assert (total.prompt_tokens, total.cached_tokens, total.new_tokens) == (500, 300, 40)
    assert (total.answers, total.decode_seconds) == (2, 1.0)


NAMES = [
    *("choices", "message", "content", "text", "reasoning_content", "refusal", "finish_reason"),
    *("usage", "prompt_tokens", "error", "code", "detail", "msg", "loc", "data", "id", "meta"),
    *("max_model_len", "n_ctx", "prompt_tokens_details"),
]
FIELDS = "Unexpected fields in the request: {'chat_template_kwargs', 'seed'}"
TEMPERATURE = "Unsupported value: 'temperature' does not support 0 with this model."
LIMIT = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
EXTRA = [{"msg": "Extra inputs are not permitted", "loc": ["body", "seed"], "input": "temperature"}]


@pytest.mark.parametrize(
    ("refusal", "gone", "there"),
    [
        (Served({"detail": FIELDS}, 422), {"chat_template_kwargs", "seed"}, {"temperature"}),
        (Served({"error": {"message": TEMPERATURE}}, 400), {"temperature"}, {"seed"}),
        (Served({"error": {"message": LIMIT}}, 400), {"max_tokens"}, {"max_completion_tokens"}),
        (Served({"detail": EXTRA}, 422), {"seed"}, {"temperature"}),
    ],
)
def test_fields_that_a_server_does_not_know_are_left_out_from_then_on(
    server: LocalInference, time: Time, refusal: Served, gone: set[str], there: set[str]
) -> None:
    server.answer = lambda body: refusal if gone <= set(body) else tell(body)
    engine = load(server, time)
    assert engine.draft(make_text()).text == TOLD["en"]
    assert engine.draft(make_text()).text == TOLD["en"]
    assert len(server.asked) == 3
    assert not gone & set(server.asked[-1].body)
    assert there <= set(server.asked[-1].body)


def test_requests_under_way_together_learn_from_each_other(
    server: LocalInference, time: Time
) -> None:
    def answer(body: Json) -> Served:
        for name in ("seed", "temperature"):
            if name in body:
                return Served({"error": f"unknown field {name}"}, 400, pause=0.02)
        return tell(body)

    server.answer = answer
    drafts = load(server, time).draft_batch([Asking(make_text())] * 4)
    assert all(isinstance(draft, Draft) for draft in drafts)


@pytest.mark.parametrize("status", [400, 500])
def test_a_template_without_system_role_is_served(
    server: LocalInference, time: Time, status: int
) -> None:
    def answer(body: Json) -> Served:
        if body["messages"][0]["role"] == "system":
            return Served({"error": {"message": "System role not supported"}}, status)
        return tell(body)

    server.answer = answer
    engine = load(server, time)
    assert engine.draft(make_text()).text == TOLD["en"]
    assert server.asked[-1].body["messages"][0]["role"] == "user"


ROOM = LEAST_ROOM + 250
VLLM = f"This model's maximum context length is {ROOM} tokens. However, you requested 2600 tokens."
LLAMA = f"request (2600 tokens) exceeds the available context size ({ROOM} tokens), try more"


@pytest.mark.parametrize(
    "error",
    [
        {"message": VLLM, "code": 400},
        {"message": LLAMA, "code": 400},
        {"message": "The request exceeds the context size", "code": 400, "n_ctx": ROOM},
        {"message": "The context window is full", "code": 400},
    ],
)
def test_a_body_that_does_not_fit_is_cut_to_what_the_server_takes(
    server: LocalInference, time: Time, error: Json
) -> None:
    def answer(body: Json) -> Served:
        tokens = count_tokens(body) + body["max_tokens"]
        return Served({"error": error}, 400) if tokens > ROOM else tell(body)

    server.answer = answer
    engine = load(server, time)
    lines = "\n\n".join(
        f"Lamp {number} on Pier Road is old and dim, as people told the bureau."
        for number in range(400)
    )
    long = make_text(body=f"{BODIES['en']}\n\n{lines}")
    assert engine.draft(long).text == TOLD["en"]
    assert engine.draft(long).text == TOLD["en"]
    assert len(server.asked) == 3
    assert "13 600 lamps" in server.asked[-1].body["messages"][-1]["content"]


def test_a_server_that_finds_everything_too_long_is_not_asked_for_ever(
    server: LocalInference, time: Time
) -> None:
    server.answer = lambda body: Served({"error": "context size exceeded"}, 400)
    with pytest.raises(EngineError, match="context size exceeded"):
        load(server, time).draft(make_text())
    assert len(server.asked) < 6


@pytest.mark.parametrize("prefix", ["/v1", "", "/llm/v1", "/llm", "/v1beta/openai"])
@pytest.mark.parametrize("slip", ["", "/", "/chat/completions", "/models"])
def test_the_api_is_found_with_or_without_v1(prefix: str, slip: str, time: Time) -> None:
    with LocalInference(answer=tell, prefix=prefix) as server:
        engine = load(server, time, remote_url=f" {server.url}{slip} ")
        assert engine.draft(make_text()).text == TOLD["en"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_api_is_found_where_only_the_server_is_named(
    server: LocalInference, time: Time, slash: str
) -> None:
    assert load(server, time, remote_url=server.root + slash).draft(make_text())
    assert len(server.listed) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        (None, "needs the address"),
        ("127.0.0.1:8000", "not of the form"),
        ("http://", "not of the form"),
        ("ftp://host/v1", "not of the form"),
        ("http://a host/v1", "not of the form"),
        ("http://host:99999/v1", "no such port"),
        ("http://host:port/v1", "can't be read"),
        ("http://me:secret@host/v1", "user name or password"),
        ("http://host/v1?key=secret", "“.”"),
        ("http://host/\x00", "can't be read"),
    ],
)
def test_an_address_that_can_be_none_is_wrong_use(url: str | None, reason: str) -> None:
    with pytest.raises(WrongUseError, match=reason) as refused:
        load_remote(EngineOptions("remote", remote_url=url))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "options",
    [
        EngineOptions("remote", remote_url="http://a", remote_key="kéy-secret"),
        EngineOptions("remote", remote_url="http://a", remote_key="key-secret\nx"),
        EngineOptions("remote", remote_url="http://a", remote_concurrency=0),
        EngineOptions("remote", remote_url="http://a", remote_timeout=0),
    ],
)
def test_options_that_cannot_be_meant_are_wrong_use(options: EngineOptions) -> None:
    with pytest.raises(WrongUseError) as refused:
        load_remote(options)
    assert "secret" not in f"{refused.value} {options!r}"


@pytest.mark.parametrize(
    ("models", "reason"),
    [
        ([], "must be named; it lists none"),
        ([{"id": "one"}, {"id": "two\x1b[2J"}, {"name": "three"}], r"it lists one, two \[2J\."),
        ([{"id": f"m{number}"} for number in range(99)], "m7, …"),
        ([{"id": "small", "max_model_len": 512}], "takes 512 tokens at once, too few"),
        (Served(status=401), r"wants another key \(401\)"),
        (Served(status=403), "refuses access"),
        (Served(status=404), "knows no such model or address"),
        (Served(status=307, headers={"Location": "https://else.example"}), "sends elsewhere"),
        (Served(PAGE), "answers with a web page"),
        (Served({"models": []}), "does not list its models"),
        (Served(b" " * 1_000_001), "more than 1 MB"),
    ],
)
def test_a_server_that_cannot_be_used_is_one_sentence(
    server: LocalInference, time: Time, models: Served | list[Json], reason: str
) -> None:
    server.models = models
    with pytest.raises(ModelUnavailableError, match=reason) as refused:
        load(server, time)
    assert "\n" not in str(refused.value)
    assert server.root in str(refused.value)


@pytest.mark.parametrize(
    "models",
    [
        [{"id": "one", "max_model_len": 512}, {"id": "two"}],
        Served(status=404),
        Served(b"Internal Server Error", 500),
        Served(PAGE),
        Served(b" " * 1_000_001),
    ],
)
def test_a_model_that_is_named_needs_no_list(
    server: LocalInference, time: Time, models: Served | list[Json]
) -> None:
    server.models = models
    engine = load(server, time, model="three")
    assert engine.draft(make_text()).text == TOLD["en"]
    assert server.asked[0].body["model"] == "three"


@pytest.mark.parametrize(
    "stated",
    [
        {"max_model_len": ROOM},
        {"context_length": ROOM, "meta": None},
        {"meta": {"n_ctx_train": ROOM}},
        {"meta": {"n_ctx_train": 40_960, "n_ctx": ROOM}, "max_model_len": True},
    ],
)
def test_a_body_is_cut_to_the_context_that_a_server_states(
    server: LocalInference, time: Time, stated: Json
) -> None:
    server.models = [{"id": "small"} | stated]
    long = make_text(body=f"{BODIES['en']}\n\n" + "The lamps are old and dim. " * 2_000)
    load(server, time).draft(long)
    body = server.asked[0].body
    assert ROOM - 300 < count_tokens(body) + body["max_tokens"] < ROOM


def test_a_server_that_is_not_up_yet_is_asked_again_with_each_batch(
    server: LocalInference, time: Time
) -> None:
    server.models = Served({"error": {"message": "Loading model"}}, 503)
    engine = load(server, time)
    assert (engine.model, engine.is_up) == (None, False)
    assert engine.standing == (
        f"The inference server {server.url} is not ready (503: Loading model). "
        "Until it answers, summaries come from the extract engine."
    )
    (summary,) = summarize_release(make_release("en"), engine)
    assert (summary.method, summary.supported) == ("extract", True)
    server.models = [{"id": "small"}]
    (summary,) = summarize_release(make_release("en"), engine)
    assert (summary.text, summary.model) == (TOLD["en"], "small")


def test_a_server_that_takes_other_models_later_is_asked_again_which(
    server: LocalInference, time: Time
) -> None:
    def answer(body: Json) -> Served:
        return tell(body) if body["model"] == server.models[0]["id"] else Served(status=404)  # type: ignore[index]  # a list here

    server.answer = answer
    engine = load(server, time)
    server.models = [{"id": "large"}]
    with pytest.raises(EngineError, match="no such model"):
        engine.draft(make_text())
    assert engine.draft(make_text()).text == TOLD["en"]
    assert engine.model == "large"


def test_a_server_that_cannot_be_reached_is_one_sentence_and_soon_left_alone(time: Time) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    options = EngineOptions("remote", model="m", remote_url=f"http://127.0.0.1:{port}")
    engine = load_remote(options, time.make_clockwork())
    reasons = [str(each) for each in engine.draft_batch([Asking(make_text())] * 2)]
    assert all("can't be reached (" in reason for reason in reasons)
    engine.draft_batch([Asking(make_text())])
    (reason,) = engine.draft_batch([Asking(make_text())])
    assert "left alone for 60 more seconds" in str(reason)


def test_a_proxy_is_not_used_for_a_private_server(
    server: LocalInference, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert load(server, time).draft(make_text())


def test_a_proxy_is_used_for_a_public_server_and_a_key_in_the_open_is_warned_of(
    time: Time, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    public = "http://inference.example/v1"
    with LocalInference(answer=tell, prefix=public) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        monkeypatch.setenv("NO_PROXY", "")
        engine = load(proxy, time, remote_url=public)
        engine.draft(make_text())
        engine.draft(make_text())
    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == ["The key goes unencrypted to a public server; use https if it can be had"]


def test_a_proxy_that_can_be_none_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://me:secret@proxy.example")
    with pytest.raises(WrongUseError, match="proxy") as refused:
        load_remote(EngineOptions("remote", remote_url="https://inference.example"))
    assert "secret" not in str(refused.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for this machine, in one file."""
    return make_certificate(tmp_path_factory.mktemp("tls"), "here", "IP:127.0.0.1")


def test_a_certificate_must_be_one_that_the_system_trusts(
    certificate: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    listing = b'Content-Length: 25\r\n\r\n{"data":[{"id":"small"}]}'
    with HostileSite({"/v1/models": OK + listing}) as site:
        site.tls = partial(tls.wrap_socket, server_side=True)
        options = EngineOptions("remote", remote_url=f"https://127.0.0.1:{site.port}")
        with pytest.raises(ModelUnavailableError, match=r"can't be trusted .*CERTIFICATE_VERIFY"):
            load_remote(options, time.make_clockwork())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert load_remote(options, time.make_clockwork()).model == "small"


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.5", True),
        ("100.64.0.1", True),
        ("vllm", True),
        ("gpu.lan.", True),
        ("host.docker.internal", True),
        ("8.8.8.8", False),
        ("inference.example", False),
        ("localhost.example", False),
    ],
)
def test_a_private_host_is_told_by_its_name(host: str, private: bool) -> None:
    assert is_private_host(host) is private


def test_an_address_keeps_what_its_path_needs() -> None:
    address = read_address("HTTPS://Host:8443//a%20b//v1/")
    assert address.bases == ("https://host:8443/a%20b/v1",)
    assert address.is_encrypted


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("", 0, 0), ("燈籠管理局", 5, 5), ("The lamps are old", 5, 6), ("13,600", 6, 6), ("🏮", 3, 3)],
)
def test_tokens_are_estimated_rather_too_high(text: str, least: int, most: int) -> None:
    assert least <= estimate_tokens(text) <= most


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(value=VALUES, status=st.sampled_from([200, 204, 301, 400, 401, 404, 422, 429, 500, 999]))
def test_whatever_a_server_says_is_read_as_something(value: object, status: int) -> None:
    content = read_content(Reply(status, json.dumps(value).encode(), None, "/"))
    if isinstance(content, Fault):
        assert "\n" not in content.reason
        assert len(content.reason) < 400
        adapt(Dialect(), content)
    else:
        assert isinstance(read_answer(content), Answer | Fault)
        assert isinstance(read_models(content), tuple | Fault)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_a_fault(body: bytes) -> None:
    assert isinstance(read_content(Reply(200, b"{" + body + b"\xff")), Fault)


def test_waits_grow_and_differ_by_chance() -> None:
    assert [choose_wait(tries, None, 1.0) for tries in range(1, 8)] == [1, 2, 4, 8, 16, 20, 20]
    assert choose_wait(3, None, 0.0) == 2
    assert choose_wait(3, 30.0, 0.0) == 30


def test_rests_grow_to_a_quarter_of_an_hour_and_end_with_an_answer() -> None:
    breaker, now = Breaker(), 0.0
    rests = []
    for _ in range(8):
        breaker.mark_failed(now)
        rests.append(breaker.find_rest(now) or 0.0)
        now += rests[-1]
    assert rests == [0, 0, 60, 120, 240, 480, 900, 900]
    breaker.mark_failed(now, asked=1e9)
    assert breaker.find_rest(now) == 900
    breaker.mark_answered()
    assert (breaker.find_rest(now), breaker.is_on_trial) == (None, False)


def test_a_date_without_zone_is_in_utc() -> None:
    assert read_retry_after("Thu, 27 Nov 2025 08:00:30 -0000", ISSUED) == 30
    assert read_retry_after(None, ISSUED) is None


def test_the_least_room_has_room_for_a_body(server: LocalInference, time: Time) -> None:
    server.models = [{"id": "small", "max_model_len": LEAST_ROOM}]
    load(server, time).draft(make_text("zh"), ["it is too long"] * 4)
    assert "一萬三千六百盞" in server.asked[0].body["messages"][-1]["content"]


@pytest.fixture(scope="module")
def transformers_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A real ``transformers serve`` with a model built on disk: its address and the model."""
    for package in ("accelerate", "fastapi", "openai", "uvicorn"):
        pytest.importorskip(package, reason=f"transformers serve needs {package}")
    import tiny_models

    folder = tmp_path_factory.mktemp("serving")
    first, second = TOLD["en"].split(". ")
    model = tiny_models.build_reciting(folder / "model", f"{first}.", f" {second}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model)]
    places = ["--device", "cpu", "--host", "127.0.0.1", "--port", str(port)]
    apart = {"HF_HOME": str(folder / "home"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *places], env=os.environ | apart, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_until_up(port, process)
        yield f"http://127.0.0.1:{port}", str(model)
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_up(port: int, process: subprocess.Popen[bytes]) -> None:
    """It listens once the model is loaded."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        threading.Event().wait(0.2)
    pytest.fail("transformers serve has ended")


@pytest.mark.timeout(300)  # on a busy machine the server takes its time to start
def test_a_real_server_summarises_a_release(transformers_server: tuple[str, str]) -> None:
    url, model = transformers_server
    engine = load_remote(EngineOptions("remote", model, remote_url=url))
    (summary,) = summarize_release(make_release("en"), engine)
    assert (summary.text, summary.model, summary.supported) == (TOLD["en"], model, True)
    drafts = engine.draft_batch([Asking(make_text(number=number)) for number in range(6)])
    assert [draft.text for draft in drafts if isinstance(draft, Draft)] == [TOLD["en"]] * 6
    assert engine.meter.snapshot().total.new_tokens == 7 * 3


def test_a_real_server_that_serves_another_model_says_so(
    transformers_server: tuple[str, str],
) -> None:
    url, _ = transformers_server
    engine = load_remote(EngineOptions("remote", "another", remote_url=url))
    with pytest.raises(EngineError, match="Server is pinned to"):
        engine.draft(make_text())
