"""English texts joined with their Chinese counterparts; pure.

A release page links to its counterpart in the other language; the two have unrelated ids.
"""

from collections.abc import Iterable, Mapping

from data.models import Language, Release, ReleaseText
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading


def join_counterparts(
    readings: Iterable[Reading],
    *,
    source: str = "gia",
    release_ids: Mapping[str, str] | None = None,
) -> tuple[Release, ...]:
    """Texts to releases, joined where either text links to the other.

    Args:
        readings: texts with the link that each gives; of a text that comes twice the last counts,
            with the link of either.
        source: where they come from, for ``Release.source``.
        release_ids: text id to the id of the release that already holds it. A release keeps
            its id when a text joins it; of two it is that of the text that came first.

    Returns:
        Releases by issue time, the oldest first. One text has at most one counterpart; a second
        text that claims it stays single.
    """
    by_id = _one_reading_each(readings)
    partner = _find_partners(by_id)
    releases: list[Release] = []
    for text_id, reading in by_id.items():
        other = partner.get(text_id)
        if other is None:
            releases.append(_release([reading.text], source, release_ids or {}))
        elif text_id < other:
            releases.append(_release([reading.text, by_id[other].text], source, release_ids or {}))
    return tuple(sorted(releases, key=lambda release: (release.issued_at, release.id)))


def _one_reading_each(readings: Iterable[Reading]) -> dict[str, Reading]:
    by_id: dict[str, Reading] = {}
    for reading in readings:
        known = by_id.get(reading.text.id)
        link = reading.counterpart_url or (known.counterpart_url if known else None)
        by_id[reading.text.id] = Reading(reading.text, link)
    return by_id


def _find_partners(by_id: Mapping[str, Reading]) -> dict[str, str]:
    partner: dict[str, str] = {}
    for text_id, reading in by_id.items():
        other = find_release_id(reading.counterpart_url or "")
        if other is None or other not in by_id or {text_id, other} & partner.keys():
            continue
        if by_id[other].text.language != reading.text.language:
            partner[text_id], partner[other] = other, text_id
    return partner


def _release(texts: list[ReleaseText], source: str, release_ids: Mapping[str, str]) -> Release:
    texts = sorted(texts, key=lambda text: (text.issued_at, text.id))
    known = [release_ids[text.id] for text in texts if text.id in release_ids]
    by_language: dict[Language, ReleaseText] = {text.language: text for text in texts}
    return Release(
        id=known[0] if known else texts[0].id,
        source=source,
        issued_at=texts[0].issued_at,
        texts=by_language,
    )
