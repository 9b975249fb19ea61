"""What the readers found, made to fit the rules of the feed that it came from; pure.

The readers know formats; what differs from publisher to publisher stands in ``feeds.toml`` and
is applied here: source and language, ids that no two publishers share, and the keys by which
the two languages find each other.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

from data.addresses import DEFAULT_PORTS, find_host, split_address
from data.bulletins import drop_dispatch, is_nothing_in_force, word_title
from data.feeds import Feed
from data.models import HONG_KONG, Language, ReleaseText
from data.readers.gia_page import find_release_id
from data.readers.reading import Reading, Readings
from data.script import close_up, to_traditional

OFFICIAL_SOURCE = "gia"

_LANGUAGE_MARK = re.compile(
    r"(?:gb[-_]?)?(?:en|eng|english|zh|chi|chinese|tc|sc|cht|chs|uc|b5|hant|hans)"
    r"(?:[-_](?:hk|mo|tw|cn|sg|gb|uk|us|hant|hans))*",
    re.IGNORECASE,
)
_FILE_MARK = re.compile(
    r"(?:_[ecs]|[-_](?:en|eng|zh|chi|tc|sc|cht|chs|uc|b5|hant|hans))(?=(?:\.[a-z0-9]{1,5})?$)",
    re.IGNORECASE,
)
_LANGUAGE_PARAMETERS = frozenset({"lang", "language", "locale", "lng", "hl", "l"})
# news.gov.hk dates its entries to the day; the name of a story's file has the time as well.
_STAMPED_NAME = re.compile(r"/(\d{8})_(\d{6})_\d{1,4}\.s?html?$")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]")


def adopt(readings: Readings, feed: Feed) -> Readings:
    """The readings as the feed's rules have them; doing it twice changes nothing.

    * Source: the feed's. Language: the feed's, unless the text has no letter of that language.
    * Chinese text: Traditional, as in Hong Kong, without blanks between its characters.
    * Id: an official release id stays if the publisher is the official one. Others become
      ``source:language:id``. In a file that is rewritten at each issue (pairing ``file``) all
      entries have one address, so their id has the issue time in the place of it.
    * Pair key: the address without what tells the language (pairing ``address``), or file,
      issue time and place (pairing ``file``). Texts of one language never share a key.
    * Entries that say that no warning is in force are left out, and so are repeats.
    """
    adopted: dict[str, Reading] = {}
    for reading in readings.items:
        text = _adopt_text(reading.text, feed)
        if not is_nothing_in_force(text.title):
            adopted.setdefault(text.id, replace(reading, text=text, source=feed.source))
    return replace(readings, items=_set_pair_keys(tuple(adopted.values()), feed))


def bring_to_traditional(text: ReleaseText) -> ReleaseText:
    """A Chinese text in Hong Kong's script, such as one whose body came from another page."""
    if text.language != "zh":
        return text
    parts = [text.title, *text.body.split("\n\n")]
    title, *paragraphs = to_traditional([close_up(part) for part in parts])
    return text.model_copy(update={"title": title, "body": "\n\n".join(paragraphs)})


def fold_address(url: str) -> str:
    """An address without what tells its language: equal for the two languages of one page.

    Left out are scheme, ``www``, fragment, language codes that lead the host, stand alone in the
    path, end a file's name (``_e``, ``_uc``) or are the value of a parameter such as ``lang``.
    """
    address = split_address(url)
    if address is None:
        return url
    path, _, query = address.target.partition("?")
    port = "" if address.port in DEFAULT_PORTS.values() else f":{address.port}"
    rest = _fold_query(query)
    return f"{_fold_host(address.host)}{port}{_fold_path(path)}{rest and '?' + rest}"


def _fold_host(host: str) -> str:
    labels = host.split(".")
    while len(labels) > 2 and (labels[0] == "www" or _LANGUAGE_MARK.fullmatch(labels[0])):
        labels = labels[1:]
    return ".".join(labels)


