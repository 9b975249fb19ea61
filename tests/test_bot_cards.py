"""The card of a release and what its buttons show: in every language, in place, and corrected."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_release, make_summaries, make_text
from talk import Talk, open_talk

from bot.local import Message
from bot.origins import choose_sentences, join_sentences, list_sources
from bot.render import measure
from data.models import Language, Release, Summary
from data.readers.gia_page import read_gia_page
from summarizer.engines.extract import ExtractEngine
from summarizer.sentences import split_sentences
from summarizer.summarize import summarize_release

NOON = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
EN_WORDS = (
    "The Harbour Department lit 13 lanterns today (November 21).",
    "They stay lit until December 5 at <Pier> 4 & 5.",
    "Members of the public may call 2000 0123.",
)
ZH_WORDS = (
    "海港署今日（十一月二十一日）點亮13盞燈籠。",
    "燈籠在四號碼頭亮至十二月五日。",
    "市民可致電2000 0123查詢。",
)
LANGUAGES = ("en", "zh-Hant", "zh-Hans", "both")


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, NOON) as opened:
        yield opened


def make_lanterns(lanterns: int = 13, languages: Sequence[Language] = ("en", "zh")) -> Release:
    bodies: dict[Language, str] = {"en": "\n\n".join(EN_WORDS), "zh": "\n\n".join(ZH_WORDS)}
    texts = (make_text(each, body=bodies[each].replace("13", f"{lanterns}")) for each in languages)
    return make_release(*texts).model_copy(update={"department": "MD"})


def summarise(release: Release) -> list[Summary]:
    """The first two sentences of each text, and where they stand."""
    summaries = []
    for each in make_summaries(release):
        first, second, _ = split_sentences(release.texts[each.language].body, each.language)
        spans = (first.start, first.end), (second.start, second.end)
        blank = " " if each.language == "en" else ""
        changes = {
            "text": f"{first.text}{blank}{second.text}",
            "sources": spans,
            "sentence_sources": tuple((span,) for span in spans),
        }
        summaries.append(each.model_copy(update=changes))
    return summaries


def save(talk: Talk, *releases: Release) -> None:
    talk.app.store.releases.save(releases, talk.clock())
    for release in releases:
        talk.app.store.releases.save_summaries(release, summarise(release), talk.clock())


async def open_card(talk: Talk, language: str = "en", seq: int = 1) -> Message:
    """The card that a number under a list brings, in a language."""
    shown = await talk.ask(f"/language {language}")
    _, (card,) = await talk.press(shown, f"card:{seq}", force=True)
    return card


def labels(message: Message) -> list[str]:
    return [button["text"] for button in message.buttons]


def links(message: Message) -> list[str]:
    return [each.details["url"] for each in message.entities if each.type == "text_link"]


async def test_a_number_under_a_list_brings_the_card_with_all_that_is_known(talk: Talk) -> None:
    save(talk, make_lanterns())
    latest = await talk.ask("/latest")
    toast, (card,) = await talk.press(latest, "card:1")
    assert toast.text == ""
    assert card.text.startswith(f"Lanterns lit at harbour\n{EN_WORDS[0]} {EN_WORDS[1]}\n")
    assert "Marine Department" in card.text
    assert "Saturday, 21 November 2026 15:30" in card.text
    assert "summary from sentences of the official text" in card.text
    assert "Unofficial" in card.text
    assert [link.rpartition("/")[2] for link in links(card)] == [
        "P2026112100101.htm",
        "P2026112100202.htm",
    ]
    assert labels(card) == ["More", "Sources", "中文", "👍", "👎", "Wrong?", "Why this?"]


async def test_the_time_of_issue_is_that_of_the_chats_zone(talk: Talk) -> None:
    save(talk, make_lanterns())
    await talk.ask("/zone Europe/London")
    assert "21 November 2026 07:30" in (await open_card(talk)).text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hant", ("海港署今日", "海事處", "2026年11月21日", "英文官方全文")),
        ("zh-Hans", ("海港署今日", "海事处", "2026年11月21日", "点亮")),
        ("both", ("The Harbour Department", "海港署今日", "Marine Department", "海事處")),
    ],
)
async def test_the_card_is_in_the_language_of_the_chat(
    talk: Talk, language: str, words: Sequence[str]
) -> None:
    save(talk, make_lanterns())
    card = await open_card(talk, language)
    assert all(word in card.text for word in words)
    assert len(set(links(card))) == len(links(card)) == 2
    assert ("English" in labels(card)) == (language != "both")


async def test_the_other_language_is_one_tap_away_and_back_in_the_same_message(
    talk: Talk,
) -> None:
    save(talk, make_lanterns())
    card = await open_card(talk)
    toast, sent = await talk.press(card, "tell:1:zh-Hant")
    assert (toast.text, sent) == ("", [])
    chinese = talk.now_reads(card)
    assert "海港署今日" in chinese.text
    assert "Lanterns" not in chinese.text
    await talk.press(chinese, "tell:1:en")
    assert talk.now_reads(card).text == card.text
    assert talk.now_reads(card).markup == card.markup


async def test_a_release_in_one_language_alone_is_marked_and_offers_no_other(talk: Talk) -> None:
    save(talk, make_lanterns(languages=["zh"]))
    assert "English" not in labels(await open_card(talk, "zh-Hant"))
    card = await open_card(talk)
    assert "Chinese only" in card.text
    assert "海港署今日" in card.text
    await talk.press(card, "sources:1:en")
    assert talk.now_reads(card).text.count("燈籠在四號碼頭") == 2
    await talk.press(talk.now_reads(card), "tell:1:en")
    await talk.press(card, "more:1:en")
    assert ZH_WORDS[2] in talk.now_reads(card).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_more_shows_whole_sentences_of_the_official_text_below_the_card(
    talk: Talk, language: str
) -> None:
    save(talk, make_lanterns())
    card = await open_card(talk, language)
    data = next(each["callback_data"] for each in card.buttons if "more:" in each["callback_data"])
    await talk.press(card, data)
    more = talk.now_reads(card)
    assert "2000 0123" not in card.text
    assert "2000 0123" in more.text
    if language == "en":
        assert more.text.count(EN_WORDS[1]) == 2
        assert "From the official text" in more.text
    quotes = [each for each in more.entities if each.type == "expandable_blockquote"]
    assert len(quotes) == (2 if language == "both" else 1)
    (back,) = more.buttons
    await talk.press(more, back["callback_data"])
    assert talk.now_reads(card).text == card.text
    assert talk.now_reads(card).markup == card.markup


@pytest.mark.parametrize("language", LANGUAGES)
async def test_sources_shows_under_each_sentence_what_it_rests_on(
    talk: Talk, language: str
) -> None:
    save(talk, make_lanterns())
    card = await open_card(talk, language)
    data = card.buttons[1]["callback_data"]
    await talk.press(card, data)
    sources = talk.now_reads(card)
    quotes = [
        sources.text[each.offset : each.end]
        for each in sources.entities
        if each.type == "blockquote"
    ]
    assert len(quotes) == (4 if language == "both" else 2)
    if language in {"en", "both"}:
        assert quotes[:2] == list(EN_WORDS[:2])
    if language == "zh-Hant":
        assert quotes == list(ZH_WORDS[:2])
    if language == "zh-Hans":
        assert "灯笼在四号码头亮至十二月五日。" in quotes
    for quote in quotes:
        assert sources.text.count(quote) == 2  # the sentence itself, and what it rests on


async def test_without_a_summary_sources_says_so_and_leads_back(talk: Talk) -> None:
    talk.app.store.releases.save([make_lanterns()], talk.clock())
    card = await open_card(talk)
    assert "still being written" in card.text
    await talk.press(card, "sources:1:en")
    assert "no summary" in talk.now_reads(card).text
    assert labels(talk.now_reads(card)) == ["◂ Back"]


async def test_more_lists_the_other_releases_of_a_series_and_what_was_corrected(
    talk: Talk,
) -> None:
    first = make_lanterns(13).model_copy(update={"series": "lanterns"})
    at = first.issued_at + timedelta(hours=1)
    later = make_release(
        make_text("en", text_id="P2026112100901", title="Lanterns: update", issued_at=at)
    ).model_copy(update={"series": "lanterns"})
    save(talk, first)
    talk.app.store.releases.save([later], talk.clock())
    talk.clock.advance(minutes=5)
    save(talk, make_lanterns(14).model_copy(update={"series": "lanterns"}))
    card = await open_card(talk)
    await talk.press(card, "more:1:en")
    more = talk.now_reads(card)
    assert "More of this series\n• Lanterns: update" in more.text
    assert "changed 2 times" in more.text
    assert "21 November 2026 16:05" in more.text
    assert "13 → 14" in more.text


async def test_what_one_message_can_not_hold_goes_on_in_others(talk: Talk) -> None:
    sentences = [f"Lantern {number} {'of the long pier ' * 30}was lit." for number in range(20)]
    release = make_release(make_text(body="\n\n".join(sentences)))
    (summary,) = make_summaries(release)
    body = release.texts["en"].body
    found = split_sentences(body, "en")
    told = {
        "text": " ".join(f"Lantern {number} was lit." for number in range(20)),
        "sentence_sources": tuple(((each.start, each.end),) for each in found),
    }
    talk.app.store.releases.save([release], talk.clock())
    summary = summary.model_copy(update=told)
    talk.app.store.releases.save_summaries(release, [summary], talk.clock())
    card = await open_card(talk)
    _, others = await talk.press(card, "sources:1:en")
    pages = [talk.now_reads(card), *others]
    assert len(pages) > 2
    whole = "\n".join(page.text for page in pages)
    assert all(sentence in whole for sentence in sentences)
    assert "part 1 of" in pages[0].text
    assert [labels(page) for page in pages] == [["◂ Back"], *([] for _ in others)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_names_what_is_followed_and_mutes_with_one_tap(talk: Talk, language: str) -> None:
    save(talk, make_lanterns())
    await talk.ask("/follow Marine Department")
    card = await open_card(talk, language)
    await talk.press(card, card.buttons[-1]["callback_data"])
    why = talk.now_reads(card)
    assert card.text.partition("\n")[0] in why.text
    assert any(name in why.text for name in ("Marine Department", "海事處", "海事处"))
    mutes = [each for each in why.buttons if each["callback_data"].startswith("mute:")]
    assert mutes
    _, sent = await talk.press(why, mutes[0]["callback_data"])
    assert sent
    assert why.buttons[-1]["callback_data"].startswith("tell:1:")


@pytest.mark.parametrize("verb", ["tell", "more", "sources", "why", "good", "bad", "wrong"])
@pytest.mark.parametrize(
    ("argument", "is_known"),
    [
        ("999999:en", True),
        ("999999999999999999:zh-Hant", True),
        ("1:xx", False),
        ("abc:en", False),
        ("-1:en", False),
        ("1", False),
        ("1:en:extra", False),
        ("1:en\n", False),
        ("٣:en", False),
        ("9999999999999999999999999999:en", False),
        ("1:<b>", False),
        ("", False),
    ],
)
async def test_buttons_that_lead_nowhere_say_so(
    talk: Talk, verb: str, argument: str, is_known: bool
) -> None:
    save(talk, make_lanterns())
    card = await open_card(talk)
    toast, sent = await talk.press(card, f"{verb}:{argument}", force=True)
    assert ("/search" if is_known else "no longer works") in (toast.text or "")
    assert sent == []
    assert talk.now_reads(card) == card


async def test_a_card_whose_release_was_joined_with_another_says_so(talk: Talk) -> None:
    english, chinese = make_lanterns(languages=["en"]), make_lanterns(languages=["zh"])
    talk.app.store.releases.save([english], talk.clock())
    talk.app.store.releases.save([chinese], talk.clock())
    card = await open_card(talk, seq=2)
    talk.app.store.releases.save([make_lanterns()], talk.clock())
    toast, _ = await talk.press(card, "more:2:en")
    assert "no longer here" in (toast.text or "")


async def test_any_member_of_a_group_can_press_and_all_see_the_page(talk: Talk) -> None:
    save(talk, make_lanterns())
    talk.telegram.open_chat(-5005, kind="group")
    shown = await talk.ask("/latest", chat_id=-5005)
    _, (card,) = await talk.press(shown, "card:1", user_id=7007)
    await talk.press(card, "more:1:en", user_id=7008)
    assert "From the official text" in talk.now_reads(card).text


async def test_in_a_forum_topic_the_card_comes_where_it_was_asked_for(talk: Talk) -> None:
    save(talk, make_lanterns())
    talk.telegram.open_chat(-1006006, kind="supergroup", threads=(5,))
    shown = await talk.ask("/latest", chat_id=-1006006, thread_id=5)
    _, (card,) = await talk.press(shown, "card:1", user_id=7007)
    assert card.thread_id == shown.thread_id == 5
    await talk.press(card, "sources:1:en", user_id=7007)
    assert EN_WORDS[1] in talk.now_reads(card).text


async def test_in_a_channel_its_readers_open_cards_too(talk: Talk) -> None:
    save(talk, make_lanterns())
    talk.telegram.open_chat(-1007007, kind="channel", bot_is_admin=True, administrators=(1001,))
    shown = await talk.ask("/latest", chat_id=-1007007)
    _, (card,) = await talk.press(shown, "card:1", user_id=7007)
    await talk.press(card, "tell:1:zh-Hant", user_id=7007)
    assert "海港署今日" in talk.now_reads(card).text


async def test_under_a_message_that_telegram_no_longer_shows_the_card_still_comes(
    talk: Talk,
) -> None:
    save(talk, make_lanterns())
    shown = await talk.ask("/latest")
    _, (card,) = await talk.press(shown, "card:1", is_inaccessible=True)
    assert card.text.startswith("Lanterns")


@pytest.mark.parametrize("page", ["card", "tell", "more", "why"])
async def test_a_page_in_the_place_of_a_card_is_corrected_like_any_message(
    talk: Talk, page: str
) -> None:
    save(talk, make_lanterns(13))
    card = await open_card(talk)
    if page != "card":
        await talk.press(card, f"{page}:1:en", force=True)
    assert "lit 13 lanterns" in talk.now_reads(card).text
    markup = talk.now_reads(card).markup
    (note,) = await correct(talk, make_lanterns(14))
    assert "13 → 14" in note.text
    assert "lit 14 lanterns" in talk.now_reads(card).text
    assert "(corrected)" in talk.now_reads(card).text
    assert talk.now_reads(card).markup == markup


async def test_of_a_correction_who_looks_at_sources_gets_the_note(talk: Talk) -> None:
    save(talk, make_lanterns(13))
    card = await open_card(talk)
    await talk.press(card, "sources:1:en")
    (note,) = await correct(talk, make_lanterns(14))
    assert "13 → 14" in note.text
    await talk.press(talk.now_reads(card), "tell:1:en")
    assert "lit 14 lanterns" in talk.now_reads(card).text


async def correct(talk: Talk, release: Release) -> list[Message]:
    """What comes after a release is ingested in another version."""
    talk.clock.advance(minutes=1)
    save(talk, release)
    await talk.app.jobs.correct()
    await talk.app.sender.deliver_due()
    return await talk.settle()


def test_real_texts_are_quoted_in_whole_sentences_and_summaries_line_up(gia: Path) -> None:
    pages = sorted((gia / "pages").rglob("*.htm"))
    texts = [read_gia_page(page.read_text("utf-8")).text for page in pages]
    for text in texts:
        sentences = {each.text for each in split_sentences(text.body, text.language)}
        chosen = choose_sentences(text, 1_500)
        assert {each.text for each in chosen} <= sentences
        assert chosen == sorted(chosen, key=lambda each: each.start)
        assert 0 < len(join_sentences(chosen, text.body)) <= 1_500 + 2 * len(chosen)
        release = make_release(text)
        for summary in summarize_release(release, ExtractEngine()):
            if summary.language == text.language and summary.text:
                pairs = list_sources(summary)
                assert len(pairs) == len(split_sentences(summary.text, summary.language))
                assert all(spans for _, spans in pairs)


def test_a_heading_is_not_quoted_without_what_stands_below_it() -> None:
    body = f"Transport\n\nTraffic\n\n{EN_WORDS[0]}\n\nEnquiries"
    (heading, sentence) = choose_sentences(make_text(body=body), 1_500)
    assert (heading.text, sentence.text) == ("Traffic", EN_WORDS[0])


def test_half_a_sentence_is_not_quoted() -> None:
    long = "It was lit " + ", and lit again" * 60 + "."
    chosen = choose_sentences(make_text(body=f"{EN_WORDS[0]} {EN_WORDS[1]}\n\n{long}"), 700)
    assert [each.text for each in chosen] == list(EN_WORDS[:2])


def test_sentences_are_parted_as_in_the_body() -> None:
    body = "One is here. Two is there.\nThree stands below.\n\nFour is apart."
    sentences = split_sentences(body, "en")
    assert join_sentences(sentences, body) == body
    assert join_sentences([sentences[0], sentences[3]], body) == "One is here.\n\nFour is apart."
    assert measure(join_sentences(sentences, body)).fits


@pytest.mark.parametrize("verb", [None, "tell", "more", "sources", "why"])
async def test_an_alert_has_the_buttons_and_whatever_took_its_place_its_reader_hears_of_a_change(
    talk: Talk, verb: str | None
) -> None:
    await talk.say("/start")
    await talk.say("/alerts all")
    urgent = {"kind": "black_rainstorm", "urgency": "critical"}
    save(talk, make_lanterns(13).model_copy(update=urgent))
    await talk.app.jobs.alert()
    await talk.app.sender.deliver_due()
    (alert,) = await talk.settle()
    assert "lit 13 lanterns" in alert.text
    assert labels(alert)[:3] == ["More", "Sources", "中文"]
    if verb is not None:
        await talk.press(alert, f"{verb}:1:en", force=True)
        assert talk.now_reads(alert).text != alert.text
    (note,) = await correct(talk, make_lanterns(14).model_copy(update=urgent))
    assert "13 → 14" in note.text
    corrected = "lit 14 lanterns" in talk.now_reads(alert).text
    assert corrected == (verb != "sources")
