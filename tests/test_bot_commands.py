"""The table of commands: what the bot takes, what it says of it, and what the docs say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from talk import open_talk
from telegram.constants import BotCommandLimit
from telegram.ext import Application, CommandHandler

from bot.__main__ import main
from bot.commands import BEGIN, COMMANDS, DEFAULTS, list_menu, list_names, put_into, render_help
from bot.render import measure
from bot.texts import say
from data.models import ChatLanguage

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
VALUES: dict[str, Any] = {**DEFAULTS}
DOCUMENT = Path(__file__).parents[1] / "docs" / "commands.md"


def list_handled(application: Application[Any, Any, Any, Any, Any, Any]) -> set[str]:
    """Every command that a handler takes."""
    return {
        name
        for handlers in application.handlers.values()
        for handler in handlers
        if isinstance(handler, CommandHandler)
        for name in handler.commands
    }


async def test_the_table_holds_the_commands_that_are_handled_and_no_others(tmp_path: Path) -> None:
    async with open_talk(tmp_path, NOW) as talk:
        assert list_handled(talk.app.application) == set(list_names())


def test_the_documentation_is_made_from_the_table() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert put_into(document) == document, "run `make docs`"


def test_the_documentation_is_made_by_a_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "commands.md"
    document.write_text(f"# Commands\n\n{BEGIN}\nold\n<!-- end -->\n\nmore\n", "utf-8")
    assert main(["commands", str(document)]) == 0
    written = document.read_text("utf-8")
    assert "`/latest" in written
    assert "old" not in written
    assert written.endswith("more\n")
    assert main(["commands"]) == 0
    assert "`/latest" in capsys.readouterr().out


def test_a_document_without_a_place_for_them_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "other.md"
    document.write_text("# Other\n", "utf-8")
    assert main(["commands", str(document)]) == 2
    assert "no place for the commands" in capsys.readouterr().err
    assert document.read_text("utf-8") == "# Other\n"
    assert main(["commands", str(tmp_path / "none.md")]) == 2


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_help_names_every_command_but_the_operators_and_fits_a_message(
    language: ChatLanguage,
) -> None:
    text = render_help(language, **VALUES)
    for command in COMMANDS:
        assert (f"\n/{command.name} – " in text) == (command.section != "operator")
    assert measure(text).fits
    everything = render_help(language, is_operator=True, **VALUES)
    assert all(f"\n/{command.name} – " in everything for command in COMMANDS)
    assert measure(everything).fits


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_telegram_takes_the_menu(language: ChatLanguage) -> None:
    for name in list_menu():
        text = say(language, f"command.{name}")
        assert 1 <= len(text) <= BotCommandLimit.MAX_DESCRIPTION
        assert len(text) <= 40, "cut on a small screen"


def test_help_in_two_languages_is_one_message_even_for_the_operator() -> None:
    languages: tuple[ChatLanguage, ...] = ("en", "zh-Hant")
    texts = [render_help(each, is_operator=True, **VALUES) for each in languages]
    assert measure("\n\n".join(texts)).fits
