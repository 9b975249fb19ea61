"""The command line of ``data``, as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from factories import make_feed, make_page, make_release, make_text
from fakes import Page, StaticSite

ROOT = Path(__file__).parent.parent


def run(
    *arguments: str | Path, cwd: Path, given: str = "", **settings: str
) -> subprocess.CompletedProcess[str]:
    bare = {k: v for k, v in os.environ.items() if k not in ("STATE_DIR", "FEEDS_FILE")}
    return subprocess.run(
        [sys.executable, "-m", "data", *map(str, arguments)],
        cwd=cwd,
        env={**bare, "PYTHONPATH": str(ROOT), **settings},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def publish(site: StaticSite) -> None:
    en, zh = make_text("en", site=site.url), make_text("zh", site=site.url)
    site.pages["/en.xml"], site.pages["/zh.xml"] = Page(make_feed([en])), Page(make_feed([zh]))
    for text, other in ((en, zh), (zh, en)):
        path = text.url.removeprefix(site.url)
        site.pages[path] = Page(make_page(text, other.url.removeprefix(site.url)))


def test_read_joins_pages_and_names_what_it_cannot_read(tmp_path: Path) -> None:
    en, zh = make_text("en"), make_text("zh")
    (tmp_path / f"{en.id}.htm").write_bytes(make_page(en, zh.url))
    (tmp_path / f"{zh.id}.htm").write_bytes(make_page(zh))
    (tmp_path / "notes.txt").write_text("not a page")
    done = run(
        "read",
        f"{en.id}.htm",
        "notes.txt",
        "none.htm",
        ".",
        "http://[::1",
        f"{zh.id}.htm",
        cwd=tmp_path,
    )
    assert done.returncode == 1
    (release,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert {key: text["id"] for key, text in release["texts"].items()} == {"en": en.id, "zh": zh.id}
    assert release["texts"]["en"].keys() == {"id", "url", "title", "body", "issued_at"}
    for name in ("notes.txt: ", "none.htm: ", ".: ", "http://[::1: not a web address"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_read_fetches_the_pages_that_carry_a_feeds_language_links(
    site: StaticSite, tmp_path: Path
) -> None:
    publish(site)
    both = run("read", f"{site.url}/en.xml", f"{site.url}/zh.xml", cwd=tmp_path)
    one = run("read", f"{site.url}/en.xml", cwd=tmp_path)
    page = run("read", make_text("en", site=site.url).url, cwd=tmp_path)
    for done in (both, one, page):
        assert done.returncode == 0, done.stderr
        (release,) = [json.loads(line) for line in done.stdout.splitlines()]
        assert release["texts"].keys() == {"en", "zh"}


def test_ingest_twice_adds_nothing_and_says_so(site: StaticSite, tmp_path: Path) -> None:
    publish(site)
    feeds = tmp_path / "feeds.toml"
    urls = [f'[[feed]]\nsource = "x"\nurl = "{site.url}/{code}.xml"\n' for code in ("en", "zh")]
    feeds.write_text("".join(urls))
    first = run("ingest", "--feeds", feeds, cwd=tmp_path)
    assert (first.returncode, "new texts 2" in first.stdout) == (0, True), first
    second = run("ingest", cwd=tmp_path, FEEDS_FILE="feeds.toml")
    assert (second.returncode, "new texts 0" in second.stdout) == (0, True), second
    assert "releases stored 1" in second.stdout
    assert (tmp_path / "var" / "tongbao.db").is_file()


def test_ingest_reports_a_feed_that_is_down_and_stores_the_other(
    site: StaticSite, tmp_path: Path
) -> None:
    publish(site)
    site.pages["/zh.xml"] = Page(b"<html>closed</html>")
    feeds = tmp_path / "feeds.toml"
    urls = [f'[[feed]]\nsource = "x"\nurl = "{site.url}/{code}.xml"\n' for code in ("en", "zh")]
    feeds.write_text("".join(urls))
    done = run("ingest", "--feeds", feeds, "--database", tmp_path / "x.db", cwd=tmp_path)
    assert done.returncode == 1
    assert "/zh.xml: this is not an RSS or Atom feed" in done.stderr
    assert "releases stored 1" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "usage"),
        (["read"], "FILE_OR_URL"),
        (["fly"], "invalid choice"),
        (["ingest", "--feeds", "none.toml"], "none.toml: can't be read"),
        (["ingest", "--database", "/dev/null/x.db"], "can't be used"),
    ],
)
def test_wrong_use_ends_with_status_two_and_a_reason(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_classify_names_bad_lines_and_does_the_good_ones(tmp_path: Path) -> None:
    release = make_release(make_text("en", title="Thunderstorm Warning", body=""), topics=())
    given = f"not json\n{release.to_json()}\n\n[1]\n{{}}\n"
    done = run("classify", cwd=tmp_path, given=given)
    assert done.returncode == 1
    (classed,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert classed["topics"][0] == "weather"
    for number in (1, 4, 5):
        assert f"line {number}: " in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_that_is_full_is_named(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "data", "classify"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            input=make_release().to_json(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    given = make_release().to_json() + "\n"
    command = f"'{sys.executable}' -m data classify | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        input=given * 3000,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1
