import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.models import Language, Release, ReleaseText
from data.samples import sample_references, sample_releases
from summarizer.engines.extract import ExtractEngine
from summarizer.evaluate import (
    OPENING,
    Evaluation,
    Reference,
    ReferencesError,
    Tally,
    evaluate,
    read_references,
    render_table,
    score_rouge,
)

ROOT = Path(__file__).parents[1]
ISSUED = datetime(2025, 11, 27, 8, 0, tzinfo=UTC)
BODIES: dict[Language, str] = {
    "en": (
        "The Lantern Bureau announced today (November 27) that 13 600 lamps on Pier Road in Tai Po "
        "will be replaced from December 1 at a cost of $5.1 million.\n\n"
        "Members of the public should avoid Pier Road at night."
    ),
    "zh": (
        "燈籠管理局今日（十一月二十七日）宣布，大埔碼頭道一萬三千六百盞街燈將由十二月一日起更換，"
        "費用為五百一十萬元。\n\n市民應避免在晚上十一時至上午五時前往碼頭道。"
    ),
}


def make_release(name: str = "P1") -> Release:
    texts = {
        language: ReleaseText(
            language=language, id=f"{name}{language}", url="u", title="Lamps", body=body,
            issued_at=ISSUED,
        )
        for language, body in BODIES.items()
    }  # fmt: skip
    return Release(id=name, source="s", issued_at=ISSUED, texts=texts)


def score(language: Language, summary: str, *facts: str) -> Evaluation:
    reference = Reference(id="P1", language=language, summary=summary, facts=facts)
    references = {("P1", language): [reference]}
    return evaluate([make_release()], references, ExtractEngine(), "extract")


def tally_of(evaluation: Evaluation, engine: str) -> Tally:
    (tally,) = (each for each in evaluation.tallies if each.engine == engine)
    return tally


def test_english_is_scored_by_word() -> None:
    # Two of three words shared; one of two pairs; the longest common sequence has two words.
    scores = score_rouge("The cat sat.", ["the cat lay"], "en")
    assert scores == pytest.approx({"rouge1": 2 / 3, "rouge2": 1 / 2, "rougeL": 2 / 3})


def test_chinese_is_scored_by_character_without_punctuation() -> None:
    scores = score_rouge("貓坐下，13", ["貓臥下13。"], "zh")
    assert scores == pytest.approx({"rouge1": 4 / 5, "rouge2": 2 / 4, "rougeL": 4 / 5})


def test_of_several_references_the_best_counts() -> None:
    assert score_rouge("one two", ["three four", "one two"], "en")["rouge2"] == 1.0


def test_a_reference_like_the_text_is_matched_and_one_unlike_it_is_not() -> None:
    same = tally_of(
        score("en", BODIES["en"].replace("today (November 27)", "on November 27")), "extract"
    )
    other = tally_of(score("en", "Nine cats crossed a bridge in 1999."), "extract")
    assert same.rouge["rouge1"] > 0.8
    assert same.figures[0] == same.figures[1] >= 4
    assert other.rouge["rouge1"] < 0.2
    assert other.figures == [0, 2]


def test_figures_are_carried_however_they_are_written() -> None:
    evaluation = score("zh", "大埔13600盞街燈由十二月1日起換，費用5,100,000元。")
    assert tally_of(evaluation, "extract").figures == [3, 3]
    assert tally_of(evaluation, OPENING).figures == [3, 3]


def test_key_facts_are_carried_by_their_figures_and_words() -> None:
    facts = ("13,600 lamps", "Pier Road", "$5.2 million", "13,600 bridges across harbours")
    assert tally_of(score("en", "Lamps.", *facts), "extract").facts == [2, 4]


def test_what_was_refused_and_what_is_unsupported_is_counted_for_the_engine() -> None:
    tally = tally_of(score("en", "Lamps."), "extract")
    assert (tally.summaries, tally.unsupported, tally.refused) == (1, 0, 0)
    assert tally.seconds > 0


