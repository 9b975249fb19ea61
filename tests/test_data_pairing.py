"""Joining English and Chinese texts."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import EN_ID, ISSUED, ZH_ID, make_text
from hard_texts import read_hard_releases
from hypothesis import given, settings
from hypothesis import strategies as st

from data.models import LANGUAGES, Release, ReleaseText
from data.pairing import (
    LEAST_SCORE,
    MOST_CANDIDATES,
    KnownRelease,
    choose_pairs,
    compare_texts,
    join_counterparts,
    pair_releases,
)
from data.readers.gia_page import read_gia_page
from data.readers.reading import Reading
from data.samples import sample_releases
from data.tables import load_tables

EN, ZH = make_text("en"), make_text("zh")
OTHER_ZH = make_text("zh", text_id="P2026112100404", title="其他", body="電車晚上休息。")


def groups(releases: Iterable[Release]) -> set[frozenset[str]]:
    return {frozenset(text.id for text in release.texts.values()) for release in releases}


def pairs_of(releases: Iterable[Release]) -> set[tuple[str, str]]:
    return {
        (release.texts["en"].id, release.texts["zh"].id)
        for release in releases
        if len(release.texts) == 2
    }


# Links, keys and what is stored


def test_the_eighteen_real_pairs_with_pages_come_out_joined(gia: Path) -> None:
    files = sorted(gia.glob("pages/*/*/*.htm"))
    releases = join_counterparts(
        [read_gia_page(file.read_text("utf-8"), str(file)) for file in files], infer=False
    )
    known = json.loads((gia / "pairs.json").read_text("utf-8"))
    expected = {(pair["en"]["id"], pair["zh"]["id"]) for pair in known if pair["en"].get("file")}
    assert pairs_of(releases) == expected
    assert len(releases) == 18
    assert {release.pairing_score for release in releases} == {None}


def test_a_link_from_either_side_is_enough() -> None:
    for readings in (
        [Reading(EN, ZH.url), Reading(ZH)],
        [Reading(EN), Reading(ZH, EN.url)],
        [Reading(EN, ZH.url), Reading(ZH, EN.url)],
    ):
        (release,) = join_counterparts(readings, infer=False)
        assert release.texts == {"en": EN, "zh": ZH}


def test_a_link_by_address_joins_texts_without_official_ids() -> None:
    english = EN.model_copy(update={"id": "a", "url": "https://news.example/en/lanterns?x=1"})
    chinese = ZH.model_copy(update={"id": "b", "url": "https://news.example/zh/lanterns"})
    (release,) = join_counterparts(
        [
            Reading(english, source="news"),
            Reading(chinese, "HTTPS://News.Example:443/en/lanterns?x=1#top", source="news"),
        ],
        infer=False,
    )
    assert len(release.texts) == 2


def test_a_release_is_named_after_the_text_that_came_first() -> None:
    later = EN.model_copy(update={"issued_at": ISSUED.replace(hour=9)})
    (release,) = join_counterparts([Reading(later, ZH.url), Reading(ZH)])
    assert release.id == ZH_ID
    assert release.issued_at == ZH.issued_at


def test_a_stored_release_keeps_its_id_when_an_earlier_text_joins() -> None:
    earlier = ZH.model_copy(update={"issued_at": ISSUED.replace(hour=5)})
    (release,) = join_counterparts(
        [Reading(EN, ZH.url), Reading(earlier)], known={EN_ID: KnownRelease(EN_ID, None)}
    )
    assert release.id == EN_ID


def test_two_stored_releases_become_the_one_whose_text_came_first() -> None:
    earlier = ZH.model_copy(update={"issued_at": ISSUED.replace(hour=5)})
    (release,) = join_counterparts(
        [Reading(EN, ZH.url), Reading(earlier)],
        known={EN_ID: KnownRelease(EN_ID, None), ZH_ID: KnownRelease(ZH_ID, None)},
    )
    assert release.id == ZH_ID


def test_a_link_to_a_text_of_the_same_language_or_to_itself_joins_nothing() -> None:
    other = make_text("en", text_id="P2026112100303", title="Other")
    releases = join_counterparts([Reading(EN, other.url), Reading(other, other.url)])
    assert [len(release.texts) for release in releases] == [1, 1]


def test_of_two_texts_that_claim_one_counterpart_the_second_stays_single() -> None:
    rival = make_text("en", text_id="P2026112100303")
    releases = join_counterparts([Reading(EN, ZH.url), Reading(rival, ZH.url), Reading(ZH)])
    assert groups(releases) == {frozenset({EN_ID, ZH_ID}), frozenset({rival.id})}


def test_a_link_that_is_returned_counts_before_one_that_is_not() -> None:
    rival = make_text("en", text_id="P2026112100303")
    releases = join_counterparts([Reading(rival, ZH.url), Reading(EN, ZH.url), Reading(ZH, EN.url)])
    assert groups(releases) == {frozenset({EN_ID, ZH_ID}), frozenset({rival.id})}


def test_of_a_text_read_twice_the_newer_words_and_the_known_link_count() -> None:
    changed = make_text("en", body="Changed words.")
    (release,) = join_counterparts([Reading(EN, ZH.url), Reading(ZH), Reading(changed)])
    assert release.texts["en"] == changed
    assert release.texts["zh"] == ZH


def test_equal_keys_join_texts_of_one_source() -> None:
    english, chinese = Reading(EN, pair_key="7"), Reading(ZH, pair_key="7")
    assert len(join_counterparts([english, chinese], infer=False)) == 1
    other = Reading(ZH, pair_key="7", source="elsewhere")
    assert len(join_counterparts([english, other], infer=False)) == 2


def test_a_link_counts_before_a_key() -> None:
    releases = join_counterparts(
        [Reading(EN, OTHER_ZH.url, pair_key="7"), Reading(ZH, pair_key="7"), Reading(OTHER_ZH)],
        infer=False,
    )
    assert pairs_of(releases) == {(EN_ID, OTHER_ZH.id)}


def test_texts_of_a_stored_release_stay_together_with_their_score() -> None:
    known = {EN_ID: KnownRelease(ZH_ID, 0.95), ZH_ID: KnownRelease(ZH_ID, 0.95)}
    (release,) = join_counterparts([Reading(EN), Reading(ZH)], known=known, infer=False)
    assert (release.id, release.pairing_score) == (ZH_ID, 0.95)


def test_a_link_makes_a_stored_score_needless() -> None:
    known = {EN_ID: KnownRelease(ZH_ID, 0.95), ZH_ID: KnownRelease(ZH_ID, 0.95)}
    (release,) = join_counterparts([Reading(EN, ZH.url), Reading(ZH)], known=known, infer=False)
    assert release.pairing_score is None


@pytest.mark.parametrize(
    "readings",
    [
        [Reading(EN, OTHER_ZH.url), Reading(ZH), Reading(OTHER_ZH)],
        [Reading(EN), Reading(ZH), Reading(OTHER_ZH, EN.url)],
        [
            Reading(EN, "https://www.info.gov.hk/gia/general/202611/21/P2026112100999.htm"),
            Reading(ZH),
        ],
        [Reading(EN, pair_key="7"), Reading(ZH, pair_key="8")],
    ],
)
def test_a_link_or_a_key_parts_texts_of_a_stored_release(readings: list[Reading]) -> None:
    known = {EN_ID: KnownRelease(ZH_ID, 0.95), ZH_ID: KnownRelease(ZH_ID, 0.95)}
    releases = join_counterparts(readings, known=known)
    assert (EN_ID, ZH_ID) not in pairs_of(releases)
    assert len({release.id for release in releases}) == len(releases)


def test_a_single_text_keeps_the_address_of_its_counterpart() -> None:
    (release,) = join_counterparts([Reading(EN, ZH.url)])
    assert release.counterpart_url == ZH.url


# What the texts say


def read_hard_texts() -> tuple[list[ReleaseText], set[tuple[str, str]]]:
    releases = read_hard_releases()
    texts = [text for release in releases for text in release.values()]
    return texts, {(each["en"].id, each["zh"].id) for each in releases if len(each) == 2}


def join_unlinked(texts: Iterable[ReleaseText]) -> set[tuple[str, str]]:
    return pairs_of(join_counterparts([Reading(text) for text in texts], ignore_links=True))


def check(joined: set[tuple[str, str]], expected: set[tuple[str, str]]) -> None:
    """At least 99% of what is joined is right, and 95% of what belongs together joined."""
    right = len(joined & expected)
    assert right >= 0.99 * len(joined)
    assert right >= 0.95 * len(expected)


def put_on_one_day(texts: Iterable[ReleaseText], day: datetime) -> list[ReleaseText]:
    return [
        text.model_copy(
            update={
                "issued_at": day
                + timedelta(hours=text.issued_at.hour, minutes=text.issued_at.minute)
            }
        )
        for text in texts
    ]


def list_sample_texts(now: datetime) -> tuple[list[ReleaseText], set[tuple[str, str]]]:
    releases = sample_releases(now, "https://www.info.gov.hk")
    return [text for each in releases for text in each.texts.values()], pairs_of(releases)


def test_a_council_day_with_many_like_texts_is_paired_without_links() -> None:
    texts, expected = read_hard_texts()
    assert len(expected) >= 60
    check(join_unlinked(texts), expected)


@pytest.mark.parametrize("missing", [0, 1, 2, 3])
def test_texts_whose_counterpart_is_not_at_hand_stay_single(missing: int) -> None:
    """Of every fourth pair the English text is away, of the next the Chinese one."""
    pairs = [release for release in read_hard_releases() if len(release) == 2]
    texts: list[ReleaseText] = []
    expected = set()
    for number, pair in enumerate(pairs):
        left_out = {missing: "en", (missing + 1) % 4: "zh"}.get(number % 4)
        texts += [text for language, text in pair.items() if language != left_out]
        if left_out is None:
            expected.add((pair["en"].id, pair["zh"].id))
    check(join_unlinked(texts), expected)


def test_of_like_texts_none_is_joined_when_no_counterpart_is_at_hand() -> None:
    pairs = [release for release in read_hard_releases() if len(release) == 2]
    texts = [pair["en" if number % 2 else "zh"] for number, pair in enumerate(pairs)]
    assert join_unlinked(texts) == set()


def test_the_samples_are_paired_without_links(now: datetime) -> None:
    texts, expected = list_sample_texts(now)
    check(join_unlinked(texts), expected)


def read_real_texts(gia: Path) -> tuple[list[ReleaseText], set[tuple[str, str]]]:
    known = json.loads((gia / "pairs.json").read_text("utf-8"))
    files = {
        pair[language]["id"]: gia / pair[language]["file"]
        for pair in known
        for language in LANGUAGES
        if pair[language].get("file")
    }
    texts = [read_gia_page(path.read_text("utf-8"), str(path)).text for path in files.values()]
    return texts, {(p["en"]["id"], p["zh"]["id"]) for p in known if p["en"]["id"] in files}


def test_real_releases_are_paired_without_links(gia: Path) -> None:
    texts, expected = read_real_texts(gia)
    check(join_unlinked(texts), expected)


def test_real_and_sample_releases_of_one_day_are_paired_without_links(
    gia: Path, now: datetime
) -> None:
    real, real_pairs = read_real_texts(gia)
    samples, sample_pairs = list_sample_texts(now)
    hard, hard_pairs = read_hard_texts()
    check(
        join_unlinked(put_on_one_day([*real, *samples, *hard], now)),
        real_pairs | sample_pairs | hard_pairs,
    )


FIRE_EN = make_text(
    "en",
    title="Warehouse fire in Kwun Tong",
    body="Firemen put out a fire in Kwun Tong at 3.15pm today (November 21). "
    "Four men aged 23 to 61 were sent to United Christian Hospital. "
    "The loss was about $2.6 million.",
)
FIRE_ZH = make_text(
    "zh",
    title="觀塘貨倉火警",
    body="消防員今日（十一月二十一日）下午三時十五分將觀塘一宗火警救熄。四名年齡介乎23至61歲的男子"
    "送往聯合醫院。損失約260萬元。",
)


def test_an_inferred_counterpart_is_marked_with_its_score() -> None:
    (release,) = join_counterparts([Reading(FIRE_EN), Reading(FIRE_ZH)])
    assert release.pairing_score is not None
    assert LEAST_SCORE <= release.pairing_score <= 1


def keep(reading: Reading) -> Sequence[Reading]:
    return [reading, Reading(FIRE_ZH)]


@pytest.mark.parametrize(
    "reading",
    [
        Reading(FIRE_EN, single_language=True),
        Reading(FIRE_EN, "https://www.info.gov.hk/gia/general/202611/21/P2026112100999.htm"),
        Reading(FIRE_EN, source="elsewhere"),
        Reading(FIRE_EN.model_copy(update={"issued_at": ISSUED + timedelta(hours=10)})),
        Reading(FIRE_EN.model_copy(update={"issued_at": ISSUED - timedelta(hours=4)})),
    ],
)
def test_what_forbids_it_keeps_texts_from_being_inferred(reading: Reading) -> None:
    assert pairs_of(join_counterparts(keep(reading))) == set()


def test_without_inference_texts_stay_single() -> None:
    assert len(join_counterparts([Reading(FIRE_EN), Reading(FIRE_ZH)], infer=False)) == 2


def test_of_two_equal_candidates_none_is_chosen() -> None:
    twin = FIRE_ZH.model_copy(update={"id": "P2026112100505"})
    plain = FIRE_EN.model_copy(update={"id": "lantern"})
    releases = join_counterparts([Reading(plain), Reading(FIRE_ZH), Reading(twin)])
    assert pairs_of(releases) == set()


def test_links_keys_and_stored_releases_are_ignored_when_asked_to() -> None:
    wrong = Reading(FIRE_EN, OTHER_ZH.url, pair_key="7")
    readings = [wrong, Reading(FIRE_ZH, pair_key="8"), Reading(OTHER_ZH, FIRE_EN.url)]
    releases = join_counterparts(
        readings, known={FIRE_EN.id: KnownRelease(OTHER_ZH.id, 0.9)}, ignore_links=True
    )
    assert pairs_of(releases) == {(FIRE_EN.id, FIRE_ZH.id)}


def test_the_nearest_of_very_many_candidates_are_compared() -> None:
    many = [
        FIRE_ZH.model_copy(
            update={"id": f"z{number}", "issued_at": ISSUED - timedelta(seconds=number)}
        )
        for number in range(MOST_CANDIDATES + 50)
    ]
    compared = compare_texts([FIRE_EN, *many], load_tables())
    assert {chinese for _, chinese in compared} == {f"z{n}" for n in range(MOST_CANDIDATES)}


def test_releases_of_one_language_are_joined_and_others_kept() -> None:
    whole = Release(
        id="whole",
        source="gia",
        issued_at=ISSUED,
        topics=("culture",),
        texts={"en": EN, "zh": ZH},
    )
    halves = [
        Release(id=text.id, source="gia", issued_at=ISSUED, texts={text.language: text})
        for text in (FIRE_EN.model_copy(update={"id": "e"}), FIRE_ZH.model_copy(update={"id": "z"}))
    ]
    paired = pair_releases([whole, *halves], load_tables())
    assert whole in paired
    assert pairs_of(paired) == {(EN_ID, ZH_ID), ("e", "z")}


# Whatever comes


SIGNS = st.text(alphabet="ab1 2億萬三大埔Tai Po.\n|", max_size=30)


@given(st.data())
@settings(max_examples=60)
def test_no_text_is_lost_or_doubled_whatever_the_evidence(data: st.DataObject) -> None:
    languages = data.draw(st.lists(st.sampled_from(LANGUAGES), max_size=12))
    texts = [
        make_text(
            language,
            text_id=f"P202611210{number:04d}",
            title=data.draw(SIGNS.filter(str.strip)),
            body=data.draw(SIGNS),
            issued_at=ISSUED + timedelta(minutes=data.draw(st.integers(-2000, 2000))),
        )
        for number, language in enumerate(languages)
    ]
    readings = [
        Reading(
            text,
            data.draw(st.sampled_from([None, "https://[", "lantern", *(t.url for t in texts)])),
            source=data.draw(st.sampled_from(["gia", "news"])),
            pair_key=data.draw(st.sampled_from([None, "1", "2"])),
            single_language=data.draw(st.booleans()),
        )
        for text in texts
    ]
    known = {
        text.id: KnownRelease(data.draw(st.sampled_from([t.id for t in texts])), 0.9)
        for text in texts
    }
    releases = join_counterparts(
        readings,
        known=known if data.draw(st.booleans()) else None,
        ignore_links=data.draw(st.booleans()),
        infer=data.draw(st.booleans()),
    )
    out = [text.id for release in releases for text in release.texts.values()]
    assert sorted(out) == sorted(text.id for text in texts)
    assert len({release.id for release in releases}) == len(releases)
    sources = {reading.text.id: reading.source for reading in readings}
    for release in releases:
        assert {sources[text.id] for text in release.texts.values()} == {release.source}


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")),
        st.floats(min_value=-1000, max_value=1000),
    )
)
def test_whatever_the_points_each_text_is_chosen_once(points: dict[tuple[str, str], float]) -> None:
    chosen = choose_pairs(points)
    assert all(LEAST_SCORE <= each.score <= 1 for each in chosen)
    assert len({each.english for each in chosen}) == len(chosen)
    assert len({each.chinese for each in chosen}) == len(chosen)


def test_a_choice_that_is_sure_decides_one_that_was_not() -> None:
    points = {("a", "x"): 20.0, ("a", "y"): 19.0, ("b", "y"): 30.0}
    assert {(each.english, each.chinese) for each in choose_pairs(points)} == {
        ("a", "x"),
        ("b", "y"),
    }
    tied = {("a", "x"): 20.0, ("a", "y"): 20.0, ("b", "x"): 20.0, ("b", "y"): 20.0}
    assert choose_pairs(tied) == []
