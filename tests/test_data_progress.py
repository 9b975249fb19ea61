"""How far long work has got, as a person sees it."""

import os
import pty
import subprocess
import sys
import termios

import pytest

from data.progress import LEAST_ITEMS, track_on_stderr, track_silently

ITEMS = list(range(LEAST_ITEMS * 2))
SCRIPT = (
    "from data.progress import track_on_stderr\n"
    "print(sum(track_on_stderr(list(range(40)), 'pages')))"
)


def test_without_a_terminal_a_line_comes_at_each_tenth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert list(track_on_stderr(ITEMS, "pages")) == ITEMS
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "pages: 4 of 40"
    assert lines[-1] == "pages: 40 of 40"
    assert len(lines) == 10


def test_short_work_is_done_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    few = ITEMS[: LEAST_ITEMS - 1]
    assert list(track_on_stderr(few, "pages")) == few
    assert list(track_silently(ITEMS, "pages")) == ITEMS
    assert capsys.readouterr().err == ""


def test_in_a_terminal_a_bar_moves_and_goes() -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        stderr=theirs,
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    os.set_blocking(ours, False)
    shown = os.read(ours, 65536).decode()
    os.close(theirs)
    os.close(ours)
    assert done.stdout.strip() == b"780"
    assert "pages: " in shown
    assert "40/40" in shown or "0/40" in shown
    assert "\n" not in shown.strip()  # the bar stays on its one line