def _fold_path(path: str) -> str:
    segments = [each for each in path.split("/") if each and not _LANGUAGE_MARK.fullmatch(each)]
    if segments:
        segments[-1] = _FILE_MARK.sub("", segments[-1]) or segments[-1]
    return "".join(f"/{segment}" for segment in segments)


def _fold_query(query: str) -> str:
    return urlencode(
        sorted(
            (name, value)
            for name, value in parse_qsl(query, keep_blank_values=True)
            if name.lower() not in _LANGUAGE_PARAMETERS or not _LANGUAGE_MARK.fullmatch(value)
        )
    )


def _adopt_text(text: ReleaseText, feed: Feed) -> ReleaseText:
    changes = {"language": _choose_language(text, feed), "issued_at": _find_time(text)}
    text = bring_to_traditional(text.model_copy(update=changes))
    if feed.pairing == "file":
        text = _word(text)
    return text.model_copy(update={"id": _make_id(text, feed)})


def _word(text: ReleaseText) -> ReleaseText:
    if is_nothing_in_force(text.title):
        return text
    body = drop_dispatch(text.body)
    return text.model_copy(update={"title": word_title(text.title, body), "body": body})


def _choose_language(text: ReleaseText, feed: Feed) -> Language:
    if feed.language is None:
        return text.language
    letters = _HAN if feed.language == "zh" else _LATIN
    return feed.language if letters.search(f"{text.title}\n{text.body}") else text.language


def _find_time(text: ReleaseText) -> datetime:
    """The issue time, to the minute where the feed has the day and the address more."""
    local = text.issued_at.astimezone(HONG_KONG)
    stamp = _STAMPED_NAME.search(urlsplit(text.url).path) if find_host(text.url) else None
    if stamp is None or local.strftime("%Y%m%d%H%M%S") != f"{stamp[1]}000000":
        return text.issued_at
    try:
        moment = datetime.strptime(stamp[1] + stamp[2], "%Y%m%d%H%M%S").replace(tzinfo=HONG_KONG)
    except ValueError:
        return text.issued_at
    return moment.astimezone(UTC)


def _make_id(text: ReleaseText, feed: Feed) -> str:
    if _is_official(text, feed):
        return text.id
    prefix = f"{feed.source}:{text.language}:"
    if feed.pairing == "file":
        # Two warnings can be issued in the same minute.
        mark = sha256(text.title.encode("utf-8", "replace")).hexdigest()[:8]
        return f"{prefix}{text.issued_at:%Y%m%dT%H%MZ}:{mark}"
    return text.id if text.id.startswith(prefix) else prefix + text.id


def _is_official(text: ReleaseText, feed: Feed) -> bool:
    """Whether the id is an official one that the feed may speak for.

    A feed that merely links to an official release must not stand in for it.
    """
    if find_release_id(text.url) != text.id:
        return False
    return feed.source == OFFICIAL_SOURCE or find_host(text.url) == find_host(feed.url)


def _set_pair_keys(readings: Sequence[Reading], feed: Feed) -> tuple[Reading, ...]:
    if feed.pairing == "file":
        keys: list[str | None] = list(_list_file_keys(readings, fold_address(feed.url)))
    elif feed.pairing == "address":
        folded = [(each.text.language, fold_address(each.text.url)) for each in readings]
        counts = Counter(folded)
        keys = [each[1] if counts[each] == 1 else None for each in folded]
    else:
        keys = [None] * len(readings)
    return tuple(replace(each, pair_key=key) for each, key in zip(readings, keys, strict=True))


def _list_file_keys(readings: Sequence[Reading], file: str) -> list[str]:
    """File, minute of issue, and place among the file's entries of that minute."""
    minutes = [(each.text.language, f"{each.text.issued_at:%Y%m%dT%H%MZ}") for each in readings]
    totals, places = Counter(minutes), Counter[tuple[Language, str]]()
    keys = []
    for minute in minutes:
        places[minute] += 1
        keys.append(f"{file}:{minute[1]}:{places[minute]}/{totals[minute]}")
    return keys
