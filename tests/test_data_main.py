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


def test_ingest_fills_past_days_from_the_day_lists(site: StaticSite, tmp_path: Path) -> None:
    publish(site)
    for code in ("en", "zh"):
        site.pages[f"/gia/rss/general_{code}.xml"] = site.pages[f"/{code}.xml"]
    feeds = tmp_path / "feeds.toml"
    url = f"{site.url}/gia/rss/general_en.xml"
    feeds.write_text(f'[[feed]]\nsource = "gia"\nurl = "{url}"\n')
    done = run("ingest", "--feeds", feeds, "--backfill", "2", cwd=tmp_path)
    assert (done.returncode, "in day lists 0" in done.stdout) == (0, True), done
    asked = [path for path in site.requests if path.startswith("/gia/general/") and "P" not in path]
    assert len(asked) == 2 * 3  # today and two days before: the page of each, then its menu


PAIR = {
    "en": make_text(
        "en",
        title="Lantern Wharf in Sai Kung to open on November 28",
        body="The Marine Department said today (November 21) that Lantern Wharf in Sai Kung will "
        "open on November 28. It cost $5.1 million. Please call 2000 0123 for details.",
    ),
    "zh": make_text(
        "zh",
        title="西貢燈籠碼頭十一月二十八日啟用",
        body="海事處今日（十一月二十一日）表示，西貢燈籠碼頭將於十一月二十八日啟用，工程耗資"
        "五百一十萬元。查詢請致電2000 0123。",
    ),
}


def test_pair_joins_by_link_or_by_what_the_texts_say(tmp_path: Path) -> None:
    alone = [make_release(text, topics=()) for text in PAIR.values()]
    given = "\n".join(release.to_json() for release in alone)
    inferred = run("pair", cwd=tmp_path, given=given)
    (release,) = [json.loads(line) for line in inferred.stdout.splitlines()]
    assert (inferred.returncode, release["texts"].keys()) == (0, {"en", "zh"})
    assert release["pairing_score"] > 0.9
    linked = alone[0].model_copy(update={"counterpart_url": PAIR["zh"].url})
    given = f"{linked.to_json()}\n{alone[1].to_json()}\n"
    (release,) = [
        json.loads(line) for line in run("pair", cwd=tmp_path, given=given).stdout.splitlines()
    ]
    assert "pairing_score" not in release
    assert "counterpart_url" not in release


def test_pair_ignoring_links_takes_wrong_pairs_apart(tmp_path: Path) -> None:
    wrong = make_release(PAIR["en"], make_text("zh", text_id="P2026112100999"))
    given = f"{wrong.to_json()}\nnot json\n{make_release(PAIR['zh']).to_json()}\n"
    kept = run("pair", cwd=tmp_path, given=given)
    parted = run("pair", "--ignore-links", cwd=tmp_path, given=given)
    for done in (kept, parted):
        assert (done.returncode, "line 2: " in done.stderr) == (1, True)
    pairs = {
        frozenset(text["id"] for text in json.loads(line)["texts"].values())
        for line in parted.stdout.splitlines()
    }
    assert pairs == {frozenset(text.id for text in PAIR.values()), frozenset({"P2026112100999"})}


def test_a_re_publishers_saved_page_is_read_into_its_releases(
    seeds: list[Path], tmp_path: Path
) -> None:
    done = run("read", *seeds, cwd=tmp_path)
    releases = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(releases)) == (0, 2 * len(seeds))
    for release in releases:
        body = release["texts"]["en"]["body"]
        assert "Photo" not in body
        assert "Recommended Articles" not in body
        assert len(body) > 1000


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["ingest", "--backfill", "-1"], "a number of days from 0 to 60"),
        (["ingest", "--backfill", "61"], "a number of days from 0 to 60"),
        (["ingest", "--backfill", "٣"], "a number of days from 0 to 60"),
        ([], "usage"),
        (["read"], "FILE_OR_URL"),
        (["fly"], "invalid choice"),
        (["ingest", "--feeds", "none.toml"], "none.toml: can't be read"),
        (["ingest", "--database", "/dev/null/x.db"], "can't be used"),
        (["ingest", "--feeds", "slip.toml"], "names the department 'NOPE'"),
        (["ingest", "--feeds", "twice.toml"], "http://127.0.0.1:9/x stands there twice"),
    ],
)
def test_wrong_use_ends_with_status_two_and_a_reason(
    tmp_path: Path, arguments: list[str], reason: str
) -> None:
    feed = '[[feed]]\nsource = "x"\nurl = "http://127.0.0.1:9/x"\n'
    (tmp_path / "slip.toml").write_text(f'{feed}department = "NOPE"\n')
    (tmp_path / "twice.toml").write_text(feed * 2)
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_classify_names_bad_lines_and_does_the_good_ones(tmp_path: Path) -> None:
    release = make_release(make_text("en", title="Thunderstorm Warning", body=""), topics=())
    early = release.to_json().replace("2026-11-21T07:30:00Z", "0001-01-01T00:00:00+14:00")
    given = f"not json\n{release.to_json()}\n\n[1]\n{{}}\n{early}\n"
    done = run("classify", cwd=tmp_path, given=given)
    assert done.returncode == 1
    (classed,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert classed["topics"][0] == "weather"
    for number in (1, 4, 5, 6):
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
