"""No token and no key in a log."""

import logging

import pytest

from bot.logs import RedactingFormatter, redact

TOKEN = "123456789:AAbb-CC_dd" + "E" * 25


def test_a_token_is_blotted_out_wherever_it_stands() -> None:
    line = f"GET https://api.telegram.org/bot{TOKEN}/getMe and {TOKEN}"
    assert redact(line) == "GET https://api.telegram.org/bot[token]/getMe and [token]"


def test_a_token_in_a_traceback_is_blotted_out() -> None:
    error = ValueError(f"bad token {TOKEN}")
    info = (type(error), error, None)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed %s", (TOKEN,), info)
    text = RedactingFormatter().format(record)
    assert TOKEN not in text
    assert "ValueError: bad token [token]" in text


def test_a_key_is_blotted_out_by_its_value_and_where_it_is_sent() -> None:
    assert redact("refused: pass-word!", ["pass-word!"]) == "refused: [key]"
    assert redact("Authorization: Bearer sk-abc.123_x") == "Authorization: Bearer [key]"
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "key %s", ("pass-word!",), None)
    assert RedactingFormatter(secrets=["pass-word!"]).format(record) == "key [key]"


@pytest.mark.parametrize("text", ["at 12:30", "2026-11-22T00:00:00", "P2026112100101", ""])
def test_what_is_no_token_stays(text: str) -> None:
    assert redact(text) == text
