"""Which releases go into whose digest, folded, and in what order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from factories import make_release, make_releases, make_text
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import Rank, Section, choose_sections, list_order_reasons, list_releases
from bot.texts import say
from data.kinds import load_kinds
from data.models import TOPICS, Subscription, Topic
from data.store.releases import Stored
from data.tables import load_tables

TABLES, KINDS = load_tables(), load_kinds()


def make_stored(*topics: Sequence[Topic]) -> list[Stored]:
    releases = make_releases(len(topics))
    return [
        Stored(number, release.model_copy(update={"topics": tuple(own)}), {})
        for number, (release, own) in enumerate(zip(releases, topics, strict=True))
    ]


def mark(stored: Stored, **fields: Any) -> Stored:
    return Stored(stored.seq, stored.release.model_copy(update=fields), stored.summaries)


def follow(*topics: Topic) -> list[Subscription]:
    return [Subscription(kind="topic", value=topic) for topic in topics]


def choose(
    releases: Sequence[Stored], *subscriptions: Subscription, is_folded: bool = True
) -> tuple[Section, ...]:
    return choose_sections(releases, subscriptions, TABLES, KINDS, is_folded=is_folded)


def told(section: Section) -> list[Stored]:
    return [entry.stored for entry in section.entries]


def test_a_release_stands_under_its_first_topic_newest_first() -> None:
    releases = make_stored(("law", "health"), ("law",), ("health",))
    sections = choose(releases)
    assert [section.topic for section in sections] == ["health", "law"]
    assert told(sections[1]) == [releases[1], releases[0]]


def test_of_successive_bulletins_on_one_warning_the_newest_stands() -> None:
    releases = make_stored(("weather",), ("weather",), ("law",), ("law",), ("weather",))
    for number, series in enumerate(("storm", "storm", "fire", "fire", None)):
        releases[number] = mark(releases[number], series=series)
    law, weather = choose(releases, is_folded=False)
    assert told(weather) == [releases[1], releases[4]]  # a matter that goes on stands higher
    assert told(law) == [releases[3], releases[2]]  # updates on other things each tell news


def test_a_series_is_one_entry_with_its_newest_release() -> None:
    releases = [mark(each, series="fire") for each in make_stored(("law",), ("law",), ("health",))]
    (section,) = choose(releases)
    (entry,) = section.entries
    assert section.topic == "health"
    assert entry.stored == releases[2]
    assert entry.earlier == (releases[1], releases[0])
    assert entry.count == 3
    assert entry.kind is None


def test_a_routine_kind_is_one_entry_at_the_end_and_an_urgent_one_never_folds() -> None:
    releases = make_stored(("weather",), ("weather",), ("weather",), ("law",))
    releases[0] = mark(releases[0], kind="beach_flag", series="flags")
    releases[1] = mark(releases[1], kind="beach_flag")
    releases[2] = mark(releases[2], kind="beach_flag", urgency="urgent")
    weather, law = choose(releases)
    assert weather.topic == "weather"
    urgent, flags = weather.entries
    assert (urgent.stored, urgent.rank, urgent.kind) == (releases[2], Rank.URGENT, None)
    assert (flags.stored, flags.earlier, flags.kind) == (releases[1], (releases[0],), "beach_flag")
    assert told(law) == [releases[3]]


def test_what_is_urgent_comes_before_all_else_and_routine_after() -> None:
    releases = make_stored(("government",), ("finance",), ("health",), ("law",), ("weather",))
    releases[0] = mark(releases[0], kind="beach_flag")
    releases[2] = mark(releases[2], kind="speech")
    releases[3] = mark(releases[3], urgency="urgent")
    releases[4] = mark(releases[4], urgency="critical")
    topics = [section.topic for section in choose(releases)]
    assert topics == ["weather", "law", "finance", "health", "government"]


def test_within_a_topic_speeches_come_after_what_happened() -> None:
    releases = make_stored(("law",), ("law",))
    releases[1] = mark(releases[1], kind="speech")
    (section,) = choose(releases)
    assert told(section) == [releases[0], releases[1]]


def test_who_follows_topics_gets_those_alone_under_the_topic_followed() -> None:
    releases = make_stored(("law", "health"), ("weather",), ())
    (section,) = choose(releases, *follow("health"))
    assert section.topic == "health"
    assert told(section) == [releases[0]]


def test_what_is_muted_is_left_out_even_if_it_is_followed() -> None:
    releases = make_stored(("law", "health"), ("health",))
    muted = Subscription(kind="topic", value="law", follow=False)
    (section,) = choose(releases, *follow("health"), muted)
    assert told(section) == [releases[1]]
    (alone,) = choose(releases, muted)
    assert told(alone) == [releases[1]]


def test_a_followed_word_lifts_a_release_above_its_topic() -> None:
    releases = make_stored(("government",), ("weather",))
    word = Subscription(kind="keyword", value=releases[1].release.texts["en"].title)
    topics = [section.topic for section in choose(releases, word, *follow("government"))]
    assert topics == ["weather", "government"]


def test_a_release_without_topic_comes_last_for_those_who_follow_all() -> None:
    sections = choose(make_stored((), ("weather",)))
    assert [section.topic for section in sections] == ["weather", None]


@pytest.mark.parametrize(
    ("fields", "is_named", "reason"),
    [
        ({"urgency": "critical"}, True, "order.critical"),
        ({"urgency": "urgent", "kind": "beach_flag"}, False, "order.urgent"),
        ({"kind": "beach_flag"}, True, "order.named"),
        ({"kind": "beach_flag"}, False, "order.routine"),
        ({"kind": "speech"}, False, "order.spoken"),
        ({}, False, "order.ordinary"),
        ({"series": "fire"}, False, "order.continued"),
        ({"series": "fire", "kind": "beach_flag"}, False, "order.routine"),
        ({"kind": "of a table that was changed since"}, False, "order.ordinary"),
    ],
)
def test_the_place_of_a_release_can_be_explained(
    fields: dict[str, str], is_named: bool, reason: str
) -> None:
    (stored,) = make_stored(("law",))
    reasons = list_order_reasons(mark(stored, **fields).release, KINDS, is_named=is_named)
    assert reasons == (reason,)
    assert say("en", reason)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("Department urges public to check gas pipes", "部門提示市民檢查喉管"),
        ("Harbour Bridge temporarily closed", "海港大橋臨時封閉"),
        ("Lantern maker recalls lamps", "燈籠商收回燈具"),
        ("Lantern fund launched", "燈籠基金接受申請"),
        ("Changes at the pier", "碼頭服務暫停"),
    ],
)
def test_what_tells_people_what_to_do_stands_above_what_merely_happened(
    english: str, chinese: str
) -> None:
    ordinary, call = (
        Stored(number, make_release(make_text("en", title=en), make_text("zh", title=zh)), {})
        for number, (en, zh) in enumerate(
            [("Lanterns lit at the harbour", "海港點亮燈籠"), (english, chinese)]
        )
    )
    assert list_order_reasons(call.release, KINDS) == ("order.call",)
    assert list_order_reasons(ordinary.release, KINDS) == ("order.ordinary",)
    older = mark(call, issued_at=call.release.issued_at - timedelta(hours=9), id="other")
    (section,) = choose([ordinary, older])
    assert told(section) == [older, ordinary]


def test_a_visit_a_ceremony_or_an_event_stands_below_other_news_unless_it_calls_for_something() -> (
    None
):
    titles = (
        ("Secretary visits lantern makers", "局長訪問燈籠工場"),
        ("Lantern festival opens", "燈籠節開幕"),
        ("Piers closed for lantern festival", "燈籠節期間碼頭封閉"),
    )
    reasons = [
        list_order_reasons(
            make_release(make_text("en", title=en), make_text("zh", title=zh)), KINDS
        )
        for en, zh in titles
    ]
    assert reasons == [("order.event",), ("order.event",), ("order.call",)]


topic_lists = st.lists(st.sampled_from(TOPICS), max_size=2, unique=True)
marks = st.tuples(
    topic_lists,
    st.sampled_from([None, "beach_flag", "speech", "air_quality"]),
    st.sampled_from([None, None, "one", "two"]),
    st.sampled_from([None, None, None, "urgent", "critical"]),
)


@given(
    st.lists(marks, max_size=12),
    st.lists(st.sampled_from(TOPICS), unique=True),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_every_wanted_release_stands_in_exactly_one_place_whatever_order_they_come_in(
    made: list[tuple[list[Topic], str | None, str | None, str | None]],
    followed: list[Topic],
    is_folded: bool,
    chance: Any,
) -> None:
    releases = [
        mark(stored, kind=kind, series=series, urgency=urgency)
        for stored, (_, kind, series, urgency) in zip(
            make_stored(*(topics for topics, *_ in made)), made, strict=True
        )
    ]
    sections = choose(releases, *follow(*followed), is_folded=is_folded)
    shown = [stored.seq for stored in list_releases(sections)]
    assert len(shown) == len(set(shown))
    wanted = {
        each.seq for each in releases if not followed or set(each.release.topics) & set(followed)
    }
    # A weather bulletin that a later one took the place of is told by that.
    superseded = {
        each.seq
        for each in releases
        if each.release.topics[:1] == ("weather",) and each.release.series is not None
    }
    assert set(shown) <= wanted
    assert wanted - set(shown) <= superseded
    chance.shuffle(releases)
    assert choose(releases, *follow(*followed), is_folded=is_folded) == sections


def test_a_days_age_decides_between_equals() -> None:
    first, second = make_stored(("law",), ("law",))
    older = mark(second, issued_at=first.release.issued_at - timedelta(days=1))
    (section,) = choose([older, first])
    assert told(section) == [first, older]
