"""What the bot says, in every language."""

import re
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest

from bot.render import measure
from bot.texts import format_day, format_moment, format_weekdays, say, say_count, say_in, sentences
from data.models import ChatLanguage
from summarizer.script import find_simplified

FILES: tuple[ChatLanguage, ...] = ("en", "zh-Hant")


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_language_says_the_same_things() -> None:
    assert sentences("en").keys() == sentences("zh-Hant").keys()


@pytest.mark.parametrize("key", sorted(sentences("en")))
def test_a_sentence_has_the_same_values_and_whole_tags_in_every_language(key: str) -> None:
    english, chinese = (sentences(language)[key] for language in FILES)
    assert fields_of(english) == fields_of(chinese)
    for text in (english, chinese):
        tags = re.findall(r"</?([a-z]+)>", text)
        assert text.count("<") == len(tags)
        assert 2 * len(re.findall(r"<[a-z]+>", text)) == len(tags)


def test_the_traditional_texts_hold_no_simplified_characters() -> None:
    for key, text in sentences("zh-Hant").items():
        assert not find_simplified(text.replace("简体", "")), key


def test_chinese_stands_without_blanks_beside_latin_words_except_commands() -> None:
    for key, text in sentences("zh-Hant").items():
        plain = re.sub(r"/[a-z]+( \w+)?|<[^>]+>|English \+ |Telegram HTML|Tongbao 通報", "", text)
        assert not re.search(r"[\u4e00-\u9fff] [A-Za-z0-9]", plain), (key, plain)


def test_simplified_is_converted_from_traditional() -> None:
    assert say("zh-Hans", "button.subscribe") == "订阅"
    assert say("zh-Hant", "button.subscribe") == "訂閱"


def test_values_are_escaped() -> None:
    assert "&lt;b&gt;" in say("en", "topic.unknown", name="<b>")


def test_a_bilingual_chat_gets_both() -> None:
    both = say_in(("en", "zh-Hant"), "language.choose")
    assert both == f"{say('en', 'language.choose')}\n\n{say('zh-Hant', 'language.choose')}"


def test_days_and_moments_are_written_as_each_language_does() -> None:
    day = date(2026, 11, 22)
    assert format_day("en", day) == "Sunday, 22 November 2026"
    assert format_day("zh-Hant", day) == "2026年11月22日星期日"
    moment = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
    assert format_moment("en", moment, "Asia/Hong_Kong") == "Monday, 23 November 2026 08:00"


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [
        ("1234567", "every day", "每日"),
        ("12345", "from Monday to Friday", "星期一至五"),
        ("7", "on Sunday", "逢星期日"),
        ("135", "on Monday, Wednesday and Friday", "逢星期一、星期三及星期五"),
    ],
)
def test_days_of_the_week_are_named_in_their_order(days: str, english: str, chinese: str) -> None:
    weekdays = frozenset(map(int, days))
    assert format_weekdays("en", weekdays) == english
    assert format_weekdays("zh-Hant", weekdays) == chinese


def test_numbers_and_plurals_are_written_as_each_language_does() -> None:
    assert say_count("en", "digest.count", 1) == "1 release"
    assert say_count("en", "digest.count", 0) == "0 releases"
    assert say_count("en", "digest.count", 1300) == "1,300 releases"
    assert say_count("zh-Hant", "digest.count", 1) == "1則公報"
    assert say_count("zh-Hans", "digest.count", 1300) == "1,300则公报"


def test_every_plural_table_has_the_forms_that_the_languages_use() -> None:
    forms = {"zero", "one", "two", "few", "many", "other"}
    for language in FILES:
        tables: dict[str, set[str]] = {}
        for key in sentences(language):
            table, _, form = key.rpartition(".")
            if form in forms:
                tables.setdefault(table, set()).add(form)
        assert tables
        assert all(found == {"one", "other"} for found in tables.values())


def test_no_sentence_outgrows_a_message() -> None:
    for language in FILES:
        for text in sentences(language).values():
            assert measure(text).fits


def test_no_sentence_is_left_over() -> None:
    code = "\n".join(path.read_text("utf-8") for path in Path("bot").rglob("*.py"))
    literals = set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_]+)+)[\"']", code))
    prefixes = tuple(set(re.findall(r'f["\']([a-z_]+\.(?:[a-z_]+\.)*[a-z_]*)\{', code)))
    plurals = {f"{key}.{form}" for key in literals for form in ("one", "other")}
    for key in sentences("en"):
        is_told = key in literals | plurals or key.startswith(prefixes)
        assert is_told or re.search(f"[\"']{key}[\"']", code), key