def test_references_without_release_are_named() -> None:
    reference = Reference(id="P9", language="zh", summary="無")
    evaluation = evaluate([make_release()], {("P9", "zh"): [reference]}, ExtractEngine(), "x")
    assert evaluation.missing == ["P9 (zh)"]
    assert evaluation.tallies == []


def test_the_table_has_a_row_an_engine_and_language() -> None:
    lines = render_table(score("en", BODIES["en"]).tallies).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| opening", "| extract"]
    assert len({line.count("|") for line in lines}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_extracts_are_ahead_of_the_opening_sentences_in_every_measure(language: Language) -> None:
    """On the development split; the test split is scored by the benchmarks alone."""
    now = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
    references = {
        (each.id, each.language): [
            Reference(id=each.id, language=each.language, summary=each.summary, facts=each.facts)
        ]
        for each in sample_references(now)
        if each.split == "development" and each.language == language
    }
    found = evaluate(sample_releases(now, "http://site"), references, ExtractEngine(), "extract")
    ours, opening = tally_of(found, "extract"), tally_of(found, OPENING)
    assert ours.summaries > 80
    assert all(ours.rouge[name] > 1.1 * opening.rouge[name] for name in ours.rouge)
    assert ours.figures[0] > 1.4 * opening.figures[0]
    assert ours.unsupported == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no reference"),
        (b"\n\n", "holds no reference"),
        (b"nonsense\n", "line 1"),
        (b'{"id":"P1","language":"fr","summary":"x"}\n', "line 1: language"),
        (b'{"id":"P1","language":"en","summary":""}\n', "line 1: "),
        (b'{"id":"P1","language":"en"}\n', "line 1: summary"),
        (b"\xff\xfe\x00", "can't be read as UTF-8"),
    ],
)
def test_a_file_of_references_that_cannot_be_used_is_refused(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "references.jsonl"
    path.write_bytes(content)
    with pytest.raises(ReferencesError, match=said):
        read_references(path)


def test_several_references_of_one_text_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "references.jsonl"
    line = '{"id":"P1","language":"en","summary":"One.","facts":["a"]}\n'
    path.write_text("\ufeff" + line + "\n" + line, encoding="utf-8")
    assert [len(each) for each in read_references(path).values()] == [2]


def run(*arguments: str | Path, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *map(str, arguments)],
        input=lines, capture_output=True, text=True, cwd=ROOT, timeout=100, check=False,
    )  # fmt: skip


@pytest.fixture
def references(tmp_path: Path) -> Path:
    path = tmp_path / "references.jsonl"
    lines = (
        json.dumps({"id": "P1", "language": language, "summary": body})
        for language, body in BODIES.items()
    )
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_the_command_prints_a_table(references: Path) -> None:
    done = run("evaluate", "--references", references, lines=make_release().to_json())
    assert done.returncode == 0
    assert "ROUGE-L" in done.stdout
    assert done.stdout.count("\n| extract |") == 2


def test_the_command_prints_json_and_names_what_is_missing(references: Path) -> None:
    lines = make_release("P2").to_json() + "\nnonsense\n" + make_release().to_json()
    done = run("evaluate", "--references", references, "--json", lines=lines)
    scores = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["engine"], each["language"]) for each in scores] == [
        ("opening", "en"), ("extract", "en"), ("opening", "zh"), ("extract", "zh"),
    ]  # fmt: skip
    assert all(0 <= each["rouge2"] <= each["rouge1"] <= 1 for each in scores)
    assert done.returncode == 1
    assert "line 2" in done.stderr
    done = run("evaluate", "--references", references)
    assert (done.returncode, done.stderr.count("there is no release")) == (1, 2)


@pytest.mark.parametrize(
    "arguments", [("evaluate",), ("--references", "x"), ("evaluate", "--references", "/nowhere")]
)
def test_wrong_use_is_told(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
