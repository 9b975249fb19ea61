"""Command line of ``data``: read · ingest · classify.

Releases go in and out as JSON lines (see ``data.models``). Exit status: 0 done, 1 some inputs
failed (each named on standard error, the rest done), 2 wrong use.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from data.addresses import find_host
from data.classify import classify
from data.feeds import DEFAULT_FEEDS_FILE, FeedsError, read_feeds
from data.fetch import Fetcher, FetchError, open_fetcher
from data.ingest import ingest, summarise_failures
from data.models import ContractError, Release
from data.pages import read_pages
from data.pairing import join_counterparts
from data.readers.document import read_document
from data.readers.gia_page import find_release_id
from data.readers.reading import ReadError, Reading
from data.store.database import StoreError
from data.store.store import open_store
from data.tables import Tables, TablesError, load_tables

DONE, SOME_FAILED, WRONG_USE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _make_parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (FeedsError, StoreError, TablesError) as error:
        return _complain(str(error), WRONG_USE)
    except BrokenPipeError:
        # The reader of our output has seen enough; nothing may be flushed to it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return _complain("stopped", SOME_FAILED)
    except OSError as error:
        return _complain(f"the output can't be written ({error.strerror})", SOME_FAILED)


def _make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data", description="Press releases in: read, ingest, classify."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    read = commands.add_parser("read", help="pages and feeds to releases, one a line")
    read.add_argument("inputs", nargs="+", metavar="FILE_OR_URL")
    read.set_defaults(run=_run_read)
    into = commands.add_parser("ingest", help="fetch the feeds and store what is new")
    into.add_argument("--feeds", type=Path, metavar="FILE", help="default: data/feeds.toml")
    into.add_argument("--database", type=Path, metavar="FILE", help="default: the bot's own")
    into.set_defaults(run=_run_ingest)
    classing = commands.add_parser("classify", help="releases in, with topics and department out")
    classing.set_defaults(run=_run_classify)
    return parser


def _run_read(options: argparse.Namespace) -> int:
    status = DONE
    tables = load_tables()
    feed_readings: list[Reading] = []
    page_readings: list[Reading] = []
    hosts: set[str] = set()
    with open_fetcher() as fetcher:
        for name in options.inputs:
            try:
                readings = read_document(_load(name, fetcher), name)
            except (FetchError, ReadError, OSError) as error:
                status = _complain(_name_failure(name, error), SOME_FAILED)
                continue
            for fault in readings.faults:
                status = _complain(f"{name}: {fault}", SOME_FAILED)
            (feed_readings if readings.is_feed else page_readings).extend(readings.items)
            if _is_url(name):
                hosts.add(find_host(name) or "")
        found = [*feed_readings, *page_readings]
        found += _read_missing_pages(options.inputs, feed_readings, page_readings, fetcher, hosts)
    for release in join_counterparts(found):
        print(classify(release, tables).to_json(), flush=True)
    return status


def _read_missing_pages(
    inputs: Sequence[str],
    feed_readings: list[Reading],
    page_readings: list[Reading],
    fetcher: Fetcher,
    hosts: set[str],
) -> list[Reading]:
    """Pages that carry a feed's language links, and counterparts of pages given by address."""
    known = {item.text.id for item in (*feed_readings, *page_readings)}
    given = {item.text.id for item in page_readings}
    given |= {find_release_id(item.counterpart_url or "") or "" for item in page_readings}
    wanted = [item for item in feed_readings if item.text.id not in given]
    wanted += [item for item in page_readings if item.text.url in inputs and item.counterpart_url]
    pages = read_pages(wanted, fetcher, trusted_hosts=hosts, is_known=known.__contains__)
    for note in summarise_failures(pages):
        _complain(note, DONE)
    return list(pages.readings.values())


def _run_ingest(options: argparse.Namespace) -> int:
    # Like the bot, which reads these two settings from the environment before .env.
    settings = {**dotenv_values(".env"), **os.environ}
    feeds_file = options.feeds or Path(settings.get("FEEDS_FILE") or DEFAULT_FEEDS_FILE)
    state = Path(settings.get("STATE_DIR") or "var")
    feeds, tables = read_feeds(feeds_file), load_tables()
    store = open_store(options.database or state / "tongbao.db")
    try:
        with open_fetcher() as fetcher:
            counts = ingest(store, feeds, fetcher, tables, lambda: datetime.now(UTC))
        stored = store.releases.count()
    finally:
        store.close()
    for message in [*counts.failures, *counts.faults]:
        _complain(message, SOME_FAILED)
    print(
        f"feeds {counts.feeds} (unchanged {counts.unchanged_feeds},"
        f" failed {len(counts.failures)}), entries {counts.entries},"
        f" new texts {counts.new}, changed texts {counts.changed}, releases stored {stored}"
    )
    return SOME_FAILED if counts.failures or counts.faults else DONE


def _run_classify(_: argparse.Namespace) -> int:
    tables: Tables = load_tables()
    status = DONE
    for number, release in _read_releases():
        if isinstance(release, ContractError):
            status = _complain(f"line {number}: {release}", SOME_FAILED)
        else:
            print(classify(release, tables).to_json(), flush=True)
    return status


def _read_releases() -> Iterator[tuple[int, Release | ContractError]]:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            yield number, Release.from_json(line)
        except ContractError as error:
            yield number, error


def _load(name: str, fetcher: Fetcher) -> bytes:
    if _is_url(name):
        return fetcher.fetch(name).content or b""
    return Path(name).read_bytes()


def _is_url(name: str) -> bool:
    return name.lower().startswith(("http://", "https://"))


def _name_failure(name: str, error: Exception) -> str:
    if isinstance(error, FetchError):
        return str(error)  # it names the address itself
    return f"{name}: {error.strerror if isinstance(error, OSError) else error}"


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
