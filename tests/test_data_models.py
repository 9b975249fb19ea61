"""The types and their JSON lines."""

import pytest
from factories import make_release, make_summaries, make_text

from data.models import Chat, ContractError, Release, Summary


def test_a_release_survives_its_json_line() -> None:
    release = make_release()
    assert Release.from_json(release.to_json()) == release


def test_a_summary_survives_its_json_line_and_calls_its_text_summary() -> None:
    summary = make_summaries(make_release())[0]
    assert '"summary":' in summary.to_json()
    assert Summary.from_json(summary.to_json()) == summary


def test_times_are_kept_in_utc_and_a_time_without_zone_is_hong_kongs() -> None:
    line = (
        '{"id":"P1","source":"gia","issued_at":"2025-11-27T13:23:00","texts":{"en":{"id":"P1",'
        '"url":"u","title":"t","body":"b","issued_at":"2025-11-27T13:23:00+08:00"}}}'
    )
    release = Release.from_json(line)
    assert release.issued_at.isoformat() == "2025-11-27T05:23:00+00:00"
    assert release.texts["en"].issued_at == release.issued_at


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("", "JSON"),
        ("[]", "object"),
        ("{}", "texts"),
        ('{"id":"x","source":"s","issued_at":"2025-01-01T00:00:00Z","texts":{}}', "texts"),
        ('{"id":"x","source":"s","issued_at":"never","texts":{"en":{}}}', "texts.en.url"),
        ('{"id":"x","source":"s","issued_at":"2025-01-01","texts":{"fr":{}}}', "texts.fr"),
        ('{"id":"x","source":"s","texts":"none"}', "issued_at"),
    ],
)
def test_a_line_that_breaks_the_contract_is_refused_by_naming_the_fault(
    line: str, named: str
) -> None:
    with pytest.raises(ContractError, match=named.replace(".", r"\.")):
        Release.from_json(line)


def test_a_version_changes_with_title_or_body_and_with_nothing_else() -> None:
    text = make_text()
    moved = text.model_copy(update={"url": "https://example.org", "id": "P2026112100999"})
    assert moved.version == text.version
    assert make_text(title="Other").version != text.version
    assert make_text(body="Other").version != text.version


def test_the_bilingual_choice_is_two_languages() -> None:
    assert Chat(id=1, language="en+zh-Hant").languages == ("en", "zh-Hant")
    assert Chat(id=1, language="zh-Hans").languages == ("zh-Hans",)
