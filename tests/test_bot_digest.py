"""Which releases go into whose digest."""

from collections.abc import Sequence

from factories import make_releases
from hypothesis import given
from hypothesis import strategies as st

from bot.digest import choose_sections, count_releases
from data.models import TOPICS, Topic
from data.store.releases import Stored


def make_stored(*topics: Sequence[Topic]) -> list[Stored]:
    releases = make_releases(len(topics))
    return [
        Stored(number, release.model_copy(update={"topics": tuple(own)}), {})
        for number, (release, own) in enumerate(zip(releases, topics, strict=True))
    ]


def test_a_release_stands_under_its_first_topic_newest_first() -> None:
    releases = make_stored(("law", "health"), ("law",), ("health",))
    sections = choose_sections(releases, [])
    assert [section.topic for section in sections] == ["health", "law"]
    assert sections[1].releases == (releases[1], releases[0])


def test_of_successive_bulletins_on_one_warning_the_newest_stands() -> None:
    releases = make_stored(("weather",), ("weather",), ("law",), ("law",), ("weather",))
    for number, series in enumerate(("storm", "storm", "fire", "fire", None)):
        marked = releases[number].release.model_copy(update={"series": series})
        releases[number] = Stored(number, marked, {})
    law, weather = choose_sections(releases, [])
    assert weather.releases == (releases[4], releases[1])
    assert law.releases == (releases[3], releases[2])  # updates on other things each tell news


def test_who_follows_topics_gets_those_alone_under_the_topic_followed() -> None:
    releases = make_stored(("law", "health"), ("weather",), ())
    (section,) = choose_sections(releases, ["health"])
    assert section.topic == "health"
    assert section.releases == (releases[0],)


def test_a_release_without_topic_comes_last_for_those_who_follow_all() -> None:
    sections = choose_sections(make_stored((), ("weather",)), [])
    assert [section.topic for section in sections] == ["weather", None]


topic_lists = st.lists(st.sampled_from(TOPICS), max_size=2, unique=True)


@given(st.lists(topic_lists, max_size=12), st.lists(st.sampled_from(TOPICS), unique=True))
def test_every_wanted_release_comes_exactly_once(
    topics: list[list[Topic]], followed: list[Topic]
) -> None:
    releases = make_stored(*topics)
    sections = choose_sections(releases, followed)
    shown = [stored.seq for section in sections for stored in section.releases]
    wanted = [
        stored.seq
        for stored in releases
        if not followed or set(stored.release.topics) & set(followed)
    ]
    assert sorted(shown) == wanted
    assert count_releases(sections) == len(wanted)
