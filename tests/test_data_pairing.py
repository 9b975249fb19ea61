"""Joining English and Chinese texts."""

import json
from pathlib import Path

from factories import EN_ID, ISSUED, ZH_ID, make_text
from hypothesis import given
from hypothesis import strategies as st

from data.models import LANGUAGES
from data.pairing import join_counterparts
from data.readers.gia_page import read_gia_page
from data.readers.reading import Reading

EN, ZH = make_text("en"), make_text("zh")


def test_the_eighteen_real_pairs_with_pages_come_out_joined(gia: Path) -> None:
    files = sorted(gia.glob("pages/*/*/*.htm"))
    releases = join_counterparts(
        [read_gia_page(file.read_text("utf-8"), str(file)) for file in files]
    )
    known = json.loads((gia / "pairs.json").read_text("utf-8"))
    expected = {(pair["en"]["id"], pair["zh"]["id"]) for pair in known if pair["en"].get("file")}
    joined = {(release.texts["en"].id, release.texts["zh"].id) for release in releases}
    assert joined == expected
    assert len(releases) == 18


def test_a_link_from_either_side_is_enough() -> None:
    for readings in (
        [Reading(EN, ZH.url), Reading(ZH)],
        [Reading(EN), Reading(ZH, EN.url)],
        [Reading(EN, ZH.url), Reading(ZH, EN.url)],
    ):
        (release,) = join_counterparts(readings)
        assert release.texts == {"en": EN, "zh": ZH}


def test_a_release_is_named_after_the_text_that_came_first() -> None:
    later = EN.model_copy(update={"issued_at": ISSUED.replace(hour=9)})
    (release,) = join_counterparts([Reading(later, ZH.url), Reading(ZH)])
    assert release.id == ZH_ID
    assert release.issued_at == ZH.issued_at


def test_a_stored_release_keeps_its_id_when_an_earlier_text_joins() -> None:
    later = ZH.model_copy(update={"issued_at": ISSUED.replace(hour=9)})
    (release,) = join_counterparts(
        [Reading(EN, ZH.url), Reading(later)], release_ids={ZH_ID: ZH_ID}
    )
    assert release.id == ZH_ID


def test_a_link_to_a_text_of_the_same_language_or_to_itself_joins_nothing() -> None:
    other = make_text("en", text_id="P2026112100303", title="Other")
    releases = join_counterparts([Reading(EN, other.url), Reading(other, other.url)])
    assert [len(release.texts) for release in releases] == [1, 1]


def test_of_two_texts_that_claim_one_counterpart_the_second_stays_single() -> None:
    rival = make_text("en", text_id="P2026112100303")
    releases = join_counterparts([Reading(EN, ZH.url), Reading(rival, ZH.url), Reading(ZH)])
    assert {frozenset(text.id for text in release.texts.values()) for release in releases} == {
        frozenset({EN_ID, ZH_ID}),
        frozenset({rival.id}),
    }


def test_of_a_text_read_twice_the_newer_words_and_the_known_link_count() -> None:
    changed = make_text("en", body="Changed words.")
    (release,) = join_counterparts([Reading(EN, ZH.url), Reading(ZH), Reading(changed)])
    assert release.texts["en"] == changed
    assert release.texts["zh"] == ZH


@given(st.data())
def test_no_text_is_lost_or_doubled_whatever_the_links(data: st.DataObject) -> None:
    texts = [
        make_text(language, text_id=f"P202611210{number:04d}")
        for number, language in enumerate(data.draw(st.lists(st.sampled_from(LANGUAGES))))
    ]
    links = st.sampled_from([None, *(text.url for text in texts)])
    readings = [Reading(text, data.draw(links)) for text in texts]
    releases = join_counterparts(readings)
    out = [text.id for release in releases for text in release.texts.values()]
    assert sorted(out) == sorted(text.id for text in texts)
