"""Every command of the conversation, once: for the menus, for /help and for the documentation.

What a command does is said in ``bot/texts``: ``command.<name>`` for the menu, ``help.<name>`` for
/help and the documentation.
"""

import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.texts import say
from data.models import ChatLanguage

Section = Literal["read", "follow", "digest", "you", "operator"]
SECTIONS: tuple[Section, ...] = ("read", "follow", "digest", "you", "operator")

# Where docs/commands.md holds what is made here.
BEGIN = "<!-- made by `python -m bot commands docs/commands.md`: begin -->"
END = "<!-- end -->"

# A new chat's, for the documentation.
DEFAULTS = {"days": "every day", "time": "08:00", "time_zone": "Asia/Hong_Kong"}


@dataclass(frozen=True)
class Command:
    """A command; operators' ones are in no menu and in nobody else's /help.

    Attributes:
        name: without the slash.
        section: where it stands in /help.
        usage: what can be written after it.
        aliases: other names that it goes by.
    """

    name: str
    section: Section
    usage: str = ""
    aliases: tuple[str, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command("latest", "read", "[N] [TOPIC|DEPARTMENT]"),
    Command("topic", "read", "[NAME]", ("topics",)),
    Command("search", "read", "WORDS"),
    Command("digest", "read", "[DATE]"),
    Command("follow", "follow", "[NAME…]"),
    Command("mute", "follow", "NAME…"),
    Command("unfollow", "follow", "NAME…"),
    Command("alerts", "follow", "[TOPICS|all|off]", ("alert",)),
    Command("subscribe", "digest", "[HOUR] [DAYS]"),
    Command("unsubscribe", "digest"),
    Command("settings", "digest"),
    Command("zone", "digest", "[NAME]"),
    Command("quiet", "digest", "[FROM-TO|off]"),
    Command("empty", "digest", "[skip|send]"),
    Command("language", "digest", "[NAME]"),
    Command("privacy", "you"),
    Command("export", "you"),
    Command("delete_me", "you"),
    Command("start", "you"),
    Command("help", "you"),
    Command("stats", "operator"),
    Command("feeds", "operator"),
    Command("pause", "operator"),
    Command("resume", "operator"),
    Command("announce", "operator", "TEXT"),
    Command("letters", "operator"),
)


def list_menu() -> list[str]:
    """The names in the menu of every chat."""
    return [each.name for each in COMMANDS if each.section != "operator"]


def render_help(language: ChatLanguage, *, is_operator: bool = False, **values: object) -> str:
    """All commands by section, as Telegram HTML.

    Args:
        language: to say it in.
        is_operator: whether the operator's own commands are among them.
        values: what the sentences on commands are filled with.
    """
    parts = [say(language, "help.title")]
    for section in SECTIONS:
        if section == "operator" and not is_operator:
            continue
        lines = [
            f"/{each.name} – {say(language, f'help.{each.name}', **values)}"
            for each in _list_section(section)
        ]
        parts.append("\n".join([f"<b>{say(language, f'help.sections.{section}')}</b>", *lines]))
    return "\n\n".join([*parts, say(language, "help.foot")])


def _list_section(section: Section) -> Iterator[Command]:
    return (each for each in COMMANDS if each.section == section)


def render_table() -> str:
    """The commands as Markdown, a table for each section."""
    return "\n\n".join(_render_section(section) for section in SECTIONS)


def _render_section(section: Section) -> str:
    rows = [_render_row(each) for each in _list_section(section)]
    title = say("en", f"help.sections.{section}")
    return "\n".join([f"**{title}**", "", "| command | does |", "|---|---|", *rows])


def _render_row(command: Command) -> str:
    # A bar ends a cell of a table.
    usage = f"/{command.name} {command.usage}".strip().replace("|", "\\|")
    also = "".join(f", `/{alias}`" for alias in command.aliases)
    does = html.unescape(say("en", f"help.{command.name}", **DEFAULTS)).replace("|", "\\|")
    return f"| `{usage}`{also} | {does} |"


def put_into(document: str) -> str:
    """A document with the tables between its marks made anew.

    Raises:
        ValueError: if it lacks the marks.
    """
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document has no place for the commands: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{render_table()}\n\n{END}{after}"


def list_names(commands: Sequence[Command] = COMMANDS) -> list[str]:
    """Every name and alias."""
    return [name for each in commands for name in (each.name, *each.aliases)]
