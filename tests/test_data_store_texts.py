"""What the store knows of official texts: their origin, their versions, their releases."""

from datetime import datetime, timedelta

import pytest
from factories import ISSUED, make_release, make_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.models import Release, ReleaseText
from data.pairing import KnownRelease, join_counterparts
from data.readers.reading import Reading
from data.store.store import Store, open_store
from data.store.texts import TextOrigin

EN, ZH = make_text("en"), make_text("zh")


def save(store: Store, now: datetime, *texts: ReleaseText, whole: bool = True) -> None:
    origins = {text.id: TextOrigin(Reading(text), whole=whole) for text in texts}
    store.releases.save([make_release(*texts)], now, origins=origins)


def test_an_edited_text_keeps_its_earlier_version_and_what_changed(
    store: Store, now: datetime
) -> None:
    save(store, now, EN)
    edited = EN.model_copy(update={"body": EN.body.replace("13 lanterns", "14 lanterns")})
    counts = store.releases.save([make_release(edited)], now)
    assert counts.changed == 1
    (replaced,) = store.texts.list_replaced(EN.id)
    assert (replaced.version, replaced.title, replaced.body) == (EN.version, EN.title, EN.body)
    assert replaced.replaced_at == now
    assert replaced.changes.is_substantial
    assert "13" in replaced.changes.model_dump_json()
    assert "14" in replaced.changes.model_dump_json()


def test_every_edit_keeps_a_version(store: Store, now: datetime) -> None:
    bodies = ["One lantern.", "Two lanterns.", "One lantern.", "Three lanterns."]
    for minutes, body in enumerate(bodies):
        text = EN.model_copy(update={"body": body})
        store.releases.save([make_release(text)], now + timedelta(minutes=minutes))
    assert [old.body for old in store.texts.list_replaced(EN.id)] == bodies[:-1]


@pytest.mark.parametrize(
    "body",
    [EN.body.replace("\n\n", " \n\n  "), EN.body.replace(" said", "  said"), f"\n{EN.body} "],
)
def test_a_change_of_white_space_alone_is_no_event(store: Store, now: datetime, body: str) -> None:
    save(store, now, EN)
    spaced = EN.model_copy(update={"body": body})
    assert store.releases.save([make_release(spaced)], now).changed == 0
    assert store.texts.list_replaced(EN.id) == []
    # The spans of its summary count characters of the body that was stored.
    assert store.releases.get(EN.id).release.texts["en"].body == EN.body


def test_blanks_between_chinese_characters_are_white_space_too(store: Store, now: datetime) -> None:
    save(store, now, ZH)
    spaced = ZH.model_copy(update={"body": ZH.body.replace("。", "。 ").replace("，", "，\u3000")})
    assert store.releases.save([make_release(spaced)], now).changed == 0


def test_an_excerpt_gives_way_to_its_whole_text_without_an_event(
    store: Store, now: datetime
) -> None:
    save(store, now, EN.model_copy(update={"body": "The Harbour Department said…"}), whole=False)
    counts = store.releases.save([make_release(EN)], now, origins={EN.id: TextOrigin(Reading(EN))})
    assert counts.changed == 0
    assert store.texts.list_replaced(EN.id) == []
    assert store.releases.get(EN.id).release.texts["en"] == EN


def test_a_release_that_was_merged_is_still_found_by_its_old_id(
    store: Store, now: datetime
) -> None:
    save(store, now, EN)
    save(store, now, ZH)
    first, second = store.releases.get(EN.id).seq, store.releases.get(ZH.id).seq
    merged = make_release(EN, ZH, release_id=EN.id)
    store.releases.save([merged], now)
    assert store.releases.count() == 1
    assert store.releases.get(ZH.id) == store.releases.get(EN.id)
    assert store.releases.get(EN.id).seq == first < second


def test_an_id_leads_to_the_release_that_holds_its_text_now(store: Store, now: datetime) -> None:
    rival = make_text("en", text_id="P2026112100999")
    save(store, now, EN)
    save(store, now, ZH)
    store.releases.save([make_release(EN, ZH, release_id=EN.id)], now)
    # The link turns out to lead elsewhere: the Chinese text goes to another release.
    store.releases.save([make_release(EN), make_release(rival, ZH, release_id=rival.id)], now)
    assert store.releases.get(EN.id).release.texts.keys() == {"en"}
    assert store.releases.get(ZH.id) == store.releases.get(rival.id)
    assert store.releases.get(ZH.id).release.texts.keys() == {"en", "zh"}


