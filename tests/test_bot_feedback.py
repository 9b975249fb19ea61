"""What readers say of summaries: kept once a person, checked again where wrong, and reported."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from talk import Talk, open_talk

from bot.local import Message
from bot.rechecking import check_again
from bot.reports import MOST_AN_HOUR
from data.models import Release
from data.store.feedback import FeedbackCount

NOON = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OPERATOR = 9009


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, NOON, admin_ids=f"{OPERATOR}") as opened:
        opened.telegram.open_chat(OPERATOR)
        yield opened


def save(talk: Talk, release: Release, said: str | None = None) -> None:
    talk.app.store.releases.save([release], talk.clock())
    summaries = make_summaries(release)
    if said is not None:
        summaries[0] = summaries[0].model_copy(update={"text": said})
    talk.app.store.releases.save_summaries(release, summaries, talk.clock())


async def open_card(talk: Talk, seq: int = 1, *, chat_id: int = 1001, code: str = "en") -> Message:
    shown = await talk.ask("/quiet", chat_id=chat_id, code=code)
    _, (card,) = await talk.press(shown, f"card:{seq}", force=True)
    return card


async def list_reports(talk: Talk) -> list[Message]:
    await talk.app.sender.deliver_due()
    return await talk.settle(OPERATOR)


def counts(talk: Talk) -> list[FeedbackCount]:
    return talk.app.store.feedback.list_counts(talk.clock())


def labels(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


async def test_a_thumb_is_counted_marked_changed_and_taken_back(talk: Talk) -> None:
    save(talk, make_release())
    card = await open_card(talk)
    toast, sent = await talk.press(card, "good:1:en")
    assert (toast.text, sent) == ("Thank you!", [])
    assert "✓ 👍" in labels(talk.now_reads(card))
    assert counts(talk) == [FeedbackCount("extract", None, 1, 0, 0)]
    await talk.press(talk.now_reads(card), "bad:1:en")
    assert {"👍", "✓ 👎"} <= set(labels(talk.now_reads(card)))
    assert counts(talk) == [FeedbackCount("extract", None, 0, 1, 0)]
    toast, _ = await talk.press(talk.now_reads(card), "bad:1:en")
    assert toast.text == "Taken back."
    assert talk.now_reads(card).markup == card.markup
    assert counts(talk) == []


@pytest.mark.parametrize(
    ("code", "words"), [("en", "Thank you"), ("zh-hk", "多謝"), ("zh-cn", "多谢")]
)
async def test_thanks_are_in_the_language_of_the_chat(talk: Talk, code: str, words: str) -> None:
    save(talk, make_release())
    card = await open_card(talk, code=code)
    data = next(each["callback_data"] for each in card.buttons if "wrong:" in each["callback_data"])
    toast, _ = await talk.press(card, data)
    assert words in (toast.text or "")
    assert any("✓" in each for each in labels(talk.now_reads(card)))


async def test_the_mark_is_still_there_after_a_look_at_more(talk: Talk) -> None:
    save(talk, make_release())
    card = await open_card(talk)
    for data in ("good:1:en", "more:1:en", "tell:1:en"):
        await talk.press(talk.now_reads(card), data)
    assert "✓ 👍" in labels(talk.now_reads(card))


async def test_in_a_group_each_person_counts_and_nobodys_choice_is_shown(talk: Talk) -> None:
    save(talk, make_release())
    talk.telegram.open_chat(-5005, kind="group")
    card = await open_card(talk, chat_id=-5005)
    for user_id, verdict in ((1, "good"), (2, "good"), (3, "bad"), (2, "good")):
        await talk.press(card, f"{verdict}:1:en", user_id=user_id)
    assert counts(talk) == [FeedbackCount("extract", None, 1, 1, 0)]
    assert talk.now_reads(card) == card


async def test_in_two_languages_both_summaries_are_judged(talk: Talk) -> None:
    save(talk, make_release())
    await talk.ask("/language both")
    card = await open_card(talk)
    await talk.press(card, "bad:1:en+zh-Hant")
    assert counts(talk) == [FeedbackCount("extract", None, 0, 2, 0)]


async def test_wrong_reaches_the_operator_once_with_what_the_check_says_now(talk: Talk) -> None:
    save(talk, make_release(), "Fifty lanterns <were> lit at the harbour on November 21.")
    for user_id in (1001, 2002):
        talk.telegram.open_chat(user_id)
        card = await open_card(talk, chat_id=user_id)
        await talk.press(card, "wrong:1:en", user_id=user_id)
    (report,) = await list_reports(talk)
    assert "Lanterns lit at harbour" in report.text
    assert "Fifty lanterns <were> lit" in report.text
    assert "The check now finds: " in report.text
    assert "/gia/general/202611/21/P2026112100101.htm" in report.text
    assert "2002" not in report.text
    kept = talk.app.store.db.execute("SELECT source, unsupported FROM feedback").fetchall()
    assert len(kept) == 2
    assert all("13 lanterns" in source for source, _ in kept)
    assert all(len(unsupported) > 2 for _, unsupported in kept)


async def test_where_the_check_finds_nothing_the_operator_hears_that_too(talk: Talk) -> None:
    said = "The Harbour Department said today (November 21) that 13 lanterns had been lit."
    save(talk, make_release(), said)
    await talk.press(await open_card(talk), "wrong:1:en")
    (report,) = await list_reports(talk)
    assert "finds nothing wrong" in report.text


async def test_a_flood_of_wrongs_reaches_the_operator_in_part(talk: Talk) -> None:
    releases = make_releases(MOST_AN_HOUR + 3)
    for release in releases:
        save(talk, release)
    card = await open_card(talk)
    for seq in range(1, len(releases) + 1):
        await talk.press(card, f"wrong:{seq}:en", force=True)
        await talk.press(card, f"wrong:{seq}:en", force=True)
        talk.clock.advance(seconds=5)
    assert len(await list_reports(talk)) == MOST_AN_HOUR
    talk.clock.advance(hours=1)
    await talk.press(card, f"wrong:{len(releases)}:en", force=True)
    assert len(await list_reports(talk)) == 1


async def test_without_a_summary_there_is_nothing_to_judge(talk: Talk) -> None:
    talk.app.store.releases.save([make_release()], talk.clock())
    toast, _ = await talk.press(await open_card(talk), "good:1:en")
    assert "no summary" in (toast.text or "")
    assert counts(talk) == []


def test_a_translation_is_checked_against_the_text_in_the_other_language() -> None:
    chinese = make_text("zh")
    summary = make_summaries(make_release())[0]
    assert check_again(chinese, summary) == ()
    wrong = summary.model_copy(update={"text": "Some 77 lanterns were lit on November 21."})
    assert check_again(chinese, wrong) != ()
