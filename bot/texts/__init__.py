"""Every sentence that the bot says, one file a language, with the same keys."""

import html
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import opencc
from babel import Locale
from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal

from data.models import WORKDAYS, ChatLanguage, Language

LOCALES: dict[ChatLanguage, str] = {
    "en": "en_GB",
    "zh-Hant": "zh_Hant_HK",
    "zh-Hans": "zh_Hans_CN",
}
LANGUAGE_NAMES: dict[ChatLanguage, str] = {
    "en": "English",
    "zh-Hant": "繁體",
    "zh-Hans": "简体",
    "en+zh-Hant": "English + 繁體",
}
SOURCE_LANGUAGE: dict[ChatLanguage, Language] = {"en": "en", "zh-Hant": "zh", "zh-Hans": "zh"}
"""Which official text a reader of each language gets."""

Languages = tuple[ChatLanguage, ...]
"""Those that a chat is written to in, in order."""


def say(language: ChatLanguage, key: str, **values: object) -> str:
    """A sentence in one language (not the bilingual choice), as Telegram HTML.

    Args:
        language: ``en``, ``zh-Hant`` or ``zh-Hans``; Simplified is converted from Traditional.
        key: such as ``topic.followed``.
        values: fill the braces; they are escaped.

    Raises:
        KeyError: if there is no such sentence or a value is missing.
    """
    template = sentences("zh-Hant" if language == "zh-Hans" else language)[key]
    escaped = {name: html.escape(str(value), quote=False) for name, value in values.items()}
    text = template.format(**escaped)
    return to_simplified(text) if language == "zh-Hans" else text


def say_count(language: ChatLanguage, key: str, count: int, **values: object) -> str:
    """A sentence about so many, in the plural form that the language has for the number.

    Args:
        language: as of ``say``.
        key: of a table with a sentence for each plural form of CLDR that is in use, ``one`` and
            ``other``; ``{count}`` in it is the number as the language writes it.
        count: how many.
        values: as of ``say``.
    """
    form = Locale.parse(LOCALES[language]).plural_form(count)
    written = format_number(language, count)
    return say(language, f"{key}.{form}", count=written, **values)


def format_number(language: ChatLanguage, number: float) -> str:
    """A number with the separators of the language: "1,300"."""
    return str(format_decimal(number, locale=LOCALES[language]))


def say_in(languages: Languages, key: str, **values: object) -> str:
    """A sentence in each of the languages, a blank line between them."""
    return "\n\n".join(say(language, key, **values) for language in languages)


def format_day(language: ChatLanguage, day: date) -> str:
    """A date with its weekday: "Sunday, 22 November 2026", 2026年11月22日星期日."""
    return format_date(day, "full", locale=LOCALES[language])


def format_names(language: ChatLanguage, names: Sequence[str]) -> str:
    """Names in a row: "A, B and C", A、B和C."""
    return format_list(names, locale=LOCALES[language])


def format_weekdays(language: ChatLanguage, weekdays: frozenset[int]) -> str:
    """On which days (ISO, Monday is 1): "every day", "on Monday and Friday", 逢星期一及星期五."""
    if len(weekdays) == 7:
        return say(language, "days.every")
    if weekdays == WORKDAYS:
        return say(language, "days.workdays")
    names = get_day_names("wide", locale=LOCALES[language])
    listed = format_names(language, [names[day - 1] for day in sorted(weekdays)])
    return say(language, "days.some", names=listed)


def format_moment(language: ChatLanguage, moment: datetime, time_zone: str) -> str:
    """Weekday, date and time in a zone: "Monday, 23 November 2026 08:00"."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{format_day(language, local.date())} {local:%H:%M}"


def format_short_day(language: ChatLanguage, moment: datetime, time_zone: str) -> str:
    """The date of an instant in a zone, short: "22 Nov 2026", 2026年11月22日."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return format_date(local.date(), "medium", locale=LOCALES[language])


def to_simplified(text: str) -> str:
    """Simplified Chinese from Traditional, keeping Hong Kong's words."""
    return str(_converter().convert(text))


@cache
def sentences(language: ChatLanguage) -> Mapping[str, str]:
    """All sentences of a language's file, under dotted keys."""
    path = Path(__file__).with_name(f"{language}.toml")
    return dict(_flatten(tomllib.loads(path.read_text("utf-8")), ""))


def _flatten(table: Mapping[str, Any], prefix: str) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            flat += _flatten(value, f"{prefix}{key}.")
        else:
            flat.append((prefix + key, str(value).strip()))
    return flat


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("hk2s")