def test_a_swap_of_counterparts_in_one_save_is_possible(store: Store, now: datetime) -> None:
    en, zh = make_text("en", text_id="P2026112100303"), make_text("zh", text_id="P2026112100404")
    store.releases.save([make_release(EN, zh), make_release(en, ZH)], now)
    store.releases.save([make_release(EN, ZH), make_release(en, zh)], now)
    assert store.releases.get(EN.id).release.texts["zh"].id == ZH.id
    assert store.releases.get(en.id).release.texts["zh"].id == zh.id


def test_the_kind_and_score_of_a_release_come_back(store: Store, now: datetime) -> None:
    marked = make_release().model_copy(
        update={"kind": "beach_flags", "urgency": "urgent", "pairing_score": 0.97}
    )
    store.releases.save([marked], now)
    assert store.releases.get(marked.id).release == marked


def test_the_first_of_a_series_learns_of_it_from_the_second(store: Store, now: datetime) -> None:
    first = make_release(EN)
    second = make_release(make_text("en", text_id="P2026112200101"))
    store.releases.save([first], now)
    store.releases.save([second.model_copy(update={"series": first.id})], now)
    assert store.releases.get(first.id).release.series == first.id
    assert store.releases.get(second.id).release.series == first.id


def test_pages_are_due_when_their_time_has_come(store: Store, now: datetime) -> None:
    origin = TextOrigin(Reading(EN), look_at=now + timedelta(minutes=20), looks=2)
    store.releases.save([make_release(EN)], now, origins={EN.id: origin})
    assert store.texts.list_to_look_at("gia", now) == {}
    (known,) = store.texts.list_to_look_at("gia", now + timedelta(minutes=20)).values()
    assert known.origin == origin
    assert known.release == KnownRelease(EN.id, None)
    assert store.texts.list_to_look_at("another", now + timedelta(minutes=20)) == {}


def test_singles_are_those_without_a_counterpart_in_the_window(store: Store, now: datetime) -> None:
    save(store, now, EN, ZH)
    alone = make_text("en", text_id="P2026112100303", issued_at=ISSUED + timedelta(hours=1))
    save(store, now, alone)
    assert list(store.texts.list_single("gia", ISSUED, ISSUED + timedelta(hours=2))) == [alone.id]
    assert store.texts.list_single("gia", ISSUED, ISSUED + timedelta(minutes=59)) == {}


TEXTS = [
    *(make_text("en", text_id=f"P2026112100{n}", title=f"Notice {n}") for n in range(100, 104)),
    *(make_text("zh", text_id=f"P2026112100{n}", title=f"通告{n}") for n in range(200, 204)),
]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(TEXTS), st.none() | st.sampled_from(TEXTS)), max_size=6),
        max_size=5,
    )
)
def test_whatever_links_come_and_change_no_text_is_lost_or_doubled(
    tmp_path_factory: pytest.TempPathFactory,
    runs: list[list[tuple[ReleaseText, ReleaseText | None]]],
) -> None:
    store = open_store(tmp_path_factory.mktemp("store") / "test.db")
    seen: dict[str, ReleaseText] = {}
    named: set[str] = set()
    for run in runs:
        readings = {text.id: Reading(text, link.url if link else None) for text, link in run}
        related = store.texts.find_related(readings.values())
        everything = {key: known.origin.reading for key, known in related.items()} | readings
        releases = join_counterparts(
            everything.values(),
            known={key: known.release for key, known in related.items()},
            infer=False,
        )
        origins = {key: TextOrigin(reading) for key, reading in everything.items()}
        store.releases.save(releases, ISSUED, origins=origins)
        seen |= {text.id: text for text, _ in run}
        named |= {release.id for release in releases}
    stored: list[Release] = [each.release for each in store.releases.list_latest(100)]
    kept = [text for release in stored for text in release.texts.values()]
    assert sorted(text.id for text in kept) == sorted(seen)
    assert all(store.releases.get(release_id) for release_id in named)
    store.close()
