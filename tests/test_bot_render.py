"""Releases as Telegram HTML, within its limits."""

import html
import re
from collections.abc import Sequence

import pytest
from factories import make_release, make_releases, make_summaries, make_text
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import MAX_ENTITIES, Item, cut_parts, measure, render_list, render_release
from bot.texts import Languages
from data.feeds import PublisherNames
from data.models import ChatLanguage, Content, Piece, PieceStyle, Release, Topic
from data.store.releases import Stored

PUBLISHERS = {"gia": PublisherNames("HKSAR Government Press Releases", "香港特區政府新聞公報")}


def stored(release: Release, seq: int = 1) -> Stored:
    summaries = {summary.language: summary for summary in make_summaries(release)}
    return Stored(seq, release, summaries)


def many(count: int, topics: Sequence[Topic] = ("culture",)) -> list[Stored]:
    releases = make_releases(count, topics=topics)
    return [stored(release, number) for number, release in enumerate(releases, 1)]


def tell(release: Stored, languages: Languages) -> str:
    return render_release(release, languages).html


def texts_of(parts: Sequence[Content]) -> list[str]:
    return [part.text for part in parts]


def test_a_release_shows_headline_summary_and_official_link() -> None:
    text = tell(stored(make_release()), ("en",))
    assert text == (
        "<b>Lanterns lit at harbour</b>\n"
        "Thirteen lanterns were lit at the harbour on November 21.\n"
        f'<a href="{make_text("en").url}">Official text</a>'
    )


def test_a_bilingual_chat_gets_each_language_from_its_own_official_text() -> None:
    text = tell(stored(make_release()), ("en", "zh-Hant"))
    assert "Thirteen lanterns" in text
    assert "點亮13盞燈籠" in text
    assert make_text("en").url in text
    assert make_text("zh").url in text


def test_simplified_is_converted_but_links_are_not() -> None:
    text = tell(stored(make_release()), ("zh-Hans",))
    assert "海港点亮灯笼" in text
    assert make_text("zh").url in text


def test_a_release_in_one_language_is_shown_in_it_and_marked() -> None:
    only = stored(make_release(make_text("zh")))
    assert "(Chinese only)" in tell(only, ("en",))
    assert "海港署" in tell(only, ("en",))
    assert tell(only, ("en", "zh-Hant")).count("(Chinese only)") == 1
    assert "only" not in tell(only, ("zh-Hant",))
    english = stored(make_release(make_text("en")))
    assert "只有英文" in tell(english, ("zh-Hant",))
    assert "只有英文" in tell(english, ("zh-Hans",))


def test_a_machine_translation_is_shown_as_one_with_the_link_to_the_text_that_there_is() -> None:
    text = tell(with_translation(), ("zh-Hant",))
    assert "<b>海港燈籠</b> <i>(機器翻譯，官方文本只有英文)</i>" in text
    assert "海港點亮13盞燈籠。" in text
    assert make_text("en").url in text
    assert "只有英文)</i>\nThirteen" not in text
    both = tell(with_translation(), ("en", "zh-Hant"))
    assert "Thirteen lanterns" in both
    assert both.count("機器翻譯") == 1
    assert "海港点亮13盏灯笼" in tell(with_translation(), ("zh-Hans",))


def test_a_translation_that_was_refused_is_not_shown() -> None:
    text = tell(with_translation(supported=False), ("zh-Hant",))
    assert "燈籠" not in text
    assert "只有英文" in text
    assert "Thirteen lanterns" in text


def with_translation(supported: bool = True) -> Stored:
    english = stored(make_release(make_text("en")))
    (told,) = english.summaries.values()
    update = {
        "language": "zh",
        "headline": "海港燈籠",
        "text": "海港點亮13盞燈籠。",
        "method": "translation",
        "supported": supported,
    }
    translation = told.model_copy(update=update)
    return Stored(1, english.release, {"en": told, "zh": translation})


def test_a_release_without_summary_shows_its_title_and_says_so() -> None:
    text = tell(Stored(1, make_release(), {}), ("en",))
    assert "Lanterns lit at harbour" in text
    assert "The summary is still being written" in text


def test_a_summary_that_its_source_does_not_support_is_never_shown() -> None:
    release = make_release(make_text("en"))
    wrong = make_summaries(release)[0].model_copy(
        update={"text": "Nine lanterns.", "supported": False, "unsupported": ("nine",)}
    )
    text = tell(Stored(1, release, {"en": wrong}), ("en",))
    assert "Nine" not in text
    assert "No summary:" in text


def test_many_short_releases_stay_within_the_limit_of_entities() -> None:
    bare = [Stored(number, each.release, {}) for number, each in enumerate(many(80))]
    parts = texts_of(render_list("<b>Title</b>", bare, ("zh-Hant",), PUBLISHERS))
    assert max(measure(part).entities for part in parts) <= MAX_ENTITIES


