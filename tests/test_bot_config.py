"""Settings: every malformed one is named, none shows a token."""

import re
from datetime import time
from pathlib import Path

import pytest

from bot.app import choose_engine, choose_limits
from bot.config import ConfigError, Settings, read_settings
from summarizer.machine import find_total_memory

TOKEN = "123456789:" + "A" * 35
ODD_TIMES = ("08:00+08:00", "08:00Z", "08:00:30", "T08:00", "0800", "24:00", "8:0")
NO_PLACES = ("Factory", "localtime", "posixrules")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def write_env(tmp_path: Path, content: str) -> Path:
    file = tmp_path / ".env"
    file.write_text(content, "utf-8")
    return file


def test_without_any_setting_it_is_the_local_chat_with_the_defaults(tmp_path: Path) -> None:
    settings = read_settings(tmp_path / "none")
    assert settings.telegram_token is None
    assert (settings.digest_time, settings.time_zone) == (time(8), "Asia/Hong_Kong")


def test_settings_come_from_the_file_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_env(tmp_path, f"TELEGRAM_TOKEN={TOKEN}\nDIGEST_TIME=7:30\nINGEST_MINUTES=5\n")
    monkeypatch.setenv("INGEST_MINUTES", "15")
    settings = read_settings(file)
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert (settings.digest_time, settings.ingest_minutes) == (time(7, 30), 15)
    assert TOKEN not in repr(settings)


def test_an_empty_value_is_the_default(tmp_path: Path) -> None:
    file = write_env(tmp_path, "TELEGRAM_TOKEN=\nSUMMARY_MODEL=\nDIGEST_TIME=\n")
    assert read_settings(file) == read_settings(tmp_path / "none")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("TELEGRAM_TOKEN=secret-word-of-mine", "TELEGRAM_TOKEN: .*BotFather"),
        ("DIGEST_TIME=25:00", "DIGEST_TIME: .*08:00"),
        ("DIGEST_TIME=morning", "DIGEST_TIME: .*08:00"),
        *((f"DIGEST_TIME={odd}", "DIGEST_TIME: .*08:00") for odd in ODD_TIMES),
        ("TIME_ZONE=Hongkong/Central", "TIME_ZONE: .*IANA"),
        *((f"TIME_ZONE={none}", "TIME_ZONE: .*IANA") for none in NO_PLACES),
        ("TIME_ZONE=../../etc/passwd", "TIME_ZONE: .*IANA"),
        ("INGEST_MINUTES=0", "INGEST_MINUTES"),
        ("INGEST_MINUTES=often", "INGEST_MINUTES"),
        ("LOCAL_CHAT_PORT=99999", "LOCAL_CHAT_PORT"),
        ("SUMMARY_ENGINE=magic", "SUMMARY_ENGINE: .*extract"),
        ("LOG_LEVEL=loud", "LOG_LEVEL"),
        ("ADMIN_IDS=@somebody", "ADMIN_IDS: .*not @names"),
        ("ADMIN_IDS=12, -34", "ADMIN_IDS"),
        ("SUMMARY_MEMORY_MB=100", "SUMMARY_MEMORY_MB"),
        ("SUMMARY_IDLE_MINUTES=-1", "SUMMARY_IDLE_MINUTES"),
        ("REMOTE_URL=localhost:8000", "REMOTE_URL: .*http://"),
        ("REMOTE_URL=https://me:secret-word@host/v1", "REMOTE_URL: .*REMOTE_KEY"),
        ("REMOTE_CONCURRENCY=0", "REMOTE_CONCURRENCY"),
        ("REMOTE_TIMEOUT=soon", "REMOTE_TIMEOUT"),
    ],
)
def test_a_malformed_setting_is_named(tmp_path: Path, line: str, named: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_settings(write_env(tmp_path, line))
    assert re.search(named, str(refusal.value))
    assert "secret-word" not in str(refusal.value)


def test_the_engine_and_its_limits_are_as_the_settings_say(tmp_path: Path) -> None:
    file = write_env(
        tmp_path,
        "SUMMARY_ENGINE=Remote\nSUMMARY_MODEL=some-model\nREMOTE_URL=http://127.0.0.1:8000/v1\n"
        "REMOTE_KEY=secret-word\nSUMMARY_MEMORY_MB=2000\nSUMMARY_IDLE_MINUTES=0\n"
        "ADMIN_IDS=12, 3456,\n",
    )
    settings = read_settings(file)
    assert settings.admin_ids == (12, 3456)
    assert settings.list_secrets() == ["secret-word"]
    engine, limits = choose_engine(settings), choose_limits(settings)
    assert (engine.choice, engine.model) == ("remote", "some-model")
    assert (engine.remote_key, engine.cache) == ("secret-word", Path("var/models"))
    assert (limits.memory, limits.idle) == (2_000_000_000, 0)
    assert "secret-word" not in f"{settings!r} {engine!r}"


def test_without_a_setting_the_model_may_hold_three_quarters_of_the_memory(
    tmp_path: Path,
) -> None:
    limits, total = choose_limits(read_settings(tmp_path / "none")), find_total_memory()
    assert total is not None
    assert limits.memory == int(total * 0.75)
    assert limits.idle == 1_800


def test_all_malformed_settings_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_settings(write_env(tmp_path, "DIGEST_TIME=x\nINGEST_MINUTES=x\n"))
    assert "DIGEST_TIME" in str(refusal.value)
    assert "INGEST_MINUTES" in str(refusal.value)


def test_the_example_file_names_every_setting_with_its_default(tmp_path: Path) -> None:
    example = Path(__file__).parent.parent / ".env.example"
    lines = [line for line in example.read_text("utf-8").splitlines() if line[:1].isalpha()]
    assert [line.partition("=")[0].lower() for line in lines] == list(Settings.model_fields)
    assert read_settings(example) == read_settings(tmp_path / "none")


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (f'LOG_LEVEL=info\nTELEGRAM_TOKEN="{TOKEN}\n', r"line 2: .*quotation mark"),
        (f"TELEGRAM_TOKN={TOKEN}\n", "no setting TELEGRAM_TOKN; did you mean TELEGRAM_TOKEN"),
        ("DIGEST_TIM=09:00\n", "did you mean DIGEST_TIME"),
        ("just words = and = more\n", "line 1"),
    ],
)
def test_a_line_that_would_be_passed_over_in_silence_is_named(
    tmp_path: Path, content: str, named: str
) -> None:
    with pytest.raises(ConfigError) as refusal:
        read_settings(write_env(tmp_path, content))
    assert re.search(named, str(refusal.value))
    assert TOKEN not in str(refusal.value)


def test_settings_of_other_programs_are_left_alone(tmp_path: Path) -> None:
    read_settings(write_env(tmp_path, "HF_ENDPOINT=https://hub.example\nPATH=/bin\n# note\n\n"))


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(ConfigError, match=r"\.env: can't be read"):
        read_settings(tmp_path / ".env")
