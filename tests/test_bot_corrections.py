"""Corrections: what readers were sent is put right, and they hear of it once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from hypothesis import given
from hypothesis import strategies as st
from talk import Talk, open_talk

from bot.correcting import REACH, SUMMARY_WAIT
from bot.corrections import list_edits, make_note, retell, shows_figure, shows_name
from bot.digest import choose_sections
from bot.layout import Look, render_digest
from bot.local import Message
from bot.local.faults import Reply
from bot.local.plans import InOrder
from bot.render import MAX_LENGTH, render_list
from data.feeds import PublisherNames
from data.figures import find_figures
from data.kinds import load_kinds
from data.models import (
    ChatLanguage,
    Content,
    Delivery,
    Language,
    Length,
    Piece,
    Priority,
    Release,
    ReleaseText,
    Summary,
)
from data.readers.gia_page import read_gia_page
from data.store.corrections import Earlier
from data.store.releases import Stored
from data.tables import load_tables

NOON = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
PUBLISHERS = {"gia": PublisherNames("HKSAR", "香港特區政府")}


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, NOON) as opened:
        yield opened


def make_lanterns(lanterns: int, *, chinese: int | None = None, extra: str = "") -> Release:
    """A release on so many lanterns, and how many the Chinese text says."""
    english = make_text(body=f"The Harbour Department lit {lanterns} lanterns today.{extra}")
    chinese = lanterns if chinese is None else chinese
    return make_release(english, make_text("zh", body=f"海港署今日點亮{chinese}盞燈籠。"))


def summarise(release: Release) -> list[Summary]:
    """Summaries that say what the texts say."""
    return [
        each.model_copy(update={"text": release.texts[each.language].body.partition("\n")[0]})
        for each in make_summaries(release)
    ]


def save(talk: Talk, release: Release, *, summarised: bool = True) -> None:
    talk.app.store.releases.save([release], talk.clock())
    if summarised:
        talk.app.store.releases.save_summaries(release, summarise(release), talk.clock())


async def correct(talk: Talk, release: Release, chat_id: int = 1001) -> list[Message]:
    """What comes after a release is ingested in another version."""
    talk.clock.advance(minutes=1)
    save(talk, release)
    return await look_again(talk, chat_id)


async def look_again(talk: Talk, chat_id: int = 1001) -> list[Message]:
    await talk.app.jobs.correct()
    await talk.app.sender.deliver_due()
    return await talk.settle(chat_id)


async def test_a_digest_is_edited_and_its_reader_told_once(talk: Talk) -> None:
    await talk.say("/subscribe")
    others = make_releases(2, start=NOON, step=timedelta(minutes=1))
    talk.app.store.releases.save(others, talk.clock())
    for each in others:
        talk.app.store.releases.save_summaries(each, summarise(each), talk.clock())
    save(talk, make_lanterns(13))
    talk.clock.now = MORNING
    await talk.app.jobs.compose()
    await talk.app.sender.deliver_due()
    (digest,) = await talk.settle()
    assert "lit 13 lanterns" in digest.text
    (note,) = await correct(talk, make_lanterns(14))
    assert note.text == "✏️ Corrected: Lanterns lit at harbour\n13 → 14\nOfficial text"
    edited = talk.now_reads(digest)
    assert edited.text == digest.text.replace(
        "lit 13 lanterns today.", "lit 14 lanterns today.\n(corrected)"
    )
    assert await look_again(talk) == []
    assert talk.telegram.faults_given == {}


async def test_on_the_local_chat_nothing_is_edited_that_was_sent_before_a_restart(
    tmp_path: Path,
) -> None:
    async with open_talk(tmp_path, NOON) as talk:
        save(talk, make_lanterns(13))
        shown = await talk.say("/latest")
    async with open_talk(tmp_path, NOON + timedelta(hours=1)) as talk:
        others = [await talk.ask("/help") for _ in shown]
        assert {each.message_id for each in shown} & {each.message_id for each in others}
        (note,) = await correct(talk, make_lanterns(14))
        assert "13 → 14" in note.text
        assert [talk.now_reads(each).text for each in others] == [each.text for each in others]


async def test_however_many_messages_showed_it_one_note_comes(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    messages = [await talk.ask(words) for words in ("/latest", "/digest", "/topic culture")]
    (note,) = await correct(talk, make_lanterns(14))
    assert "13 → 14" in note.text
    for message in messages:
        assert "lit 14 lanterns" in talk.now_reads(message).text
        assert talk.now_reads(message).markup == message.markup


async def test_what_is_not_yet_sent_goes_out_right_and_without_a_note(talk: Talk) -> None:
    await talk.say("/subscribe")
    save(talk, make_lanterns(13))
    talk.clock.now = MORNING
    await talk.app.jobs.compose()
    (message,) = await correct(talk, make_lanterns(14))
    assert "lit 14 lanterns" in message.text
    assert "13" not in message.text.partition("Lanterns")[2]


async def test_who_reads_the_other_language_hears_nothing(talk: Talk) -> None:
    talk.telegram.open_chat(2002)
    save(talk, make_lanterns(13))
    english = await talk.ask("/latest")
    chinese = await talk.ask("/latest", chat_id=2002, code="zh-HK")
    assert await correct(talk, make_lanterns(13, chinese=14)) == []
    (note,) = await talk.settle(2002)
    assert note.text == "✏️ 更正：海港點亮燈籠\n13 → 14\n官方全文"
    assert talk.now_reads(english) == english
    assert "點亮14盞燈籠" in talk.now_reads(chinese).text


async def test_a_bilingual_reader_gets_one_note_of_both_texts(talk: Talk) -> None:
    await talk.say("/language both")
    save(talk, make_lanterns(13))
    await talk.ask("/latest")
    (note,) = await correct(talk, make_lanterns(14))
    assert note.text.count("13 → 14") == 2
    (second,) = await correct(talk, make_lanterns(14, chinese=15))
    assert second.text == "✏️ 更正：海港點亮燈籠\n14 → 15\n官方全文"


async def test_a_change_that_no_reader_minds_changes_nothing(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    typo = make_release(
        make_text(body="The Harbour Department lit 13 lanterns today!"), make_text("zh")
    )
    chinese = make_lanterns(13).texts["zh"]
    typo = typo.model_copy(update={"texts": {"en": typo.texts["en"], "zh": chinese}})
    assert await correct(talk, typo) == []
    assert talk.now_reads(message) == message
    # It is compared with what was shown, whatever came between.
    (note,) = await correct(talk, make_lanterns(14))
    assert "13 → 14" in note.text


async def test_the_next_correction_starts_from_the_one_before(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    for lanterns, changes in ((14, "13 → 14"), (15, "14 → 15"), (14, "15 → 14"), (15, "14 → 15")):
        (note,) = await correct(talk, make_lanterns(lanterns))
        assert changes in note.text
        now = talk.now_reads(message).text
        assert f"lit {lanterns} lanterns" in now
        assert now.count("(corrected)") == 1
    assert await look_again(talk) == []


async def test_what_is_put_back_before_anybody_looked_is_no_correction(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    save(talk, make_lanterns(14))
    assert await correct(talk, make_lanterns(13)) == []
    assert talk.now_reads(message) == message


async def test_a_note_comes_though_telegram_refuses_the_edit(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    refusal = Reply(400, "Bad Request: message can't be edited")
    talk.telegram.set_faults(InOrder([refusal], {"editMessageText"}))
    (note,) = await correct(talk, make_lanterns(14))
    assert "13 → 14" in note.text
    assert talk.now_reads(message) == message


async def test_a_figure_that_the_message_did_not_show_brings_no_note(talk: Talk) -> None:
    extra = "\n\nThe first show had {} visitors."
    save(talk, make_lanterns(13, extra=extra.format(500)))
    message = await talk.ask("/latest")
    assert await correct(talk, make_lanterns(13, extra=extra.format(600))) == []
    assert talk.now_reads(message) == message
    (note,) = await correct(talk, make_lanterns(14, extra=extra.format(700)))
    assert "13 → 14\n500 → 700\n" in note.text


async def test_a_note_waits_for_the_morning_and_the_edit_does_not(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    talk.app.store.chats.save(chat.model_copy(update={"quiet": (time(23), time(7))}))
    talk.clock.now = NOON.replace(hour=16)
    assert await correct(talk, make_lanterns(14)) == []
    assert "lit 14 lanterns" in talk.now_reads(message).text
    # What the first note said is wrong by now, and nobody has read it.
    assert await correct(talk, make_lanterns(15)) == []
    talk.clock.now = NOON.replace(hour=23)
    (note,) = await look_again(talk)
    assert "13 → 15" in note.text
    assert "14" not in note.text


async def test_what_was_put_back_overnight_is_not_mentioned(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    await talk.ask("/latest")
    chat = talk.app.store.chats.find(1001)
    assert chat is not None
    talk.app.store.chats.save(chat.model_copy(update={"quiet": (time(23), time(7))}))
    talk.clock.now = NOON.replace(hour=16)
    await correct(talk, make_lanterns(14))
    await correct(talk, make_lanterns(13))
    talk.clock.now = NOON.replace(hour=23)
    assert await look_again(talk) == []


async def test_a_correction_waits_for_its_summary_but_not_for_ever(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    release = make_lanterns(14)
    save(talk, release, summarised=False)
    talk.clock.advance(seconds=(SUMMARY_WAIT - timedelta(seconds=1)).total_seconds())
    assert await look_again(talk) == []
    assert talk.app.worker.wanted == {release.id}
    talk.clock.advance(seconds=1)
    (note,) = await look_again(talk)
    assert "13 → 14" in note.text
    assert "The summary is still being written" in talk.now_reads(message).text


async def test_old_messages_and_chats_that_are_paused_are_left_alone(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    old = await talk.ask("/latest")
    talk.clock.advance(seconds=REACH.total_seconds())
    assert await correct(talk, make_lanterns(14)) == []
    new = await talk.ask("/latest")
    talk.app.store.chats.mark_paused(1001, "bot was blocked by the user")
    assert await correct(talk, make_lanterns(15)) == []
    assert talk.now_reads(old) == old
    assert talk.now_reads(new) == new


async def test_the_buttons_stay_as_they_were_pressed(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/topic culture")
    await talk.press(message, "follow:t:culture")
    pressed = talk.now_reads(message).markup
    assert pressed != message.markup
    await correct(talk, make_lanterns(14))
    assert "lit 14 lanterns" in talk.now_reads(message).text
    assert talk.now_reads(message).markup == pressed


async def test_a_message_that_an_answer_wrote_over_is_not_brought_back(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    message = await talk.ask("/latest")
    other = Delivery(
        key="answer:1:edit",
        chat_id=1001,
        content=Content.of("Something else"),
        action="edit",
        edits=message.message_id,
        not_before=talk.clock(),
    )
    talk.app.store.deliveries.owe([other], talk.clock())
    assert await correct(talk, make_lanterns(14)) == []
    assert talk.now_reads(message).text == "Something else"


async def test_a_message_that_has_no_room_stays_and_a_note_comes(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    long = Content.of("x" * (MAX_LENGTH - 120))
    short = render_list("t", [talk.app.store.releases.get(make_lanterns(13).id)], ("en",), {})
    piece = short[0].pieces[1]
    content = long.model_copy(update={"pieces": (*long.pieces, piece), "language": "en"})
    await talk.say("/start")
    owe(talk, "full", content)
    await talk.app.sender.deliver_due()
    (message,) = await talk.settle()
    owe(talk, "full, later", content)
    talk.clock.advance(minutes=1)
    talk.app.store.releases.save([make_lanterns(14)], talk.clock())
    longer = [
        each.model_copy(update={"text": each.text + " It took the crew all night." * 5})
        for each in summarise(make_lanterns(14))
    ]
    talk.app.store.releases.save_summaries(make_lanterns(14), longer, talk.clock())
    note, *halves = sorted(await look_again(talk), key=lambda each: "Corrected:" not in each.text)
    assert "13 → 14" in note.text
    assert talk.now_reads(message) == message
    assert "lit 14 lanterns" in halves[-1].text
    assert not any("lit 13 lanterns" in each.text for each in halves)


def owe(talk: Talk, key: str, content: Content) -> None:
    delivery = Delivery(
        key=key,
        chat_id=1001,
        content=content,
        priority=Priority.DIGEST,
        not_before=talk.clock(),
    )
    talk.app.store.deliveries.owe([delivery], talk.clock())


async def test_a_message_in_flight_is_corrected_when_it_has_arrived(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    await talk.say("/start")
    stored = talk.app.store.releases.get(make_lanterns(13).id)
    (content,) = render_list("t", [stored], ("en",), PUBLISHERS)
    owe(talk, "late", content)
    claimed = talk.app.store.deliveries.claim(talk.clock())
    assert claimed is not None
    assert await correct(talk, make_lanterns(14)) == []
    talk.app.store.deliveries.release_claimed()
    (message,) = await look_again(talk)
    assert "lit 14 lanterns" in message.text


async def test_many_chats_are_told_once_each_though_the_process_dies(talk: Talk) -> None:
    count, db = 1_200, talk.app.store.db
    save(talk, make_lanterns(13))
    await talk.ask("/latest")
    (sent,) = db.query("SELECT * FROM deliveries WHERE status = 'sent'")
    chats = range(5_000, 5_000 + count)
    columns = "language, time_zone, digest_time, subscribed, status, digested_seq"
    with db.conn:
        db.conn.executemany(
            f"INSERT INTO chats (id, thread_id, {columns})"
            f" SELECT ?, 0, {columns} FROM chats WHERE id = 1001",
            [(number,) for number in chats],
        )
        db.table("deliveries").insert_all(
            {**sent, "seq": 1_000 + at, "key": f"sent:{number}", "chat_id": number}
            for at, number in enumerate(chats)
        )
    talk.clock.advance(minutes=1)
    save(talk, make_lanterns(14))
    owed = "SELECT count(*), count(DISTINCT chat_id) FROM deliveries WHERE status = 'due'"
    tick = asyncio.ensure_future(talk.app.jobs.correct())
    while not talk.app.store.deliveries.count("due"):  # noqa: ASYNC110  # it tells no one
        await asyncio.sleep(0)
    tick.cancel()
    await asyncio.gather(tick, return_exceptions=True)
    edits_and_notes, told = db.execute(owed).fetchone()
    assert 0 < told < count
    assert edits_and_notes == 2 * told
    await talk.app.jobs.correct()
    assert db.execute(owed).fetchone() == (2 * (count + 1), count + 1)
    assert await talk.app.jobs.correct() == 0


async def test_a_tick_looks_at_no_delivery_while_nothing_changed(talk: Talk) -> None:
    db = talk.app.store.db
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    assert await talk.app.jobs.correct() == 0
    assert await talk.app.jobs.alert() == 0
    db.conn.set_trace_callback(None)
    plans = [
        row[3] for each in statements for row in db.execute(f"EXPLAIN QUERY PLAN {each}").fetchall()
    ]
    assert len(statements) == 2
    scans = [plan for plan in plans if plan.startswith("SCAN")]
    assert scans == ["SCAN releases USING INDEX releases_to_alert"], plans


# What is told


def make_stored(*texts: ReleaseText, summaries: Sequence[Summary] = ()) -> Stored:
    release = make_release(*texts)
    return Stored(1, release, {each.language: each for each in summaries})


def compare(old: ReleaseText, new: ReleaseText) -> tuple[Stored, Content | None, Content | None]:
    """The release as it is now, the message told anew, and the note for who was sent the old."""
    before = make_stored(old, summaries=summarise(make_release(old)))
    after = make_stored(new, summaries=summarise(make_release(new)))
    language: ChatLanguage = "en" if old.language == "en" else "zh-Hant"
    (content,) = render_list("The newest", [before], (language,), PUBLISHERS)
    earlier = [Earlier(1, old.id, old.version, old.title, old.body, substantial=True)]
    edits = list_edits(content.shown, after.release, earlier)
    note = make_note(after, edits, language, content.pieces[1])
    return after, retell(content, after), note


def test_at_most_five_changes_are_listed_what_was_shown_first() -> None:
    old = "\n".join(f"Hall {number} has {number}00 seats now." for number in range(1, 9))
    new = old.replace("00 seats", "50 seats")
    _, _, note = compare(make_text(body=old), make_text(body=new))
    assert note is not None
    lines = note.text.splitlines()
    assert lines[1:7] == [*(f"{n}00 → {n}50" for n in range(1, 6)), "… and 3 more"]


def test_a_headline_that_says_something_else_is_told() -> None:
    old, new = (make_text(title=f"Harbour festival {each}") for each in ("opens", "called off"))
    _, told, note = compare(old, new)
    assert note is not None
    assert "Harbour festival opens → Harbour festival called off" in note.text
    assert told is not None
    assert "<b>Harbour festival called off</b>" in told.text


def test_a_figure_that_is_withdrawn_without_another_in_its_place_is_told() -> None:
    old = make_text(body="The fire hurt 7 people in Tai Po.")
    new = make_text(body="Nobody was hurt by the fire in Tai Po, the police found in the evening.")
    _, _, note = compare(old, new)
    assert note is not None
    assert "No longer stated: 7" in note.text


def test_a_chinese_numeral_and_a_name_are_found_in_any_script() -> None:
    old = make_text("zh", body="署長陳大文先生表示，共三人受傷。")
    new = make_text("zh", body="署長陳小文先生表示，共四人受傷。")
    _, _, note = compare(old, new)
    assert note is not None
    assert "三 → 四" in note.text
    assert shows_name("署长陈大文先生", "陳大文", "zh")


@pytest.mark.parametrize(
    ("words", "figure", "language", "is_shown"),
    [
        ("some 13,600 people", "13 600", "en", True),
        ("some 136 people", "13 600", "en", False),
        ("$5.1 million", "5,100,000", "en", True),
        ("on 13 November", "13", "en", False),
        ("thirteen lanterns", "13", "en", True),
        ("約５１０萬元", "五百一十萬", "zh", True),
        ("３名男子", "三", "zh", True),
    ],
)
def test_a_figure_is_found_however_it_is_written(
    words: str, figure: str, language: Language, *, is_shown: bool
) -> None:
    assert shows_figure(words, figure, language) is is_shown


def test_a_name_is_not_found_within_another_word() -> None:
    assert shows_name("Mr Li Ming said", "LI  MING", "en")
    assert not shows_name("Mr Limington said", "Li", "en")


def test_hostile_words_are_escaped() -> None:
    old, new = (make_text(title=f"<b>&{each} tag", body="x") for each in ("first", "no second"))
    _, _, note = compare(old, new)
    assert note is not None
    assert "&lt;b&gt;&amp;" in note.text
    assert note.text.count("<b>") == 1


@pytest.mark.parametrize("length", ["headlines", "short", "full"])
def test_in_a_digest_number_fold_heading_and_style_outlive_a_correction(length: Length) -> None:
    kinds, tables = load_kinds(), load_tables()
    before = [
        Stored(number, each.model_copy(update=fields), {s.language: s for s in summarise(each)})
        for number, (each, fields) in enumerate(
            zip(
                make_releases(4, topics=("culture",)),
                ({"kind": "beach_flag"}, {"kind": "beach_flag"}, {"series": "a"}, {"series": "a"}),
                strict=True,
            ),
            1,
        )
    ]
    sections = choose_sections(before, [], tables, kinds, is_folded=length != "full")
    look = Look(("en", "zh-Hant"), MORNING.date(), length)
    (content,) = render_digest(sections, look, tables, kinds, PUBLISHERS)
    text = before[3].release.texts["en"].model_copy(update={"title": "Corrected & new"})
    release = before[3].release.model_copy(
        update={"texts": {**before[3].release.texts, "en": text}}
    )
    after = Stored(4, release, {each.language: each for each in make_summaries(release)})
    told = retell(content, after)
    assert told is not None
    assert "Corrected &amp; new" in told.text
    changed = [
        (old, new) for old, new in zip(content.pieces, told.pieces, strict=True) if old != new
    ]
    ((old, new),) = changed
    assert (new.lead, new.heading, new.style) == (old.lead, old.heading, old.style)
    assert new.shown == {**old.shown, text.id: text.version}
    assert told.keyboard == content.keyboard
    if length != "full":
        assert new.lead == "1. [2 updates · 共2次更新] "
        assert "2. Beach flags · 泳灘旗號 (2): " in told.text
    assert ("<blockquote expandable>" in new.html) == (length == "short")


def test_a_message_whose_pieces_ran_together_is_left_alone() -> None:
    stored = make_stored(make_text(), summaries=summarise(make_release(make_text())))
    (content,) = render_list("The newest", [stored], ("en",), PUBLISHERS)
    assert retell(content, stored) == content
    merged = Piece(html=content.text, shown={**content.shown, "another": "version"})
    assert retell(content.model_copy(update={"pieces": (merged,)}), stored) is None


@given(st.integers(2, 400), st.integers(2, 400))
def test_whoever_was_shown_another_number_hears_of_it(before: int, after: int) -> None:
    texts = (
        make_text(body=f"The department lit {each} lanterns today.") for each in (before, after)
    )
    _, told, note = compare(*texts)
    if before == after:
        assert note is None
    else:
        assert note is not None
        assert f"{before} → {after}" in note.text
        assert told is not None
        assert f"lit {after} lanterns" in told.text


def test_in_real_releases_a_figure_that_changes_in_the_opening_is_told(gia: Path) -> None:
    checked = 0
    for file in sorted((gia / "pages").rglob("*.htm")):
        text = read_gia_page(file.read_text("utf-8"), str(file)).text
        opening = " ".join(text.body[:400].split())
        plain = (each for each in find_figures(opening, text.language) if each.value.isdigit())
        figure = next((each for each in plain if opening[each.start : each.end].isdigit()), None)
        if figure is None:
            continue
        old = text.model_copy(update={"body": opening})
        changed = f"{opening[: figure.start]}{int(figure.value) + 1}{opening[figure.end :]}"
        _, _, note = compare(old, text.model_copy(update={"body": changed}))
        assert note is not None, file
        assert f"{opening[figure.start : figure.end]} → {int(figure.value) + 1}" in note.text, file
        checked += 1
    assert checked >= 8
