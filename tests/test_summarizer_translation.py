"""Releases in one language: a checked translation by the model, or the headline, marked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import tiny_models

from data.models import Language, Release, ReleaseText, Summary
from summarizer.engines.base import Draft, EngineError, Translation
from summarizer.engines.extract import ExtractEngine
from summarizer.engines.transformer import load_transformer
from summarizer.summarize import summarize_release
from summarizer.translation import mark_untranslated, translate_release

BODIES: dict[Language, str] = {
    "en": (
        "The Transport Department announced today (November 27) that 13 600 lamps on Pier Road in "
        "Tai Po will be replaced from December 1 at a cost of $5.1 million.\n\n"
        "Members of the public should avoid Pier Road between 11pm and 5am."
    ),
    "zh": (
        "運輸署今日（十一月二十七日）宣布，大埔碼頭道一萬三千六百盞街燈將由十二月一日起更換，"
        "費用為五百一十萬元。\n\n市民應避免在晚上十一時至上午五時前往碼頭道。"
    ),
}
TITLES: dict[Language, str] = {"en": "Lamps on Pier Road to be replaced", "zh": "碼頭道更換街燈"}
CHINESE = (
    "運輸署11月27日宣布，大埔碼頭道13,600盞街燈將由12月1日起更換，費用510萬元。"
    "市民應避免在晚上11時至上午5時前往碼頭道。"
)
ENGLISH = (
    "The Transport Department announced on November 27 that 13,600 lamps on the road in Tai Po "
    "will be replaced from December 1 at a cost of $5.1 million. People should stay away between "
    "11pm and 5am."
)


def make_release(language: Language) -> Release:
    issued = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
    text = ReleaseText(
        language=language,
        id="P1",
        url="u",
        title=TITLES[language],
        body=BODIES[language],
        issued_at=issued,
    )
    return Release(id="P1", source="s", issued_at=issued, texts={language: text})


class Translations:
    """An engine of ours that gives prepared translations and keeps what it was told."""

    method = "model"
    model: str | None = "prepared"

    def __init__(self, *translations: Translation | Exception) -> None:
        self.translations = list(translations)
        self.told: list[tuple[str, ...]] = []

    def draft(self, text: ReleaseText, faults: Sequence[str] = ()) -> Draft:
        raise AssertionError("nothing is to be summarised here")

    def translate(
        self, text: ReleaseText, summary: Summary, faults: Sequence[str] = ()
    ) -> Translation:
        self.told.append(tuple(faults))
        translation = self.translations.pop(0)
        if isinstance(translation, Exception):
            raise translation
        return translation


def translate_with(
    *translations: Translation | Exception, language: Language = "en"
) -> tuple[Summary, list[tuple[str, ...]]]:
    release = make_release(language)
    engine = Translations(*translations)
    summaries = summarize_release(release, ExtractEngine())
    (translation,) = translate_release(release, summaries, engine)  # type: ignore[arg-type]
    return translation, engine.told


GOOD = Translation("碼頭道更換街燈", CHINESE)


def test_a_true_translation_is_marked_as_one() -> None:
    summary, told = translate_with(GOOD)
    assert (summary.language, summary.method, summary.model) == ("zh", "translation", "prepared")
    assert (summary.headline, summary.text, summary.supported) == (GOOD.headline, CHINESE, True)
    assert summary.sources
    assert told == [()]


def test_chinese_is_translated_into_english_likewise() -> None:
    summary, _ = translate_with(Translation("Lamps to be replaced", ENGLISH), language="zh")
    assert (summary.language, summary.method, summary.text) == ("en", "translation", ENGLISH)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("13,600盞", "16,300盞"),
        ("510萬元", "51萬元"),
        ("12月1日", "12月10日"),
        ("11月27日", "11月28日"),
        ("上午5時", "上午6時"),
        ("運輸署", "渠務署"),
        ("碼頭道13,600盞街燈將由", "码头道13,600盏街灯将由"),
        (CHINESE, ENGLISH),
        (CHINESE, "運輸署。"),
        (
            CHINESE,
            "```運輸署11月27日宣布，大埔碼頭道13,600盞街燈將由12月1日起更換，費用510萬元。```",
        ),
    ],
)
def test_a_translation_with_a_fault_is_tried_once_more_and_then_not_shown(
    old: str, new: str
) -> None:
    wrong = Translation(GOOD.headline, CHINESE.replace(old, new))
    summary, told = translate_with(wrong, wrong)
    assert not summary.supported
    assert summary.headline == "Lamps on Pier Road to be replaced（只有英文）"
    assert summary.text == summary.headline
    assert len(told) == 2
    assert told[1]
    summary, told = translate_with(wrong, GOOD)
    assert (summary.supported, summary.tries) == (True, 2)
    assert summary.reason


def test_a_headline_with_a_fault_is_refused_as_well() -> None:
    wrong = Translation("碼頭道更換5,000盞街燈", CHINESE)
    summary, _ = translate_with(wrong, wrong)
    assert not summary.supported
    assert "5,000" in summary.unsupported[0]


@pytest.mark.parametrize("fault", [EngineError("no answer"), RuntimeError("out of memory")])
def test_an_engine_that_fails_leaves_the_headline_with_the_reason(fault: Exception) -> None:
    summary, _ = translate_with(fault)
    assert not summary.supported
    assert str(fault) in summary.unsupported[0]


@pytest.mark.parametrize(("language", "mark"), [("en", "（只有英文）"), ("zh", " (Chinese only)")])
def test_without_a_model_the_headline_is_marked(language: Language, mark: str) -> None:
    release = make_release(language)
    summaries = summarize_release(release, ExtractEngine())
    (summary,) = translate_release(release, summaries, ExtractEngine())
    assert summary.headline == f"{TITLES[language]}{mark}"
    assert summary.language != language
    assert summary.unsupported == ("there is no model to translate it",)


def test_a_release_in_both_languages_needs_no_translation() -> None:
    english, chinese = make_release("en"), make_release("zh")
    both = english.model_copy(update={"texts": {**english.texts, **chinese.texts}})
    assert translate_release(both, (), ExtractEngine()) == ()
    assert mark_untranslated(both, "because") == ()


def test_a_summary_that_was_refused_is_not_translated() -> None:
    release = make_release("en")
    (summary,) = summarize_release(release, ExtractEngine())
    refused = summary.model_copy(update={"supported": False})
    (marked,) = translate_release(release, (refused,), Translations())  # type: ignore[arg-type]
    assert marked.unsupported == ("there is no summary to translate",)


def test_a_real_model_is_asked_and_its_two_lines_are_read(tmp_path: Path) -> None:
    phrases = ("碼頭道更換街燈\n", CHINESE)
    engine = load_transformer(tiny_models.build_reciting(tmp_path / "model", *phrases), "tiny")
    release = make_release("en")
    summaries = summarize_release(release, ExtractEngine())
    (summary,) = translate_release(release, summaries, engine)
    assert (summary.headline, summary.text) == ("碼頭道更換街燈", CHINESE)
    assert summary.method == "translation"


def test_a_real_model_that_gives_one_line_alone_leaves_the_headline(tmp_path: Path) -> None:
    engine = load_transformer(tiny_models.build_reciting(tmp_path / "model", CHINESE), "tiny")
    release = make_release("en")
    (summary,) = translate_release(release, summarize_release(release, ExtractEngine()), engine)
    assert not summary.supported
    assert "without headline and summary" in summary.unsupported[0]
