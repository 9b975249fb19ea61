"""The ticks: what is due is done once, and what was done stays done."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from talk import Talk, open_talk

from bot.local import Message
from data.models import Release

DUE = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
"""The first digest of a chat that subscribes at the fixed moment: Monday 08:00 in Hong Kong."""


@pytest.fixture
async def talk(tmp_path: Path, now: datetime) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, now) as opened:
        yield opened


def add(talk: Talk, count: int, start: datetime, *, summarised: bool = True) -> list[Release]:
    releases = make_releases(count, start=start, step=timedelta(minutes=1))
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases if summarised else ():
        talk.app.store.releases.save_summaries(release, make_summaries(release), talk.clock())
    return releases


async def deliver_all(talk: Talk) -> list[Message]:
    await talk.app.sender.deliver_due()
    return await talk.settle()


async def next_digest(talk: Talk, at: datetime) -> list[Message]:
    talk.clock.now = at
    await talk.app.jobs.compose()
    return await deliver_all(talk)


async def test_a_digest_comes_at_its_hour_and_once(talk: Talk) -> None:
    await talk.say("/subscribe")
    add(talk, 2, DUE - timedelta(hours=3))
    talk.clock.now = DUE - timedelta(seconds=1)
    assert await talk.app.jobs.compose() == 0
    (digest,) = await next_digest(talk, DUE)
    assert digest.text.startswith("Daily digest · Monday, 23 November 2026 · 2 releases")
    assert await next_digest(talk, DUE + timedelta(hours=5)) == []


async def test_no_release_comes_twice_and_a_late_one_is_not_lost(talk: Talk) -> None:
    await talk.say("/subscribe")
    add(talk, 2, DUE - timedelta(hours=1))
    await next_digest(talk, DUE)
    # Issued before the first digest, and come in after it.
    late = make_releases(3, start=DUE - timedelta(hours=2), step=timedelta(minutes=1))[2]
    talk.app.store.releases.save([late], talk.clock())
    talk.app.store.releases.save_summaries(late, make_summaries(late), talk.clock())
    (digest,) = await next_digest(talk, DUE + timedelta(days=1))
    assert "1 release" in digest.text
    assert "Notice 2" in digest.text


async def test_a_day_without_releases_is_told_in_a_line(talk: Talk) -> None:
    await talk.say("/subscribe")
    (digest,) = await next_digest(talk, DUE)
    assert digest.text == "No releases since the last digest."


async def test_a_digest_waits_a_little_for_summaries_and_then_goes_without(talk: Talk) -> None:
    await talk.say("/subscribe")
    add(talk, 1, DUE - timedelta(hours=1), summarised=False)
    assert await next_digest(talk, DUE + timedelta(minutes=9)) == []
    (digest,) = await next_digest(talk, DUE + timedelta(minutes=10))
    assert "Notice 0" in digest.text
    assert "The summary is still being written" in digest.text


async def test_what_a_digest_waits_for_is_summarised_before_newer_releases(
    talk: Talk,
) -> None:
    await talk.say("/subscribe")
    (waited_for,) = add(talk, 1, DUE - timedelta(hours=5), summarised=False)
    talk.clock.now = DUE
    assert await talk.app.jobs.compose() == 0
    assert talk.app.worker.wanted == {waited_for.id}
    newer = make_releases(50, start=DUE + timedelta(hours=1), step=timedelta(minutes=1))
    talk.app.store.releases.save(newer, talk.clock())
    jobs = asyncio.ensure_future(talk.app.jobs.summarize())
    while talk.app.worker.wanted:  # noqa: ASYNC110  # the worker tells no one else
        await asyncio.sleep(0.01)
    assert talk.app.worker.report().summaries <= 4
    assert await jobs == 102
    assert await talk.app.jobs.compose() == 1


async def test_a_tick_that_is_called_off_leaves_nothing_behind(talk: Talk) -> None:
    add(talk, 8, DUE, summarised=False)
    tick = asyncio.ensure_future(talk.app.jobs.summarize())
    while not talk.app.worker.report().waiting:  # noqa: ASYNC110  # the worker tells no one else
        await asyncio.sleep(0.01)
    tick.cancel()
    with pytest.raises(asyncio.CancelledError):
        await tick
    assert talk.app.worker.report().waiting == 0
    assert await talk.app.jobs.summarize() == 16


@pytest.mark.parametrize(("hours", "digests"), [("1", 0), ("3", 1)])
async def test_how_late_a_digest_may_be_is_a_setting(
    tmp_path: Path, now: datetime, hours: str, digests: int
) -> None:
    async with open_talk(tmp_path, now, digest_late_hours=hours) as talk:
        await talk.say("/subscribe")
        talk.clock.now = DUE + timedelta(hours=2)
        assert await talk.app.jobs.compose() == digests


async def test_who_has_unsubscribed_gets_nothing(talk: Talk) -> None:
    await talk.say("/subscribe")
    await talk.say("/unsubscribe")
    add(talk, 1, DUE - timedelta(hours=1))
    assert await next_digest(talk, DUE) == []


async def test_a_long_digest_comes_in_order_and_after_a_crash_goes_on(talk: Talk) -> None:
    await talk.say("/subscribe")
    add(talk, 60, DUE - timedelta(hours=3))
    talk.clock.now = DUE
    await talk.app.jobs.compose()
    owed = talk.app.store.deliveries.count("due")
    assert owed > 1
    # One part is claimed, and the process dies before it is sent.
    assert talk.app.store.deliveries.claim(talk.clock()) is not None
    assert talk.app.sender.recover() == 1
    parts = await deliver_all(talk)
    assert len(parts) == owed
    for number, part in enumerate(parts, 1):
        assert f"part {number} of {owed}" in part.text


async def test_missing_summaries_are_made_newest_first_and_kept(talk: Talk) -> None:
    add(talk, 3, DUE, summarised=False)
    assert await talk.app.jobs.summarize() == 6
    assert talk.app.store.releases.find_unsummarised() is None
    assert await talk.app.jobs.summarize() == 0
    stored = talk.app.store.releases.list_latest(1)[0]
    assert stored.summaries["en"].method == "extract"
    assert stored.summaries["zh"].supported


async def test_a_release_in_one_language_waits_for_its_counterpart_and_is_then_marked(
    talk: Talk,
) -> None:
    alone = make_release(make_text("en", issued_at=DUE - timedelta(hours=7)))
    talk.app.store.releases.save([alone], DUE)
    talk.clock.now = DUE
    assert await talk.app.jobs.summarize() == 1
    assert talk.app.store.releases.get(alone.id).summaries.keys() == {"en"}
    talk.clock.now = DUE + timedelta(hours=1)
    assert await talk.app.jobs.summarize() == 1
    stored = talk.app.store.releases.get(alone.id)
    assert stored.summaries["zh"].headline == "Lanterns lit at harbour（只有英文）"
    assert stored.summaries["zh"].unsupported == ("there is no model to translate it",)
    assert await talk.app.jobs.summarize() == 0


async def test_what_is_done_is_dropped_when_nobody_asks_for_it_any_more(talk: Talk) -> None:
    await talk.say("/subscribe")
    add(talk, 2, DUE - timedelta(hours=3))
    await next_digest(talk, DUE)
    await talk.app.jobs.prune()
    sent, kept = talk.app.store.deliveries.count("sent"), count_rows(talk)
    assert (sent > 1, kept["digests"], kept["editions"]) == (True, 1, 1)
    talk.clock.advance(days=15)
    await talk.app.jobs.prune()
    assert talk.app.store.deliveries.count("sent") == 0
    later = count_rows(talk)
    # What was answered is gone; what a digest said is not.
    assert (later["digests"], later["editions"], later["contents"]) == (1, 1, 1)
    assert later["contents"] < kept["contents"]
    talk.clock.advance(days=50)
    await talk.app.jobs.prune()
    assert set(count_rows(talk).values()) == {0}
    # A chat that still gets digests goes on.
    assert await talk.app.jobs.compose() == 1


def count_rows(talk: Talk) -> dict[str, int]:
    return {
        table: talk.app.store.db.table(table).count
        for table in ("digests", "editions", "edition_parts", "contents", "shown")
    }
