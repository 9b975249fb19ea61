"""Reading the HKMA's list, whole and hostile."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.feeds import Feed
from data.models import ReleaseText
from data.readers.hkma import MAX_BYTES, MAX_RECORDS, is_hkma_list, read_hkma_list
from data.readers.reading import Listed, ReadError, Reading, Readings
from data.sources import adopt

PRESS = "https://www.hkma.gov.hk/eng/news-and-media/press-releases/2026/11"
PRESS_ZH = PRESS.replace("/eng/", "/chi/")


def make_record(**changes: Any) -> dict[str, Any]:
    record = {
        "title": "Lantern Bank scam alert",
        "link": f"{PRESS}/20261122-3/",
        "date": "2026-11-22",
    }
    return record | changes


def make_list(*records: Any, **header: Any) -> bytes:
    header = {"success": True, "err_code": "0000", "err_msg": "No error found"} | header
    answer = {"header": header, "result": {"datasize": len(records), "records": records}}
    return json.dumps(answer).encode()


def test_a_list_names_titles_links_and_days_in_its_order() -> None:
    chinese = make_record(title="燈籠銀行騙案警示", link=f"{PRESS_ZH}/20261122-3/")
    readings = read_hkma_list(make_list(make_record(), chinese))
    day = datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert readings == Readings(
        listed=(
            Listed(f"{PRESS}/20261122-3/", "Lantern Bank scam alert", day, "en"),
            Listed(f"{PRESS_ZH}/20261122-3/", "燈籠銀行騙案警示", day, "zh"),
        ),
        is_feed=True,
    )


def test_the_two_languages_of_a_listed_release_pair_by_their_address() -> None:
    keys = set()
    for language, url in (("en", f"{PRESS}/20261122-3/"), ("zh", f"{PRESS_ZH}/20261122-3/")):
        text = ReleaseText(
            language="en" if language == "en" else "zh",
            id=url,
            url=url,
            title="Lanterns 燈籠",
            body="x",
            issued_at=datetime(2026, 11, 22, tzinfo=UTC),
        )
        feed = Feed(source="hkma", url="https://api.hkma.gov.hk/public/x", pairing="address")
        keys |= {each.pair_key for each in adopt(Readings((Reading(text),)), feed).items}
    assert len(keys) == 1
    assert None not in keys


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("Lanterns &amp; <i>lamps</i><script>alert(1)</script> (with photos)", "Lanterns & lamps"),
        ("Rates < 5% for lanterns", "Rates < 5% for lanterns"),
        ("Lanterns \ud83d lit", "Lanterns lit"),
        ("  燈籠\u200b債券\n發行（附圖）", "燈籠債券發行"),
    ],
)
def test_titles_lose_their_markup_and_suffixes(title: str, clean: str) -> None:
    (listed,) = read_hkma_list(make_list(make_record(title=title))).listed
    assert listed.title == clean


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "https://evil.example/eng/press-releases/2026/11/20261122-3/",
        "https://www.hkma.gov.hk@evil.example/eng/",
        "https://www.hkma.gov.hk.evil.example/eng/",
        "https://nothkma.gov.hk/eng/",
        "//www.hkma.gov.hk/eng/",
        "http://[::1/x",
        "",
    ],
)
def test_links_that_lead_elsewhere_are_named_and_left_out(link: str) -> None:
    readings = read_hkma_list(make_list(make_record(link=link), make_record()))
    assert [each.title for each in readings.listed] == ["Lantern Bank scam alert"]
    assert len(readings.faults) == 1
    assert "does not lead to the HKMA's site" in readings.faults[0]


def test_links_to_the_lists_own_host_are_taken() -> None:
    link = "http://127.0.0.1:8080/eng/press-releases/20261122-3/"
    content = make_list(make_record(link=link))
    address = "http://127.0.0.1:8080/public/press-releases?lang=en"
    assert [each.url for each in read_hkma_list(content, address).listed] == [link]
    assert read_hkma_list(content).listed == ()


@pytest.mark.parametrize(
    "record",
    [
        make_record(title=""),
        make_record(title="<b></b>"),
        make_record(title=13),
        make_record(title=None),
        make_record(title="<b>" * 100_000),
        make_record(title="\ud800"),
        make_record(link=["https://www.hkma.gov.hk/"]),
        {"title": "No link"},
        [],
        "text",
        None,
        13.5,
    ],
)
def test_an_entry_that_is_wrong_is_named_and_the_others_kept(record: object) -> None:
    readings = read_hkma_list(make_list(record, make_record()))
    assert len(readings.listed) == 1
    assert len(readings.faults) == 1
    assert readings.faults[0].startswith("entry 1: ")
    readings.faults[0].encode()


@pytest.mark.parametrize("day", [None, "", "soon", "0001-01-01", "2026-13-45"])
def test_an_entry_without_a_day_is_kept(day: str | None) -> None:
    (listed,) = read_hkma_list(make_list(make_record(date=day))).listed
    assert listed.issued_at is None


def test_a_release_named_twice_counts_once() -> None:
    assert len(read_hkma_list(make_list(make_record(), make_record(title="Again"))).listed) == 1


def test_more_entries_than_the_service_gives_are_left_out() -> None:
    records = [make_record(link=f"{PRESS}/{number}/") for number in range(MAX_RECORDS + 5)]
    readings = read_hkma_list(make_list(*records))
    assert len(readings.listed) == MAX_RECORDS
    assert len(readings.faults) == 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (make_list(success=False, err_msg="Invalid lang"), "Invalid lang"),
        (b'{"header": {"success": true}}', "no result"),
        (b'{"header": [], "result": {"records": []}}', "header"),
        (b'{"header": {}, "result": {"records": NaN}}', "records"),
        (b'{"header": {}, "result": {"records": {"0": 1}}}', "records"),
        (b'{"header": {}, "result": ' + b'{"a":' * 100_000, "not JSON"),
        (b'{"header": {}, "result": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b'{"header": {}, "result": {"records": [', "not JSON"),
        (b'{"header": "\xff"}', "not JSON"),
        (b"[]", "not the HKMA's list"),
        (b"", "not JSON"),
        (b" " * MAX_BYTES + make_list(make_record()), "bytes"),
    ],
)
def test_what_is_no_list_is_refused_with_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read_hkma_list(content)


def test_of_a_key_given_twice_the_last_counts() -> None:
    content = make_list(make_record()).replace(b'"title"', b'"title": "First", "title"', 1)
    assert [each.title for each in read_hkma_list(content).listed] == ["Lantern Bank scam alert"]


def test_a_list_is_told_from_other_documents() -> None:
    assert is_hkma_list(make_list())
    assert is_hkma_list(b"\xef\xbb\xbf\n" + make_list(make_record()))
    assert not is_hkma_list(b"<rss>")
    assert not is_hkma_list(b'{"title": "other JSON"}')
    assert not is_hkma_list(b"")


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["header", "result", "records", "title", "link", "date", "success"]),
            inner,
            max_size=4,
        ),
    ),
)


@given(
    st.one_of(
        st.binary(max_size=200),
        _JSON.map(lambda value: json.dumps(value).encode()),
        st.lists(_JSON, max_size=3).map(lambda records: make_list(*records)),
    )
)
def test_whatever_is_read_only_a_read_error_comes_out(content: bytes) -> None:
    try:
        readings = read_hkma_list(content)
    except ReadError as error:
        str(error).encode()
    else:
        for each in readings.listed:
            assert each.title
            f"{each.title} {each.url}".encode()