@pytest.mark.parametrize(
    ("sentence", "language"),
    [("A lantern was lit at 3.30pm today. ", "en"), ("點亮燈籠。", "zh-Hant")],
)
def test_a_summary_that_is_far_too_long_ends_with_a_sentence(
    sentence: str, language: ChatLanguage
) -> None:
    release = make_release()
    summaries = {
        each.language: each.model_copy(update={"text": (sentence * 300).strip()})
        for each in make_summaries(release)
    }
    told = tell(Stored(1, release, summaries), (language,)).split("\n")[1]
    assert 900 < len(told) <= 1_000
    assert told.replace(sentence.strip(), "").strip() == ""


def test_a_title_of_ten_thousand_characters_harms_nobody() -> None:
    giant = stored(make_release(make_text("en", title="A<b>&" * 2000)))
    parts = texts_of(render_list("Title", [giant, *many(3)], ("en",), PUBLISHERS))
    assert all(measure(part).fits for part in parts)
    assert "Notice 2" in "".join(parts)


@settings(max_examples=50)
@given(st.lists(st.text(max_size=3000), max_size=8))
def test_any_items_are_cut_between_never_within(items: list[str]) -> None:
    escaped = [f"<b>{html.escape(item[:200])}</b>{html.escape(item[:1500])}" for item in items]
    pieces = [Item(Piece(html=item)) for item in escaped]
    parts = texts_of(cut_parts("Head", pieces, ("en",), "Foot"))
    assert all(measure(part).fits for part in parts)
    joined = "\n\n".join(re.sub(r"\n\n<i>part \d+ of \d+</i>$", "", part) for part in parts)
    position = 0
    for item in escaped:
        position = joined.index(item, position) + len(item)


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=12))
def test_the_foot_never_stands_alone(lengths: list[int]) -> None:
    items = [Item(Piece(html="x" * length)) for length in lengths]
    parts = cut_parts("Head", items, ("en",), "Foot" * 50)
    assert [piece.html[:1] for piece in parts[-1].pieces if piece.html[:1] in "xF"][-2:] == [
        "x",
        "F",
    ]


def test_html_in_titles_is_shown_not_obeyed() -> None:
    text = tell(stored(make_release(make_text("en", title="<i>A & B</i>"))), ("en",))
    assert "<b>&lt;i&gt;A &amp; B&lt;/i&gt;</b>" in text


def test_a_part_knows_which_versions_it_shows() -> None:
    release = stored(make_release())
    (part,) = render_list("Title", [release], ("en", "zh-Hant"), PUBLISHERS)
    assert part.language == "en+zh-Hant"
    assert part.shown == {text.id: text.version for text in release.release.texts.values()}
    assert render_release(release, ("zh-Hans",)).shown.keys() == {make_text("zh").id}


def test_a_release_told_in_the_other_language_is_known_by_the_text_that_there_is() -> None:
    english = stored(make_release(make_text("en")))
    assert render_release(english, ("zh-Hant",)).shown.keys() == {make_text("en").id}
    assert render_release(with_translation(), ("zh-Hant",)).shown.keys() == {make_text("en").id}


def test_a_headline_is_the_link_and_a_summary_can_be_folded_beneath_it() -> None:
    release = stored(make_release())
    headline = render_release(release, ("en", "zh-Hant"), "headline")
    assert headline.html == (
        f'<a href="{make_text("en").url}">Lanterns lit at harbour</a>\n'
        f'<a href="{make_text("zh").url}">海港點亮燈籠</a>'
    )
    folded = render_release(release, ("en", "zh-Hant"), "folded")
    assert folded.html.startswith(f"{headline.html}\n<blockquote expandable>Thirteen lanterns")
    assert folded.html.endswith("</blockquote>")
    assert folded.html.count("<blockquote") == 1
    assert "點亮13盞燈籠" in folded.html
    assert folded.shown == headline.shown == render_release(release, ("en", "zh-Hant")).shown
    styles: tuple[PieceStyle, ...] = ("folded", "headline")
    assert tuple(each.style for each in (folded, headline)) == styles


def test_a_list_is_numbered_and_each_number_opens_its_release() -> None:
    (part,) = render_list("Title", many(3), ("en",), PUBLISHERS)
    assert part.text.index("1. <b>Notice 0") < part.text.index("3. <b>Notice 2")
    assert part.keyboard is not None
    (row,) = part.keyboard["inline_keyboard"]
    assert [(each["text"], each["callback_data"]) for each in row] == [
        ("1", "card:1"),
        ("2", "card:2"),
        ("3", "card:3"),
    ]
