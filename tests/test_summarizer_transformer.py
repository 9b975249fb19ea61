from pathlib import Path

import pytest
import tiny_models
from lanterns import CHINESE, ENGLISH, ENGLISH_BODY, make_lanterns

from data.models import Language, ReleaseText
from summarizer.engines.asking import keep_whole_sentences
from summarizer.engines.base import EngineError, WrongUseError
from summarizer.engines.transformer import load_transformer
from summarizer.loading import EngineOptions, load_engine
from summarizer.summarize import summarize_release


@pytest.fixture(scope="module")
def random_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_models.build_random(tmp_path_factory.mktemp("random"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "model"


@pytest.mark.parametrize(("language", "phrases"), [("en", ENGLISH), ("zh", CHINESE)])
def test_a_models_true_summary_is_the_summary(
    folder: Path, language: Language, phrases: tuple[str, ...]
) -> None:
    loaded = load_engine(
        EngineOptions("transformer", str(tiny_models.build_reciting(folder, *phrases)))
    )
    (summary,) = summarize_release(make_lanterns([language]), loaded.engine)
    assert summary.text == "".join(phrases)
    assert (summary.method, summary.model) == ("model", str(folder))
    assert summary.supported
    body = make_lanterns([language]).texts[language].body
    first, *_ = (body[start:end] for start, end in summary.sources)
    assert "13 600" in first or "一萬三千六百" in first
    assert summary.headline == ("Lamps" if language == "en" else "街燈")


def test_the_same_release_gives_the_same_words(random_model: Path) -> None:
    engine = load_transformer(random_model, "random")
    text = make_lanterns().texts["en"]
    assert _try(engine.draft, text) == _try(engine.draft, text)


def test_a_model_of_noise_falls_back_to_extract(random_model: Path) -> None:
    engine = load_transformer(random_model, "random")
    summaries = summarize_release(make_lanterns(), engine)
    assert [summary.method for summary in summaries] == ["extract", "extract"]
    assert all(summary.supported and summary.model is None for summary in summaries)


def test_thoughts_are_not_part_of_the_summary(folder: Path) -> None:
    phrases = ("<think>Hm, lamps.", "</think>", *ENGLISH)
    engine = load_transformer(tiny_models.build_reciting(folder, *phrases), "tiny")
    assert engine.draft(make_lanterns().texts["en"]).text == "".join(ENGLISH)


def test_a_template_without_system_role_is_served(folder: Path) -> None:
    template = tiny_models.NO_SYSTEM_TEMPLATE
    model = tiny_models.build_reciting(folder, *ENGLISH, chat_template=template)
    assert load_transformer(model, "reciting").draft(make_lanterns().texts["en"]).text == "".join(
        ENGLISH
    )


def test_a_long_release_is_cut_to_what_the_model_can_read(folder: Path) -> None:
    engine = load_transformer(tiny_models.build_reciting(folder, *ENGLISH), "tiny")
    release = make_lanterns(["en"], ENGLISH_BODY + "\n\nThe lamps are old and dim." * 2_000)
    (summary,) = summarize_release(release, engine)
    assert summary.method == "model"


def test_auto_without_a_model_extracts_and_says_why() -> None:
    loaded = load_engine(EngineOptions("auto", None))
    assert loaded.engine.method == "extract"
    assert "no model is configured" in loaded.reason


def test_auto_takes_a_model_that_loads(random_model: Path) -> None:
    loaded = load_engine(EngineOptions("auto", str(random_model)))
    assert (loaded.engine.method, loaded.fell_back) == ("model", False)
    assert str(random_model) in loaded.reason


@pytest.mark.parametrize(("choice", "model"), [("transformer", None), ("magic", None)])
def test_an_engine_that_cannot_be_meant_is_wrong_use(choice: str, model: str | None) -> None:
    with pytest.raises(WrongUseError):
        load_engine(EngineOptions(choice, model))


def test_an_unfinished_sentence_is_cut_away() -> None:
    assert keep_whole_sentences("It rose by 3 per cent. It then fell by", "en") == (
        "It rose by 3 per cent."
    )
    long = "The pier was closed for the whole of the day by the storm. " * 8
    assert len(keep_whole_sentences(long, "en").split()) == 52


def _try(draft: object, text: ReleaseText) -> str:
    assert callable(draft)
    try:
        return str(draft(text).text)
    except EngineError as error:
        return str(error)
