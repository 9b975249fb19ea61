"""Releases of one fictional council day, from ``hard_pairs.toml``."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data.models import HONG_KONG, Language, ReleaseText

_FILE = Path(__file__).with_name("hard_pairs.toml")
_DAY = datetime(2026, 6, 3, tzinfo=HONG_KONG)
_HAN = "零一二三四五六七八九十"

HardRelease = dict[Language, ReleaseText]


def read_hard_releases() -> list[HardRelease]:
    """One or two texts each; the ids tell nothing of what belongs together."""
    content = tomllib.loads(_FILE.read_text("utf-8"))
    entries = [*_write_questions(content), *content["release"]]
    return [_make_release(number, entry) for number, entry in enumerate(entries)]


def _write_questions(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for question in content["question"]:
        number = question["number"]
        written = {
            language: [
                f"LCQ{number}: {question['en']['title']}"
                if language == "en"
                else f"立法會{_write_han(number)}題：{question['zh']['title']}",
                content["council"][language].format(**question[language]),
            ]
            for language in ("en", "zh")
        }
        yield question | written


def _write_han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十") + (_HAN[ones] if ones else "")


def _make_release(number: int, entry: Mapping[str, Any]) -> HardRelease:
    hour, minute = map(int, entry["at"].split(":"))
    at = _DAY + timedelta(hours=hour, minutes=minute)
    moments: dict[Language, datetime] = {
        "en": at + timedelta(minutes=entry.get("after", 0)),
        "zh": at,
    }
    languages: tuple[Language, ...] = ("en", "zh")
    release: HardRelease = {}
    for language in languages:
        if language in entry:
            title, body = entry[language]
            # Multiples of primes scatter the ids over the day.
            serial = (number * 379 + (113 if language == "en" else 617)) % 997
            text_id = f"P20260603{'1' if language == 'en' else '2'}{serial:04d}"
            release[language] = ReleaseText(
                language=language,
                id=text_id,
                url=f"https://www.info.gov.hk/gia/general/202606/03/{text_id}.htm",
                title=title,
                body=body,
                issued_at=moments[language],
            )
    return release
