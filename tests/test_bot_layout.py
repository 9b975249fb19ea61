"""How a digest is laid out in messages, within Telegram's limits and two messages."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from factories import make_release, make_releases, make_summaries
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.digest import choose_sections
from bot.layout import MOST_PARTS, Look, render_digest
from bot.render import measure
from bot.reshaping import to_plain
from bot.texts import Languages
from data.feeds import PublisherNames
from data.kinds import load_kinds
from data.models import CHAT_LANGUAGES, TOPICS, Content, Length, Summary, split_language
from data.readers.gia_page import read_gia_page
from data.store.releases import Stored
from data.tables import load_tables

DAY = date(2026, 11, 22)
PUBLISHERS = {"gia": PublisherNames("HKSAR Government Press Releases", "香港特區政府新聞公報")}
TABLES, KINDS = load_tables(), load_kinds()
BOTH: Languages = ("en", "zh-Hant")


def make_stored(count: int, *, summary: int = 1, **fields: Any) -> list[Stored]:
    """Releases whose summaries say so many times what they say."""
    made = []
    for number, release in enumerate(make_releases(count, topics=("culture",)), 1):
        summaries = {
            each.language: each.model_copy(update={"text": " ".join([each.text] * summary)})
            for each in make_summaries(release)
        }
        made.append(Stored(number, release.model_copy(update=fields), summaries))
    return made


def lay_out(
    releases: Sequence[Stored], languages: Languages = BOTH, length: Length = "short"
) -> tuple[Content, ...]:
    sections = choose_sections(releases, [], TABLES, KINDS, is_folded=length != "full")
    look = Look(languages, DAY, length, button="full:2026-11-22")
    return render_digest(sections, look, TABLES, KINDS, PUBLISHERS)


def list_buttons(part: Content) -> list[str]:
    rows = (part.keyboard or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


def test_a_digest_is_grouped_by_topic_counts_and_names_its_source() -> None:
    law, health = make_stored(2)
    releases = [
        Stored(1, law.release.model_copy(update={"topics": ("law",)}), law.summaries),
        Stored(2, health.release.model_copy(update={"topics": ("health",)}), health.summaries),
    ]
    (part,) = lay_out(releases, ("en",))
    assert part.text.startswith("<b>Daily digest</b> · Sunday, 22 November 2026 · 2 releases")
    assert part.text.index("Health") < part.text.index("Law")
    assert "HKSAR Government Press Releases" in part.text
    assert "Unofficial" in part.text


def test_every_publisher_of_a_digest_is_named_once_in_each_language() -> None:
    bridge = make_stored(3, source="hko")
    sections = choose_sections([*bridge, *make_stored(2)], [], TABLES, KINDS)
    publishers = {**PUBLISHERS, "hko": PublisherNames("Observatory & Sons", "天文臺")}
    look = Look(("en", "zh-Hans"), DAY)
    (part,) = render_digest(sections, look, TABLES, KINDS, publishers)
    assert part.text.count("Observatory &amp; Sons") == 1
    assert part.text.count("天文台") == 1


def test_a_digest_of_nothing_has_no_part() -> None:
    assert lay_out([]) == ()


def test_one_release_is_counted_in_the_singular() -> None:
    (part,) = lay_out(make_stored(1), ("en",))
    assert "1 release\n" in part.text


@pytest.mark.parametrize("language", CHAT_LANGUAGES)
@pytest.mark.parametrize("length", ["short", "headlines"])
def test_a_busy_day_is_two_messages_at_most_with_every_headline(
    language: Any, length: Length
) -> None:
    releases = make_stored(50, summary=6)
    parts = lay_out(releases, split_language(language), length)
    assert len(parts) <= MOST_PARTS
    assert all(measure(part.text).fits for part in parts)
    text = "".join(part.text for part in parts)
    assert all(f"{number}. <a href" in text for number in range(1, 51))
    assert ("<blockquote expandable>" in text) == (length == "short")
    opened = [data for part in parts for data in list_buttons(part) if data.startswith("card:")]
    assert len(opened) == len(set(opened)) == 50
    assert list_buttons(parts[-1])[-1] == "full:2026-11-22"


def test_in_full_every_release_has_its_summary_in_as_many_messages_as_it_takes() -> None:
    parts = lay_out(make_stored(60), BOTH, "full")
    assert len(parts) > 2
    for number, part in enumerate(parts, 1):
        assert measure(part.text).fits
        assert f"part {number} of {len(parts)}" in part.text
        assert part.text.count("<b>") == part.text.count("</b>")
        assert part.text.count("<a ") == part.text.count("</a>")
    assert sum(part.text.count("Official text") for part in parts) == 60
    assert sum("HKSAR Government Press Releases" in part.text for part in parts) == 1
    assert not any(data.startswith("full:") for part in parts for data in list_buttons(part))


def test_the_most_important_have_their_summaries_first() -> None:
    releases = make_stored(40, summary=14)
    last = releases[0]
    urgent = last.release.model_copy(update={"urgency": "urgent"})
    releases[0] = Stored(last.seq, urgent, last.summaries)
    parts = lay_out(releases, ("en",))
    text = "".join(part.text for part in parts)
    assert 0 < text.count("<blockquote") < 40
    first = text.index("1. <a href")
    assert text[first:].split("\n\n")[0].count("<blockquote expandable>") == 1


def test_what_does_not_fit_even_as_a_headline_is_counted() -> None:
    parts = lay_out(make_stored(400), BOTH)
    assert len(parts) == MOST_PARTS
    text = "".join(part.text for part in parts)
    shown = text.count("\n\n") and sum(f"{number}. <a href" in text for number in range(1, 401))
    assert f"… and {400 - shown} more releases" in text
    assert f"⋯⋯另有{400 - shown}則公報" in text
    assert all(measure(part.text).fits for part in parts)
    assert all(len(list_buttons(part)) <= 100 for part in parts)


def test_a_routine_kind_is_one_line_with_its_count_and_newest_headline() -> None:
    flags = make_stored(3, kind="beach_flag")
    (part,) = lay_out(flags)
    newest = flags[-1].release.texts["en"]
    assert f'(3): <a href="{newest.url}">' in part.text
    assert "1. Beach flags · 泳灘旗號 (3): " in part.text
    assert part.text.count("<a href") == 2
    (single,) = lay_out(flags[:1], ("zh-Hant",))
    assert "1. 泳灘旗號（1則）：<a href" in single.text


def test_a_series_says_how_many_updates_it_has() -> None:
    (part,) = lay_out(make_stored(3, series="fire"))
    assert "1. [3 updates · 共3次更新] <a href" in part.text
    assert "3 releases" in part.text


def test_html_in_headlines_is_shown_not_obeyed() -> None:
    (stored,) = make_stored(1)
    summaries = {
        language: each.model_copy(update={"headline": "<i>A & B</i></a>", "text": "</blockquote>"})
        for language, each in stored.summaries.items()
    }
    (part,) = lay_out([Stored(1, stored.release, summaries)], ("en",))
    assert "&lt;i&gt;A &amp; B&lt;/i&gt;&lt;/a&gt;</a>" in part.text
    assert "<blockquote expandable>&lt;/blockquote&gt;</blockquote>" in part.text


@pytest.mark.parametrize("language", CHAT_LANGUAGES)
@pytest.mark.parametrize("length", ["headlines", "short"])
def test_real_releases_of_a_busy_day_fit_two_messages(
    gia: Path, language: Any, length: Length
) -> None:
    pages = [path.read_text("utf-8") for path in sorted(gia.glob("pages/*/*/*.htm"))]
    texts = [read_gia_page(page).text for page in pages][:50]
    releases = [
        Stored(
            number,
            make_release(text, topics=(TOPICS[number % len(TOPICS)],)),
            {
                text.language: Summary(
                    id=text.id,
                    language=text.language,
                    headline=text.title,
                    text=text.body[:400],
                    method="extract",
                    supported=True,
                )
            },
        )
        for number, text in enumerate([*texts, *texts][:50])
    ]
    releases = [
        Stored(each.seq, each.release.model_copy(update={"id": f"{each.seq}"}), each.summaries)
        for each in releases
    ]
    parts = lay_out(releases, split_language(language), length)
    assert len(parts) <= MOST_PARTS
    assert all(measure(part.text).fits for part in parts)
    opened = [data for part in parts for data in list_buttons(part) if data.startswith("card:")]
    assert len(set(opened)) == 50


kinds = st.sampled_from([None, None, None, "beach_flag", "speech"])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 299),
            st.integers(0, 1_000),
            st.sampled_from(TOPICS),
            kinds,
            st.sampled_from([None, None, "a", "b"]),
        ),
        min_size=1,
        max_size=120,
    ),
    st.sampled_from(CHAT_LANGUAGES),
    st.sampled_from(["short", "headlines"]),
)
def test_whatever_comes_a_digest_fits_two_messages_and_tells_or_counts_all(
    made: list[tuple[int, int, Any, str | None, str | None]], language: Any, length: Length
) -> None:
    releases = []
    for stored, (headline, summary, topic, kind, series) in zip(
        make_stored(len(made)), made, strict=True
    ):
        update = {"topics": (topic,), "kind": kind, "series": series}
        summaries = {
            key: each.model_copy(update={"headline": "字" * headline, "text": "&" * summary})
            for key, each in stored.summaries.items()
        }
        releases.append(Stored(stored.seq, stored.release.model_copy(update=update), summaries))
    sections = choose_sections(releases, [], TABLES, KINDS)
    parts = lay_out(releases, split_language(language), length)
    assert len(parts) <= MOST_PARTS
    assert all(measure(part.text).fits for part in parts)
    opened = [data for part in parts for data in list_buttons(part) if data.startswith("card:")]
    entries = [entry for section in sections for entry in section.entries]
    assert len(opened) == len(set(opened)) <= len(entries)
    if len(opened) < len(entries):
        left = sum(e.count for e in entries if f"card:{e.stored.seq}" not in opened)
        assert str(left) in to_plain(parts[-1]).text
