"""Telegram's HTML: the few tags that it knows, parsed as strictly as it does (pure).

Source of the format: https://core.telegram.org/bots/api#html-style; the wording of the
refusals and the order of the checks are the real server's.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urlsplit, urlunsplit

from bot.local.entities import Entity, EntityError, Formatted

_TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}

_SPACE = r" \t\r\n\v\0"
_PLAIN = re.compile(r"[^<]+")
_TAG_NAME = re.compile(rf"[^{_SPACE}>]*")
_SPACES = re.compile(rf"[{_SPACE}]*")
_ATTRIBUTE_NAME = re.compile(rf"[^{_SPACE}=>/\"']*")
_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
_REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)(?![A-Za-z])|#x([0-9A-Fa-f]+)|#([0-9]+));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_LONGEST_NUMBER = 9
_LAST_CODE_POINT = 0x10FFFF
_TIME_FORMAT = re.compile(r"r|w?[dD]?[tT]?")


def parse_html(text: str) -> Formatted:
    """The text that the markup shows, not yet trimmed, with its entities.

    Raises:
        EntityError: if Telegram would refuse the markup, in its words.
    """
    return _Parser(text).parse()


def decode_references(text: str) -> str:
    """The text with the references that Telegram knows replaced; the others stay as they are."""
    return _REFERENCE.sub(_decode_reference, text)


@lru_cache(maxsize=1024)
def check_link(url: str) -> str | None:
    """The address in the form in which Telegram keeps it, or None if it makes no link of it."""
    url = url.strip()
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in {"http", "https"} or "." not in host or port == 0:
        return None
    user, at, _ = parts.netloc.rpartition("@")
    place = f"{user}{at}{host}" if port is None else f"{user}{at}{host}:{port}"
    return urlunsplit((scheme, place, parts.path or "/", parts.query, parts.fragment))


def _decode_reference(match: re.Match[str]) -> str:
    name, hexadecimal, decimal = match.groups()
    if name:
        return _NAMED[name]
    if len(match[0].rstrip(";")) > _LONGEST_NUMBER:
        return match[0]
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(number) if 0 < number < _LAST_CODE_POINT else match[0]


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int


@dataclass
class _Parser:
    source: str
    at: int = 0
    shown: list[str] = field(default_factory=list)
    offset: int = 0
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)
    languages: dict[int, str] = field(default_factory=dict)

    def parse(self) -> Formatted:
        while self.at < len(self.source):
            if self.source.startswith("</", self.at):
                self._read_end_tag()
            elif self.source[self.at] == "<":
                self._read_start_tag()
            else:
                self._show(decode_references(self._take(_PLAIN)))
        if self.open:
            tag = self.open[-1].tag
            raise EntityError(
                f"Can't parse entities: Can't find end tag corresponding to start tag \"{tag}\""
            )
        return Formatted("".join(self.shown), tuple(self.entities))

    def _show(self, text: str) -> None:
        self.shown.append(text)
        self.offset += len(text)

    def _read_start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._take(_TAG_NAME).lower()
        if self._is_at_end:
            self._refuse("Unclosed start tag", begin)
        if tag not in _TYPES:
            self._refuse(f'Unsupported start tag "{tag}"', begin)
        attributes = self._read_attributes(tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            self._refuse('Tag "span" must have class "tg-spoiler"', begin)
        self.open.append(_Open(tag, attributes, self.offset))

    def _read_attributes(self, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        self._take(_SPACES)
        while not self._is_at(">"):
            name = self._take(_ATTRIBUTE_NAME)
            if self._is_at_end:
                self._refuse("Unclosed start tag", begin)
            if not name:
                self._refuse(f'Empty attribute name in the tag "{tag}"', begin)
            self._take(_SPACES)
            attributes[name.lower()] = self._read_value(begin) if self._is_at("=") else ""
            self._take(_SPACES)
        self.at += 1
        return attributes

    def _read_value(self, begin: int) -> str:
        self.at += 1
        self._take(_SPACES)
        if self._is_at('"') or self._is_at("'"):
            return self._read_quoted(begin)
        token_begin = self.at
        token = self._take(_TOKEN)
        if self._is_at_end:
            self._refuse("Unclosed start tag", begin)
        if not self._is_at(">") and not self._take(_SPACES):
            self._refuse("Unexpected end of name token", token_begin)
        return token.lower()

    def _read_quoted(self, begin: int) -> str:
        end = self.source.find(self.source[self.at], self.at + 1)
        if end < 0 or end + 1 == len(self.source):
            self._refuse("Unclosed start tag", begin)
        value = self.source[self.at + 1 : end]
        self.at = end + 1
        return decode_references(value)

    def _read_end_tag(self) -> None:
        begin = self.at
        if not self.open:
            self._refuse("Unexpected end tag", begin)
        self.at += 2
        found, expected = self._take(_TAG_NAME), self.open[-1].tag
        self._take(_SPACES)
        if not self._is_at(">"):
            self._refuse("Unclosed end tag", begin)
        self.at += 1
        if found and found.lower() != expected:
            self._refuse(
                "Unmatched end tag", begin, f', expected "</{expected}>", found "</{found}>"'
            )
        self._close(self.open.pop())

    def _close(self, opened: _Open) -> None:
        length = self.offset - opened.offset
        if length == 0:
            return
        entity = Entity(_TYPES[opened.tag], opened.offset, length)
        if opened.tag in {"pre", "code"}:
            self._close_verbatim(entity, opened)
        elif opened.tag == "a":
            self._close_link(entity, opened)
        else:
            self.entities.append(_with_details(entity, opened.attributes))

    def _close_verbatim(self, entity: Entity, opened: _Open) -> None:
        """A named code in a pre, or a pre in a named code, is one ``pre`` with a language."""
        twin = self.entities[-1] if self.entities else None
        if twin and {twin.type, entity.type} == {"pre", "code"} and _same_place(twin, entity):
            self.entities.pop()
            language = self.languages.pop(entity.offset, "") or _language_of(opened)
            details = {"language": language} if language else {}
            entity = Entity("pre", entity.offset, entity.length, details)
        elif opened.tag == "code":
            self.languages[entity.offset] = _language_of(opened)
        self.entities.append(entity)

    def _close_link(self, entity: Entity, opened: _Open) -> None:
        address = opened.attributes.get("href") or "".join(self.shown)[opened.offset :]
        link = check_link(address)
        if link:
            self.entities.append(Entity(entity.type, entity.offset, entity.length, {"url": link}))

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.source, self.at)
        taken = match[0] if match else ""
        self.at += len(taken)
        return taken

    def _is_at(self, character: str) -> bool:
        return self.source.startswith(character, self.at)

    @property
    def _is_at_end(self) -> bool:
        return self.at >= len(self.source)

    def _refuse(self, reason: str, place: int, more: str = "") -> NoReturn:
        offset = len(self.source[:place].encode(errors="surrogatepass"))
        raise EntityError(f"Can't parse entities: {reason} at byte offset {offset}{more}")


def _same_place(one: Entity, other: Entity) -> bool:
    return one.covers(other) and other.covers(one)


def _language_of(opened: _Open) -> str:
    named = opened.attributes.get("class", "")
    return named.removeprefix("language-") if named.startswith("language-") else ""


def _with_details(entity: Entity, attributes: dict[str, str]) -> Entity:
    details: dict[str, Any] = {}
    kind = entity.type
    if kind == "blockquote" and "expandable" in attributes:
        kind = "expandable_blockquote"
    elif kind == "custom_emoji":
        details = {"custom_emoji_id": _read_emoji(attributes)}
    elif kind == "date_time":
        details = _read_time(attributes)
    return Entity(kind, entity.offset, entity.length, details)


def _read_emoji(attributes: dict[str, str]) -> str:
    number = attributes.get("emoji-id", "")
    if not (number.isascii() and number.isdigit()) or int(number) == 0:
        raise EntityError("Can't parse entities: Invalid custom emoji identifier specified")
    return number


def _read_time(attributes: dict[str, str]) -> dict[str, Any]:
    seconds, shape = attributes.get("unix", ""), attributes.get("format", "")
    if not (seconds.isascii() and seconds.isdigit()):
        raise EntityError("Can't parse entities: Invalid Unix time specified")
    if not _TIME_FORMAT.fullmatch(shape):
        raise EntityError("Can't parse entities: Invalid date-time format specified")
    return {"unix_time": int(seconds), **({"date_time_format": shape} if shape else {})}
