"""The operator's commands, over HTTP with the local Bot API server."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import make_releases, make_summaries
from talk import Talk, open_talk

from bot.handlers.admin import render_stats
from bot.local import READER_ID
from bot.texts import say
from data.models import ChatLanguage
from data.store.releases import Made
from summarizer.meter import Generation, Speeds
from summarizer.worker import STATES, WorkerReport

STRANGER = 2002


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now, admin_ids=f"{READER_ID}, 77") as opened:
        opened.telegram.open_chat(STRANGER)
        yield opened


async def test_an_administrator_sees_the_figures_and_the_last_day(talk: Talk) -> None:
    releases = make_releases(4)
    talk.app.store.releases.save(releases, talk.clock())
    old, refused, recent, _ = releases
    talk.app.store.releases.save_summaries(old, make_summaries(old), talk.clock())
    talk.clock.now += timedelta(hours=25)
    talk.app.store.releases.save_summaries(recent, make_summaries(recent), talk.clock())
    faults = ("the figure “13” is not in the text", "it is too long")
    lame = [
        summary.model_copy(update={"supported": False, "unsupported": faults})
        for summary in make_summaries(refused)
    ]
    talk.app.store.releases.save_summaries(refused, lame, talk.clock())
    assert await talk.app.jobs.summarize() == 2
    text = (await talk.ask("/stats")).text
    assert "Engine: Summaries come from the extract engine, as chosen." in text
    assert "Process: ready" in text or "Process: working" in text
    assert "Summaries: 2, from 2 drafts" in text
    assert "Extracts: 4" in text
    assert "Refused by the check, only headlines shown: 2" in text
    assert "• 2 × the figure “…” is not in the text" in text


@pytest.mark.parametrize(
    ("code", "word"), [("zh-hk", "過去24小時的摘要"), ("zh-hans", "过去24小时的摘要")]
)
async def test_it_is_told_in_the_language_of_the_chat(talk: Talk, code: str, word: str) -> None:
    message = await talk.ask("/stats", code=code)
    assert word in message.text


async def test_others_get_the_answer_of_an_unknown_command_and_no_menu_names_it(
    talk: Talk,
) -> None:
    answers = []
    for command in ("/stats", "/nonsense"):
        talk.telegram.say(command, chat_id=STRANGER, user_id=STRANGER)
        answers += await talk.settle(STRANGER)
    assert [answer.text for answer in answers] == [say("en", "error.unknown_command")] * 2
    commands = await talk.app.application.bot.get_my_commands()
    assert "stats" not in {command.command for command in commands}


async def test_figures_are_not_told_to_a_group(talk: Talk) -> None:
    talk.telegram.open_chat(-5005, "group", "Neighbours")
    assert await talk.say("/stats", chat_id=-5005) == []


async def test_without_administrators_nobody_sees_them(tmp_path: Path, now: datetime) -> None:
    async with open_talk(tmp_path, now) as talk:
        assert (await talk.ask("/stats")).text == say("en", "error.unknown_command")


def make_report(**changes: object) -> WorkerReport:
    values: dict[str, object] = {
        "engine": "Summaries come from the model <b>.",
        "state": "ready",
        "waiting": 3,
        "in_flight": 2,
        "summaries": 10,
        "tries": 14,
        "fallbacks": {"it is too long": 2},
        "restarts": 1,
        "speeds": Speeds(Generation(1_000, 0, 90, 10.0, 9.0, 2)),
        "memory": 1_234_000_000,
        "ceiling": 6_000_000_000,
    }
    return WorkerReport(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_every_state_and_figure_has_its_words(language: ChatLanguage) -> None:
    for state in STATES:
        text = render_stats(language, make_report(state=state), [Made("model", True, None)])
        assert say(language, f"stats.states.{state}") in text
        assert "&lt;b&gt;" in text
        for figure in ("1,234 MB", "6,000 MB", "100.0", "10.0", "9.5", "it is too long"):
            assert figure in text


def test_what_is_not_known_is_a_dash() -> None:
    report = make_report(engine=None, memory=None, ceiling=None, speeds=Speeds(), fallbacks={})
    text = render_stats("en", report, [])
    assert "Engine: –" in text
    assert "Memory of the process: –" in text
    assert "Tokens" not in text
    assert "50 MB" in render_stats("en", make_report(memory=50_000_000, ceiling=None), [])
