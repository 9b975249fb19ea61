"""Rules about the code that hold as tests: directions of imports, purity, one wiring."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = (
    "data/models.py",
    "data/addresses.py",
    "data/bulletins.py",
    "data/changes.py",
    "data/classify.py",
    "data/figures.py",
    "data/net/content_coding.py",
    "data/net/public_addresses.py",
    "data/pairing.py",
    "data/phrases.py",
    "data/readers",
    "data/resemblance.py",
    "data/script.py",
    "data/series.py",
    "data/sources.py",
    "summarizer/facts",
    "summarizer/check",
    "summarizer/sentences.py",
    "summarizer/engines/asking.py",
    "summarizer/engines/extract",
    "summarizer/engines/remote/dialect.py",
    "summarizer/engines/remote/patience.py",
    "summarizer/engines/remote/replies.py",
    "summarizer/figure_guard.py",
    "summarizer/meter.py",
    "summarizer/prompts.py",
    "summarizer/salience.py",
    "summarizer/spellings.py",
    "summarizer/tiers.py",
    "bot/digest.py",
    "bot/render.py",
    "bot/interests.py",
    "bot/keyboards",
    "bot/schedule.py",
    "bot/outcomes.py",
    "bot/pacing.py",
    "bot/reshaping.py",
)
IMPURE_MODULES = {
    *("httpcore", "httpx", "sqlite3", "sqlite_utils", "socket", "subprocess", "asyncio", "os"),
}
CLOCKS = {"now", "utcnow", "today", "monotonic"}


def list_modules(folder: str) -> list[Path]:
    path = ROOT / folder
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def imports_of(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize(
    ("package", "allowed"),
    [("data", ()), ("summarizer", ("data.models",))],
)
def test_imports_point_inwards(package: str, allowed: tuple[str, ...]) -> None:
    others = {"bot", "data", "summarizer"} - {package}
    for file in list_modules(package):
        foreign = {name for name in imports_of(file) if name.split(".")[0] in others}
        assert foreign <= set(allowed), file


@pytest.mark.parametrize("place", PURE)
def test_pure_modules_do_no_io_and_read_no_clock(place: str) -> None:
    for file in list_modules(place):
        assert not {name.split(".")[0] for name in imports_of(file)} & IMPURE_MODULES, file
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in CLOCKS, (file, node.lineno)


@pytest.mark.parametrize("name", ["open_store(", "SummaryWorker(", "LocalTelegram(", "Sender("])
def test_the_bots_parts_are_built_in_one_place(name: str) -> None:
    builders = {
        str(file.relative_to(ROOT))
        for file in list_modules("bot")
        if any(
            name in line and not line.lstrip().startswith(("class ", "def "))
            for line in file.read_text("utf-8").splitlines()
        )
    }
    # A thread of ingest opens a connection of its own.
    assert builders - {"bot/jobs.py"} == {"bot/app.py"}


def test_only_the_settings_read_the_bots_environment() -> None:
    for file in list_modules("bot"):
        if file != ROOT / "bot" / "__init__.py":  # where a library has its switch set
            assert "os" not in imports_of(file), file
