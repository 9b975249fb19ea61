"""Command line of ``data``: read · ingest · pair · classify · search.

Releases go in and out as JSON lines (see ``data.models``). Exit status: 0 done, 1 some inputs
failed (each named on standard error, the rest done), 2 wrong use.
"""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from data.backfill import DEFAULT_BACKFILL_DAYS, MAX_BACKFILL_DAYS, Backfill
from data.classify import classify
from data.collect import Collector
from data.feeds import DEFAULT_FEEDS_FILE, FeedsError, check_departments, read_feeds
from data.fetch import open_fetcher
from data.ingest import ingest
from data.kinds import KindsError, load_kinds, mark_kind
from data.models import LANGUAGES, ContractError, Release
from data.pairing import pair_releases
from data.progress import track_on_stderr
from data.series import mark_series
from data.store.database import StoreError
from data.store.store import open_store
from data.tables import TablesError, load_tables

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _make_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (FeedsError, KindsError, StoreError, TablesError) as error:
        _complain(str(error))
        return WRONG_USE
    except BrokenPipeError:
        # The reader of our output has seen enough; nothing may be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        _complain("stopped")
    except OSError as error:
        _complain(f"the output can't be written ({error.strerror})")
    return SOME_FAILED


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data", description="Press releases: read, ingest, pair, classify, search."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    read = commands.add_parser("read", help="pages and feeds to releases, one a line")
    read.add_argument("inputs", nargs="+", metavar="FILE_OR_URL")
    read.set_defaults(run=_run_read)
    into = commands.add_parser("ingest", help="fetch the feeds and store what is new")
    into.add_argument("--feeds", type=Path, metavar="FILE", help="default: data/feeds.toml")
    into.add_argument("--database", type=Path, metavar="FILE", help="default: the bot's own")
    into.add_argument(
        "--backfill",
        type=_read_days,
        metavar="DAYS",
        help="also read the official day lists of so many days before today",
    )
    into.set_defaults(run=_run_ingest)
    pair = commands.add_parser("pair", help="releases in, with counterparts joined out")
    pair.add_argument("--ignore-links", action="store_true", help="judge by the texts alone")
    pair.set_defaults(run=_run_pair)
    classing = commands.add_parser("classify", help="releases in, with topics and department out")
    classing.set_defaults(run=_run_classify)
    search = commands.add_parser("search", help="stored releases with these words, best first")
    search.add_argument("words", nargs="+", metavar="WORD")
    search.add_argument("--language", choices=LANGUAGES, help="of the texts that count")
    search.add_argument("--limit", type=_read_count, default=20, metavar="N", help="default: 20")
    search.add_argument("--database", type=Path, metavar="FILE", help="default: the bot's own")
    search.set_defaults(run=_run_search)
    return parser


def _read_count(given: str) -> int:
    """A number above 0, as argparse reads an argument."""
    if not given.isascii() or not given.isdecimal() or int(given) == 0:
        raise argparse.ArgumentTypeError(f"not a number above 0: {given!r}")
    return int(given)


def _read_days(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= MAX_BACKFILL_DAYS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"a number of days from 0 to {MAX_BACKFILL_DAYS}, not {text!r}"
    )


def _run_read(options: argparse.Namespace) -> int:
    tables, kinds = load_tables(), load_kinds()
    with open_fetcher() as fetcher:
        collector = Collector(fetcher, read_feeds(), datetime.now(UTC), track_on_stderr)
        collected = collector.collect(options.inputs)
    for note in (*collected.failures, *collected.notes):
        _complain(note)
    for release in collector.release(collected, tables, kinds):
        print(release.to_json(), flush=True)
    return SOME_FAILED if collected.failures else DONE


def _run_ingest(options: argparse.Namespace) -> int:
    # Like the bot, which reads these settings from the environment before .env.
    settings = _read_environment()
    feeds_file = options.feeds or Path(settings.get("FEEDS_FILE") or DEFAULT_FEEDS_FILE)
    backfill = Backfill(options.backfill, _read_setting(settings))
    feeds, tables, kinds = read_feeds(feeds_file), load_tables(), load_kinds()
    check_departments(feeds, tables.departments)
    store = open_store(options.database or _find_database(settings))
    try:
        with open_fetcher() as fetcher:
            counts = ingest(
                store,
                feeds,
                fetcher,
                tables,
                kinds,
                lambda: datetime.now(UTC),
                backfill=backfill,
                track=track_on_stderr,
            )
        stored = store.releases.count()
    finally:
        store.close()
    for message in (*counts.failures, *counts.faults):
        _complain(message)
    print(f"{counts}, releases stored {stored}")
    return SOME_FAILED if counts.failures or counts.faults else DONE


def _read_environment() -> dict[str, str | None]:
    return {**dotenv_values(".env"), **os.environ}


def _find_database(settings: Mapping[str, str | None]) -> Path:
    return Path(settings.get("STATE_DIR") or "var") / "tongbao.db"


def _run_search(options: argparse.Namespace) -> int:
    database = options.database or _find_database(_read_environment())
    if not database.is_file():
        _complain(f"{database}: there is no such database; name it with --database")
        return WRONG_USE
    store = open_store(database)
    try:
        found = store.search.find(
            " ".join(options.words), datetime.now(UTC), language=options.language
        )
        wanted = found.seqs[: options.limit]
        releases = {stored.seq: stored.release for stored in store.releases.list_by_seq(wanted)}
    finally:
        store.close()
    for seq in wanted:
        print(releases[seq].to_json(), flush=True)
    if not wanted:
        _complain("no stored release has any of these words")
    return DONE


def _read_setting(settings: Mapping[str, str | None]) -> int:
    """How many days back an outage is made good.

    Raises:
        FeedsError: if the setting is no such number.
    """
    try:
        return _read_days(settings.get("BACKFILL_DAYS") or str(DEFAULT_BACKFILL_DAYS))
    except argparse.ArgumentTypeError as error:
        raise FeedsError(f"BACKFILL_DAYS must be {error}") from None


def _run_pair(options: argparse.Namespace) -> int:
    releases, status = _read_releases()
    tables = load_tables()
    for release in pair_releases(releases, tables, ignore_links=options.ignore_links):
        print(release.to_json(), flush=True)
    return status


def _run_classify(_: argparse.Namespace) -> int:
    releases, status = _read_releases()
    tables, kinds = load_tables(), load_kinds()
    marked = [mark_kind(classify(release, tables), kinds) for release in releases]
    for release in mark_series(marked):
        print(release.to_json(), flush=True)
    return status


def _read_releases() -> tuple[list[Release], int]:
    """The releases on standard input; lines that are none are named, and the rest is kept."""
    releases: list[Release] = []
    status = DONE
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            releases.append(Release.from_json(line))
        except ContractError as error:
            _complain(f"line {number}: {error}")
            status = SOME_FAILED
    return releases, status


def _complain(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
