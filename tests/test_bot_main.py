"""The command line, as processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.config import Settings

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:" + "A" * 35


def environment(tmp_path: Path, **settings: str) -> dict[str, str]:
    names = {name.upper() for name in Settings.model_fields}
    bare = {key: value for key, value in os.environ.items() if key not in names}
    return {**bare, "STATE_DIR": str(tmp_path / "var"), "PYTHONPATH": str(ROOT), **settings}


def run(tmp_path: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=tmp_path,
        env=environment(tmp_path, **settings),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def test_the_demo_prints_a_digest_that_went_through_everything(tmp_path: Path) -> None:
    done = run(tmp_path, "demo", TELEGRAM_TOKEN=TOKEN, SUMMARY_MODEL="some/model")
    assert done.returncode == 0, done.stderr
    for words in (
        "You tap: All topics",
        "Daily digest",
        "每日摘要",
        "Official text (http://127.0.0.1",
    ):
        assert words in done.stdout
    assert "by way of the outbox" in done.stdout
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []  # it leaves nothing behind


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"TELEGRAM_TOKEN": "hunter2-hunter2"}, "TELEGRAM_TOKEN"),
        ({"DIGEST_TIME": "8 o'clock"}, "DIGEST_TIME"),
        ({"TIME_ZONE": "Mars/Olympus"}, "TIME_ZONE"),
        ({"FEEDS_FILE": "none.toml"}, "none.toml"),
        ({"FEEDS_FILE": "none.toml", "TELEGRAM_TOKEN": TOKEN}, "none.toml"),
        ({"STATE_DIR": "/dev/null/var"}, "STATE_DIR"),
        ({"SUMMARY_ENGINE": "transformer"}, "model"),
    ],
)
def test_settings_that_cannot_be_used_end_it_with_their_name(
    tmp_path: Path, settings: dict[str, str], named: str
) -> None:
    done = run(tmp_path, LOCAL_CHAT_PORT="0", **settings)
    assert done.returncode == 2, done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr
    assert "hunter2" not in done.stderr
    assert TOKEN not in done.stderr


def test_an_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00TELEGRAM")
    done = run(tmp_path)
    assert done.returncode == 2
    assert ".env" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run(tmp_path, LOCAL_CHAT_PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["fly"], ["--token", "x"], ["demo", "more"]])
def test_wrong_use_is_answered_with_the_usage(tmp_path: Path, arguments: list[str]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2
    assert "usage: python -m bot" in done.stderr


def wait_for_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "The local chat is open: " in line
    return line.rpartition(" ")[2].strip()


def wait_for_answer(url: str, words: str) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        messages = httpx.get(f"{url}/local/messages").text
        if words in messages:
            return
        time.sleep(0.2)
    pytest.fail(f"no answer with “{words}”; what there is: {messages[:2000]}")


def test_it_runs_answers_stops_in_good_order_and_remembers(tmp_path: Path) -> None:
    for words in ("Next digest", "subscribed already"):
        process = subprocess.Popen(
            [sys.executable, "-m", "bot"],
            cwd=tmp_path,
            env=environment(tmp_path, LOCAL_CHAT_PORT="0"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            url = wait_for_url(process)
            assert "<html" in httpx.get(url).text
            httpx.post(f"{url}/local/say", json={"text": "/subscribe"}).raise_for_status()
            wait_for_answer(url, words)
            locked = run(tmp_path, LOCAL_CHAT_PORT="0")
            assert (locked.returncode, "Another Tongbao" in locked.stderr) == (2, True)
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
        assert process.returncode == 0, errors
        assert "Traceback" not in errors, errors
