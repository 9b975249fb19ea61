import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import tiny_models
from local_inference import LocalInference, Served, say

ROOT = Path(__file__).parents[1]
# Small as the models are, a second thread would only wait for the first.
ONE_THREAD = {"OMP_NUM_THREADS": "1"}
ENGLISH = (
    "The Lantern Bureau announced today (November 27) that 13 600 lamps on Pier Road in Tai Po "
    "will be replaced from December 1. Members of the public should avoid Pier Road at night."
)
CHINESE = (
    "燈籠管理局今日（十一月二十七日）宣布，大埔碼頭道一萬三千六百盞街燈將由十二月一日起更換，"
    "費用為五百一十萬元。市民應避免在晚上十一時至上午五時前往碼頭道。"
)


TOLD = (
    "The Lantern Bureau will replace 13,600 lamps on Pier Road in Tai Po from December 1,",
    " and members of the public should avoid the road at night.",
)


@pytest.fixture(scope="module")
def reciting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that tells the truth about one release, and nothing else."""
    return tiny_models.build_reciting(tmp_path_factory.mktemp("reciting") / "model", *TOLD)


def run(
    *arguments: str, lines: bytes = b"", environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SUMMARY_")}
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *arguments],
        input=lines,
        capture_output=True,
        cwd=ROOT,
        env=inherited | ONE_THREAD | (environment or {}),
        timeout=100,
        check=False,
    )


def make_line(name: str = "P1", **bodies: str) -> bytes:
    issued = "2025-11-27T16:00:00+08:00"
    texts = {
        language: {"id": name, "url": "u", "title": "Lamps", "body": body, "issued_at": issued}
        for language, body in bodies.items()
    }
    release = {"id": name, "source": "s", "issued_at": issued, "texts": texts}
    return json.dumps(release, ensure_ascii=False).encode() + b"\n"


def read_lines(output: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_release_gets_a_summary_in_each_of_its_languages_english_first() -> None:
    done = run("--engine", "extract", lines=make_line(zh=CHINESE, en=ENGLISH))
    english, chinese = read_lines(done.stdout)
    assert (done.returncode, english["language"], chinese["language"]) == (0, "en", "zh")
    assert english["supported"] is chinese["supported"] is True
    assert english["method"] == "extract"
    assert "13,600 lamps" in str(english["summary"])
    assert "510萬元" in str(chinese["summary"])
    assert english["headline"] == "Lamps"


def test_the_end_of_the_calendar_loses_no_line() -> None:
    end = make_line("P1", en=ENGLISH).replace(b"2025-11-27T16:00:00+08:00", b"9999-12-31T23:59:59Z")
    done = run("--engine", "extract", lines=end + make_line("P2", en=ENGLISH))
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
    assert [line["id"] for line in read_lines(done.stdout)] == ["P1", "P1", "P2", "P2"]


@pytest.mark.parametrize(
    ("bodies", "language", "mark"),
    [({"en": ENGLISH}, "zh", "（只有英文）"), ({"zh": CHINESE}, "en", " (Chinese only)")],
)
def test_a_release_in_one_language_is_marked_in_the_other(
    bodies: dict[str, str], language: str, mark: str
) -> None:
    done = run("--engine", "extract", lines=make_line(**bodies))
    summary, marked = read_lines(done.stdout)
    assert (done.returncode, summary["supported"]) == (0, True)
    assert (marked["language"], marked["headline"]) == (language, f"Lamps{mark}")
    assert marked["supported"] is False
    assert marked["unsupported"] == ["there is no model to translate it"]


def test_characters_that_are_not_to_be_seen_reach_no_summary() -> None:
    body = ENGLISH.replace("13 600 lamps", "13 600\x00 lamps\x07\u202e")
    summary, _ = read_lines(run("--engine", "extract", lines=make_line(en=body)).stdout)
    assert summary["supported"] is True
    assert "13,600 lamps" in str(summary["summary"])
    assert str(summary["summary"]).isprintable()


@pytest.mark.parametrize(("language", "most"), [("en", 600), ("zh", 200)])
def test_no_summary_is_without_end(language: str, most: int) -> None:
    bodies = ("x" * 50_000, "字" * 50_000, "word " * 9_000, "字，" * 9_000)
    lines = b"".join(
        make_line(f"P{number}", **{language: body}) for number, body in enumerate(bodies)
    )
    told = read_lines(run("--engine", "extract", lines=lines).stdout)
    lengths = [len(str(each["summary"])) for each in told if each["language"] == language]
    assert len(lengths) == len(bodies)
    assert all(0 < length <= most for length in lengths)


def test_a_text_in_another_language_is_not_supported() -> None:
    english, _ = read_lines(run("--engine", "extract", lines=make_line(en=CHINESE)).stdout)
    assert (english["supported"], english["unsupported"]) == (False, ["it is not in English"])


def test_the_engine_is_named_once_with_the_reason() -> None:
    done = run(lines=make_line("P1", en=ENGLISH) + make_line("P2", en=ENGLISH))
    assert done.stderr.decode().count("no model is configured") == 1


def test_a_model_in_the_environment_is_used(reciting: Path, tmp_path: Path) -> None:
    environment = {"SUMMARY_MODEL": str(reciting), "STATE_DIR": str(tmp_path)}
    done = run(lines=make_line(en=ENGLISH), environment=environment)
    summary, _ = read_lines(done.stdout)
    assert (done.returncode, summary["method"], summary["model"]) == (0, "model", str(reciting))
    assert b"Traceback" not in done.stderr


def test_a_model_that_cannot_be_loaded_is_one_sentence_and_extract_carries_on() -> None:
    done = run("--engine", "transformer", "--model", "./nowhere", lines=make_line(en=ENGLISH))
    summary, _ = read_lines(done.stdout)
    assert (done.returncode, summary["method"]) == (0, "extract")
    assert done.stderr.decode().strip().splitlines() == [
        "There is no model folder ./nowhere. Summaries come from the extract engine."
    ]


BAD_LINES = [
    b"not json\n",
    b"\xff\xfe\x00broken\n",
    b"[]\n",
    b'{"id": "P9"}\n',
    b'{"id": "P9", "source": "s", "issued_at": "x", "texts": {}}\n',
    b"{" * 5_000 + b"\n",
    b'"' + b"a" * 3_000_000 + b'"\n',
]


def test_bad_releases_are_named_and_lose_no_good_one() -> None:
    good = [make_line(f"P{number}", en=ENGLISH) for number in range(len(BAD_LINES))]
    lines = b"".join(each + bad + b"\n" for each, bad in zip(good, BAD_LINES, strict=True))
    done = run("--engine", "extract", lines=lines + make_line("P99", zh=CHINESE).rstrip())
    names = [*(f"P{number}" for number in range(len(BAD_LINES))), "P99"]
    told = [line["id"] for line in read_lines(done.stdout)]
    assert told == [name for name in names for _ in ("en", "zh")]
    assert done.returncode == 1
    said = done.stderr.decode().splitlines()
    # A good line, a bad one and an empty one, again and again.
    named = [line.split(": ")[0] for line in said if line.startswith("line ")]
    assert named == [f"line {3 * number + 2}" for number in range(len(BAD_LINES))]
    assert b"Traceback" not in done.stderr


def test_a_release_without_text_is_answered_and_named() -> None:
    done = run("--engine", "extract", lines=make_line("P5", en="  ", zh=CHINESE))
    english, chinese = read_lines(done.stdout)
    assert (english["supported"], chinese["supported"]) == (False, True)
    assert done.returncode == 1
    assert b"P5 (en)" in done.stderr


def test_verdicts_come_line_for_line_even_for_bad_lines() -> None:
    requests = [
        {"language": "en", "source": ENGLISH, "summary": ENGLISH, "issued_at": "2025-11-27"},
        {"language": "en", "source": ENGLISH, "summary": "It cost $9.", "issued_at": "2025-11-27"},
        {"language": "fr", "source": "", "summary": "", "issued_at": "2025-11-27"},
        {"language": "zh", "source": CHINESE, "summary": "", "issued_at": "2025-11-27T16:00:00"},
    ]
    lines = b"".join(json.dumps(request).encode() + b"\n" for request in requests)
    done = run("check", lines=lines + b"\xff\n")
    verdicts = read_lines(done.stdout)
    assert [verdict["supported"] for verdict in verdicts] == [True, False, False, False, False]
    assert "the amount “$9” is not in the source" in str(verdicts[1]["unsupported"])
    assert done.returncode == 1
    assert b"line 3: language" in done.stderr
    assert b"line 5: " in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (["--engine", "magic"], {}),
        (["--engine", "transformer"], {}),
        (["sing"], {}),
        (["--model"], {}),
        ([], {"SUMMARY_ENGINE": "magic"}),
        ([], {"SUMMARY_ENGINE": "transformer"}),
    ],
)
def test_wrong_use_is_told_and_exits_2(arguments: list[str], environment: dict[str, str]) -> None:
    done = run(*arguments, environment=environment)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"usage" in done.stderr
    assert b"Traceback" not in done.stderr


def test_help_imports_neither_torch_nor_transformers_nor_numpy() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "summarizer", "--help"],
        capture_output=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    for heavy in (b"torch", b"transformers", b"numpy", b"opencc"):
        assert heavy not in done.stderr


def test_a_reader_that_goes_away_is_met_with_silence() -> None:
    command = [sys.executable, "-m", "summarizer", "--engine", "extract"]
    lines = b"".join(make_line(f"P{number}", en=ENGLISH) for number in range(400))
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdin.write(make_line("P0", en=ENGLISH))
        running.stdin.flush()
        assert running.stdout.readline()  # answers flow before the input ends
        running.stdout.close()
        try:
            running.stdin.write(lines)
            running.stdin.close()
        except BrokenPipeError:
            pass
        said = running.stderr.read()
        assert b"Traceback" not in said
        assert b"Broken" not in said


def test_a_model_answers_many_lines_in_their_order_and_says_how_it_went(
    reciting: Path, tmp_path: Path
) -> None:
    other = ENGLISH.replace("Pier Road", "Quay Street")
    lines = [make_line(f"P{number}", en=ENGLISH) for number in range(7)]
    lines[4] = b"not json\n"
    lines[6] = make_line("P6", en=other)
    done = run(
        *("--engine", "transformer", "--model", str(reciting)),
        lines=b"".join(lines),
        environment={"STATE_DIR": str(tmp_path)},
    )
    summaries = read_lines(done.stdout)
    expected = [f"P{number}" for number in range(7) if number != 4 for _ in ("en", "zh")]
    assert [summary["id"] for summary in summaries] == expected
    told = [summary for summary in summaries if summary["language"] == "en"]
    methods = {str(summary["id"]): summary["method"] for summary in told}
    assert methods.pop("P6") == "extract"
    assert set(methods.values()) == {"model"}
    assert done.returncode == 1
    first, *between, last = done.stderr.decode().strip().splitlines()
    assert first.startswith(f"Summaries come from the model {reciting}")
    assert [line.split(":")[0] for line in between if line.startswith("line ")] == ["line 5"]
    assert last.startswith("Summaries: 12 in ")
    for part in (" s each, ", " tries)", "tokens/s read", "tokens/s written", "extracts instead"):
        assert part in last
    if "int8" in first:
        assert list((tmp_path / "models").iterdir()), "the int8 form is kept for the next time"


def test_a_line_alone_is_answered_at_once_and_an_interrupt_ends_in_silence(
    reciting: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "summarizer", "--engine", "transformer", "--model"]
    with subprocess.Popen(
        [*command, str(reciting)],
        cwd=ROOT,
        env=os.environ | ONE_THREAD | {"STATE_DIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Tests that run in the background are started with interrupts ignored, and pass that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stderr is not None
        for number in range(3):
            running.stdin.write(make_line(f"P{number}", en=ENGLISH))
            running.stdin.flush()
            for _ in ("en", "zh"):
                assert json.loads(running.stdout.readline())["id"] == f"P{number}"
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        said = running.stderr.read().decode()
        assert running.stdout.read() == b""
    assert said.strip().splitlines()[-1].startswith("Summaries: 6 in ")
    assert "Traceback" not in said


def test_a_server_writes_the_summaries_if_its_address_is_given() -> None:
    lines = b"".join(make_line(f"P{number}", en=ENGLISH) for number in range(6))
    with LocalInference(answer=lambda _: Served(say("".join(TOLD)))) as server:
        done = run("--engine", "remote", "--url", server.url, lines=lines)
    told = [summary for summary in read_lines(done.stdout) if summary["language"] == "en"]
    assert [summary["id"] for summary in told] == [f"P{number}" for number in range(6)]
    assert {summary["method"] for summary in told} == {"model"}
    assert {summary["model"] for summary in told} == {"small"}
    assert done.returncode == 0
    assert "Summaries: 12 in " in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_real_feeds_go_through_a_model_end_to_end(gia: Path, tmp_path: Path) -> None:
    folder = tiny_models.build_reciting(tmp_path / "model", "The lamps are lit by penguins.")
    feeds = [str(gia / f"general_{language}.xml") for language in ("en", "zh")]
    read = subprocess.run(
        [sys.executable, "-m", "data", "read", *feeds],
        capture_output=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    # Whole feeds take minutes; a few of each language show as much.
    lines = read.stdout.splitlines(keepends=True)
    some = [*lines[:2], *lines[-2:]]
    assert len(some) == 4
    done = run(
        *("--engine", "transformer", "--model", str(folder)),
        lines=b"".join(some),
        environment={"STATE_DIR": str(tmp_path)},
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    by_line = {json.loads(line)["id"]: set(json.loads(line)["texts"]) for line in some}
    told = read_lines(done.stdout)
    assert [summary["id"] for summary in told] == [name for name in by_line for _ in ("en", "zh")]
    for summary in told:
        if summary["language"] in by_line[str(summary["id"])]:
            # The model speaks of other things: each is refused, and the release speaks itself.
            assert (summary["method"], summary["supported"]) == ("extract", True)
            assert summary["summary"]
    assert "extracts instead" in done.stderr.decode()
