"""Reads the list of press releases that the Hong Kong Monetary Authority publishes as JSON; pure.

Format as its documentation and public code have it (``/public/press-releases?lang=en|tc``):
``{"header": {"success": true, "err_code": "0000", "err_msg": "…"}, "result": {"datasize": 100,
"records": [{"title": "…", "link": "https://…", "date": "2026-11-22"}]}}``. There is no text; the
link leads to a page, whose address differs between the languages in ``/eng/`` and ``/chi/`` only.
"""

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from data.addresses import find_host
from data.models import HONG_KONG, Language, describe_faults
from data.readers.paragraphs import choose_language, clean_title, read_html_paragraphs
from data.readers.reading import Listed, ReadError, Readings

# The API gives at most 1,000 records, of some 400 bytes each.
MAX_RECORDS = 1_000
MAX_BYTES = 2_000_000

_SITE = "hkma.gov.hk"
_LANGUAGES: dict[str, Language] = {"eng": "en", "chi": "zh", "gb_chi": "zh"}
_FIRST_YEAR = 1993  # in which the Authority was founded


class _Header(BaseModel):
    success: bool = True
    err_msg: str | None = None


class _Result(BaseModel):
    records: list[Any]


class _Answer(BaseModel):
    header: _Header = Field(default_factory=_Header)
    result: _Result | None = None


class _Record(BaseModel):
    title: str
    link: str
    date: str | None = None


def is_hkma_list(content: bytes) -> bool:
    """Whether the bytes look like an answer of the HKMA's API."""
    head = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and (b'"header"' in head or b'"records"' in head)


def read_hkma_list(content: bytes, address: str | None = None) -> Readings:
    """The list's entries, in its order, each link once, as ``listed``.

    Entries without a title or with a link that does not lead to the HKMA's site are named in
    ``faults`` and left out. The list has days, not times: ``issued_at`` is the day's start in
    Hong Kong.

    Args:
        content: the JSON as fetched or saved.
        address: where it came from; links to the same host are taken too.

    Raises:
        ReadError: if the bytes are no such list, or the API says that it failed.
    """
    records = _read_records(content)
    host = find_host(address) if address else None
    items: dict[str, Listed] = {}
    faults: list[str] = []
    for number, record in enumerate(records[:MAX_RECORDS], 1):
        try:
            listed = _read_record(record, host)
            items.setdefault(listed.url, listed)
        except ReadError as error:
            faults.append(f"entry {number}: {error}")
    if len(records) > MAX_RECORDS:
        faults.append(f"more than {MAX_RECORDS:,} entries; the others are left out")
    return Readings(faults=tuple(faults), is_feed=True, listed=tuple(items.values()))


def _read_records(content: bytes) -> list[Any]:
    if len(content) > MAX_BYTES:
        raise ReadError(f"more than {MAX_BYTES:,} bytes, which no list of press releases has")
    try:
        answer = _Answer.model_validate(json.loads(content.decode("utf-8-sig")))
    except ValidationError as error:
        raise ReadError(f"not the HKMA's list ({describe_faults(error)})") from None
    except (ValueError, RecursionError) as error:
        raise ReadError(f"not JSON that can be read ({error})") from None
    if not answer.header.success:
        raise ReadError(f"the HKMA's service failed ({answer.header.err_msg or 'no reason given'})")
    if answer.result is None:
        raise ReadError("not the HKMA's list (it has no result)")
    return answer.result.records


def _read_record(value: object, host: str | None) -> Listed:
    try:
        record = _Record.model_validate(value)
    except ValidationError as error:
        raise ReadError(describe_faults(error)) from None
    title = clean_title(" ".join(read_html_paragraphs(_drop_surrogates(record.title))))
    link = _drop_surrogates(record.link).strip()
    if not title:
        raise ReadError(f"no title ({link[:200]})")
    if not _is_own(link, host):
        raise ReadError(f"its link does not lead to the HKMA's site ({link[:200]})")
    segments = urlsplit(link).path.lower().split("/")
    language = next((_LANGUAGES[each] for each in segments if each in _LANGUAGES), None)
    return Listed(link, title, _read_day(record.date), language or choose_language(title))


def _drop_surrogates(text: str) -> str:
    """JSON can hold half a character, which no other format can take on."""
    return text.encode("utf-8", "ignore").decode("utf-8")


def _is_own(link: str, host: str | None) -> bool:
    name = find_host(link)
    return name is not None and (name in (_SITE, host) or name.endswith(f".{_SITE}"))


def _read_day(value: str | None) -> datetime | None:
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    if day.year < _FIRST_YEAR:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=HONG_KONG).astimezone(UTC)
