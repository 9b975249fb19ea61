"""The schema, as steps that are only ever appended to.

Instants are ISO 8601 in UTC to the second (``2026-11-22T00:00:00+00:00``), so that their order as
text is their order in time. ``releases.seq`` never falls and is never used twice: a digest
remembers how far it got by it.
"""

import hashlib
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlite_utils import Database, Migrations

from data.store.indexing import Index

MIGRATIONS = Migrations("tongbao")

_FIRST_SCHEMA = (
    """
    CREATE TABLE releases (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        source TEXT NOT NULL,
        issued_at TEXT NOT NULL,
        topics TEXT NOT NULL,
        department TEXT,
        first_seen_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX releases_by_time ON releases (issued_at DESC)",
    """
    CREATE TABLE texts (
        id TEXT PRIMARY KEY,
        release_id TEXT NOT NULL,
        language TEXT NOT NULL CHECK (language IN ('en', 'zh')),
        url TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        issued_at TEXT NOT NULL,
        version TEXT NOT NULL,
        counterpart_url TEXT,
        feed_version TEXT,
        UNIQUE (release_id, language)
    ) STRICT
    """,
    "CREATE INDEX texts_by_counterpart ON texts (counterpart_url)",
    """
    CREATE TABLE summaries (
        text_id TEXT PRIMARY KEY REFERENCES texts (id),
        version TEXT NOT NULL,
        headline TEXT NOT NULL,
        text TEXT NOT NULL,
        method TEXT NOT NULL,
        model TEXT,
        supported INTEGER NOT NULL,
        unsupported TEXT NOT NULL,
        sources TEXT NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE feeds (
        url TEXT PRIMARY KEY,
        etag TEXT,
        last_modified TEXT,
        fetched_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE chats (
        id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        language TEXT NOT NULL,
        time_zone TEXT NOT NULL,
        digest_time TEXT NOT NULL,
        subscribed INTEGER NOT NULL,
        next_due TEXT,
        status TEXT NOT NULL,
        digested_seq INTEGER NOT NULL,
        digest_since TEXT,
        PRIMARY KEY (id, thread_id)
    ) STRICT
    """,
    """
    CREATE INDEX chats_due ON chats (next_due)
    WHERE subscribed = 1 AND status = 'active' AND next_due IS NOT NULL
    """,
    """
    CREATE TABLE subscriptions (
        chat_id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        follow INTEGER NOT NULL,
        PRIMARY KEY (chat_id, thread_id, kind, value)
    ) STRICT
    """,
    """
    CREATE TABLE digests (
        chat_id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        local_date TEXT NOT NULL,
        release_ids TEXT NOT NULL,
        parts TEXT NOT NULL,
        composed_at TEXT NOT NULL,
        PRIMARY KEY (chat_id, thread_id, local_date)
    ) STRICT
    """,
    """
    CREATE TABLE deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        chat_id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        payload TEXT NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        not_before TEXT NOT NULL,
        message_id INTEGER,
        error TEXT
    ) STRICT
    """,
    """
    CREATE INDEX deliveries_owed ON deliveries (chat_id, thread_id, seq)
    WHERE status IN ('due', 'claimed')
    """,
    """
    CREATE TABLE updates (
        id INTEGER PRIMARY KEY,
        payload TEXT NOT NULL,
        received_at TEXT NOT NULL,
        handled INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX updates_due ON updates (id) WHERE handled = 0",
)


@MIGRATIONS()
def m001_first_schema(db: Database) -> None:
    """Releases with their texts and summaries; chats with their digests, deliveries, updates."""
    for statement in _FIRST_SCHEMA:
        db.execute(statement)


_INTAKE = (
    "ALTER TABLE releases ADD COLUMN kind TEXT",
    "ALTER TABLE releases ADD COLUMN series TEXT",
    "ALTER TABLE releases ADD COLUMN urgency TEXT",
    "ALTER TABLE releases ADD COLUMN pairing_score REAL",
    "ALTER TABLE texts ADD COLUMN pair_key TEXT",
    "ALTER TABLE texts ADD COLUMN single_language INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE texts ADD COLUMN default_topic TEXT",
    "ALTER TABLE texts ADD COLUMN default_department TEXT",
    "ALTER TABLE texts ADD COLUMN series_key TEXT",
    # Whether it is the whole text, and not a feed's excerpt whose page could not be read.
    "ALTER TABLE texts ADD COLUMN whole INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE texts ADD COLUMN looks INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE texts ADD COLUMN look_at TEXT",
    "CREATE INDEX texts_by_url ON texts (url)",
    "CREATE INDEX texts_by_pair_key ON texts (pair_key) WHERE pair_key IS NOT NULL",
    "CREATE INDEX texts_by_series_key ON texts (series_key, issued_at)",
    "CREATE INDEX texts_to_look_at ON texts (look_at) WHERE look_at IS NOT NULL",
    """
    CREATE TABLE replaced_versions (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        text_id TEXT NOT NULL REFERENCES texts (id),
        version TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        replaced_at TEXT NOT NULL,
        changes TEXT NOT NULL,
        substantial INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX replaced_versions_by_text ON replaced_versions (text_id, seq)",
    # Since when entries may be missing that no day list has yielded yet.
    "ALTER TABLE feeds ADD COLUMN missed_since TEXT",
    """
    CREATE TABLE awaited (
        url TEXT PRIMARY KEY,
        feed_url TEXT NOT NULL,
        title TEXT NOT NULL,
        issued_at TEXT,
        language TEXT,
        tries INTEGER NOT NULL,
        look_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE hosts (
        host TEXT PRIMARY KEY,
        not_before TEXT NOT NULL
    ) STRICT
    """,
)


@MIGRATIONS()
def m002_intake(db: Database) -> None:
    """What ingest knows of a text; its replaced versions; what is awaited; hosts.

    Versions no longer change with white space, so they are made anew.
    """
    for statement in _INTAKE:
        db.execute(statement)
    for row in list(db.query("SELECT id, title, body, version FROM texts")):
        words = f"{row['title']}\n{row['body']}".split()
        version = hashlib.sha256("".join(words).encode()).hexdigest()[:16]
        old, text_id = row["version"], row["id"]
        db.execute("UPDATE texts SET version = ? WHERE id = ?", [version, text_id])
        for table, column, key in (
            ("texts", "feed_version", "id"),
            ("summaries", "version", "text_id"),
        ):
            db.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ? AND {column} = ?",  # noqa: S608  # names from above
                [version, text_id, old],
            )


_TRANSLATIONS = (
    """
    CREATE TABLE new_summaries (
        text_id TEXT NOT NULL REFERENCES texts (id),
        language TEXT NOT NULL CHECK (language IN ('en', 'zh')),
        version TEXT NOT NULL,
        headline TEXT NOT NULL,
        text TEXT NOT NULL,
        method TEXT NOT NULL,
        model TEXT,
        supported INTEGER NOT NULL,
        unsupported TEXT NOT NULL,
        sources TEXT NOT NULL,
        sentence_sources TEXT NOT NULL,
        tries INTEGER NOT NULL,
        reason TEXT,
        made_at TEXT NOT NULL,
        PRIMARY KEY (text_id, language)
    ) STRICT
    """,
    """
    INSERT INTO new_summaries
    SELECT text_id, texts.language, summaries.version, headline, text, method, model, supported,
        unsupported, sources, '[]', 1, NULL, made_at
    FROM summaries JOIN texts ON texts.id = text_id
    """,
    "DROP TABLE summaries",
    "ALTER TABLE new_summaries RENAME TO summaries",
)


@MIGRATIONS()
def m003_translations(db: Database) -> None:
    """A text can have a summary in each language; what each sentence rests on; tries and reason."""
    for statement in _TRANSLATIONS:
        db.execute(statement)


_OUTBOX = (
    "ALTER TABLE chats ADD COLUMN weekdays TEXT NOT NULL DEFAULT '1234567'",
    "ALTER TABLE chats ADD COLUMN quiet_from TEXT",
    "ALTER TABLE chats ADD COLUMN quiet_to TEXT",
    "ALTER TABLE chats ADD COLUMN skip_empty INTEGER NOT NULL DEFAULT 0",
    # The local date that next_due stands for: where clocks skip midnight the instant lies in the
    # next one.
    "ALTER TABLE chats ADD COLUMN next_date TEXT",
    "ALTER TABLE chats ADD COLUMN paused_for TEXT",
    # What many chats get is kept once.
    """
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        payload TEXT NOT NULL,
        made_at TEXT NOT NULL
    ) STRICT
    """,
    # Which version of which official text a content shows the summary of.
    """
    CREATE TABLE shown (
        content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
        text_id TEXT NOT NULL,
        version TEXT NOT NULL,
        PRIMARY KEY (content_id, text_id)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX shown_by_text ON shown (text_id, version)",
    """
    CREATE TABLE new_deliveries (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL UNIQUE,
        chat_id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        content_id INTEGER NOT NULL REFERENCES contents (id),
        action TEXT NOT NULL,
        edits INTEGER,
        priority INTEGER NOT NULL,
        follows INTEGER,
        heeds_quiet INTEGER NOT NULL,
        status TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        in_doubt INTEGER NOT NULL,
        not_before TEXT NOT NULL,
        expires_at TEXT,
        message_id INTEGER,
        sent_at TEXT,
        error TEXT
    ) STRICT
    """,
    """
    CREATE TABLE editions (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        local_date TEXT NOT NULL,
        release_ids TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX editions_by_date ON editions (local_date)",
    """
    CREATE TABLE edition_parts (
        edition_id INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        content_id INTEGER NOT NULL REFERENCES contents (id),
        PRIMARY KEY (edition_id, number)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX edition_parts_by_content ON edition_parts (content_id)",
    """
    CREATE TABLE new_digests (
        chat_id INTEGER NOT NULL,
        thread_id INTEGER NOT NULL,
        local_date TEXT NOT NULL,
        edition_id INTEGER NOT NULL REFERENCES editions (id),
        composed_at TEXT NOT NULL,
        PRIMARY KEY (chat_id, thread_id, local_date)
    ) STRICT, WITHOUT ROWID
    """,
)
_OUTBOX_MOVED = (
    # In the order in which the chats that are due are paged through.
    "DROP INDEX chats_due",
    """
    CREATE INDEX chats_due ON chats (next_due, id, thread_id)
    WHERE subscribed = 1 AND status = 'active' AND next_due IS NOT NULL
    """,
    "DROP TABLE deliveries",
    "ALTER TABLE new_deliveries RENAME TO deliveries",
    "DROP TABLE digests",
    "ALTER TABLE new_digests RENAME TO digests",
    "CREATE INDEX digests_by_edition ON digests (edition_id)",
    "CREATE INDEX contents_by_time ON contents (made_at)",
    "CREATE INDEX deliveries_due ON deliveries (priority, not_before, seq) WHERE status = 'due'",
    "CREATE INDEX deliveries_claimed ON deliveries (seq) WHERE status = 'claimed'",
    """
    CREATE INDEX deliveries_owed ON deliveries (chat_id, thread_id)
    WHERE status IN ('due', 'claimed')
    """,
    "CREATE INDEX deliveries_by_content ON deliveries (content_id)",
    "CREATE INDEX deliveries_sent ON deliveries (sent_at) WHERE sent_at IS NOT NULL",
    "CREATE INDEX deliveries_refused ON deliveries (seq) WHERE status = 'refused'",
    "CREATE INDEX deliveries_gone ON deliveries (not_before) WHERE status = 'gone'",
    # Urgent releases whose alerts are not owed yet.
    "ALTER TABLE releases ADD COLUMN alerted_at TEXT",
    """
    CREATE INDEX releases_to_alert ON releases (first_seen_at)
    WHERE urgency IS NOT NULL AND alerted_at IS NULL
    """,
    """
    CREATE INDEX subscriptions_to_alerts ON subscriptions (chat_id, thread_id, value)
    WHERE kind = 'alert'
    """,
    "CREATE INDEX replaced_versions_by_time ON replaced_versions (replaced_at, text_id)",
    # What became of a message after it was sent.
    "CREATE INDEX deliveries_by_edited ON deliveries (chat_id, edits) WHERE edits IS NOT NULL",
    # Each chat's updates are handled in order, and one that ends the process is not tried for ever.
    "ALTER TABLE updates ADD COLUMN chat_id INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE updates ADD COLUMN tries INTEGER NOT NULL DEFAULT 0",
    "DROP INDEX updates_due",
    "CREATE INDEX updates_due ON updates (chat_id, id) WHERE handled = 0",
)


@MIGRATIONS()
def m004_outbox(db: Database) -> None:
    """Timetables; contents kept once and what they show; order, priority and doubt of deliveries.

    What was owed stays owed, in its order; what was composed stays composed.
    """
    for statement in _OUTBOX:
        db.execute(statement)
    _plan_dates(db)
    _move_deliveries(db)
    _move_digests(db)
    for statement in _OUTBOX_MOVED:
        db.execute(statement)


def _plan_dates(db: Database) -> None:
    rows = list(
        db.query("SELECT id, thread_id, next_due, time_zone FROM chats WHERE next_due <> ''")
    )
    dates = [
        (
            datetime.fromisoformat(row["next_due"])
            .astimezone(ZoneInfo(row["time_zone"]))
            .date()
            .isoformat(),
            row["id"],
            row["thread_id"],
        )
        for row in rows
    ]
    db.conn.executemany("UPDATE chats SET next_date = ? WHERE id = ? AND thread_id = ?", dates)


def _move_deliveries(db: Database) -> None:
    last: dict[tuple[int, int], int] = {}
    for row in db.execute(
        "SELECT seq, key, chat_id, thread_id, payload, status, attempts, not_before, message_id,"
        " error FROM deliveries ORDER BY seq"
    ).fetchall():
        seq, key, chat_id, thread_id, payload, status, attempts, not_before, message, error = row
        old = json.loads(payload)
        content_id = _keep_content(db, [old.get("text", "")], old.get("keyboard"), not_before)
        place = (chat_id, thread_id)
        sent_at = not_before if status == "sent" else None
        db.execute(
            "INSERT INTO new_deliveries VALUES"
            " (?, ?, ?, ?, ?, 'send', NULL, ?, ?, 0, ?, ?, 0, ?, NULL, ?, ?, ?)",
            [
                *(seq, key, chat_id, thread_id, content_id, 0 if key.startswith("answer:") else 4),
                *(last.get(place), status, attempts, not_before, message, sent_at, error),
            ],
        )
        last[place] = seq


def _move_digests(db: Database) -> None:
    for row in db.execute(
        "SELECT chat_id, thread_id, local_date, release_ids, parts, composed_at FROM digests"
    ).fetchall():
        chat_id, thread_id, local_date, release_ids, parts, composed_at = row
        contents = [_keep_content(db, [part], None, composed_at) for part in json.loads(parts)]
        digest = hashlib.sha256(f"{local_date}{release_ids}{contents}".encode()).hexdigest()
        db.execute(
            "INSERT OR IGNORE INTO editions (hash, local_date, release_ids) VALUES (?, ?, ?)",
            [digest, local_date, release_ids],
        )
        db.conn.executemany(
            "INSERT OR IGNORE INTO edition_parts SELECT id, ?, ? FROM editions WHERE hash = ?",
            [(number, content_id, digest) for number, content_id in enumerate(contents, 1)],
        )
        db.execute(
            "INSERT INTO new_digests SELECT ?, ?, ?, id, ? FROM editions WHERE hash = ?",
            [chat_id, thread_id, local_date, composed_at, digest],
        )


def _keep_content(db: Database, parts: list[str], keyboard: object, made_at: str) -> int:
    pieces = [{"html": part, "heading": "", "shown": {}} for part in parts]
    payload = json.dumps(
        {"pieces": pieces, "keyboard": keyboard, "language": None}, ensure_ascii=False
    )
    name = hashlib.sha256(payload.encode()).hexdigest()
    db.execute(
        "INSERT OR IGNORE INTO contents (hash, payload, made_at) VALUES (?, ?, ?)",
        [name, payload, made_at],
    )
    (content_id,) = db.execute("SELECT id FROM contents WHERE hash = ?", [name]).fetchone()
    return int(content_id)


_CONVERSATION = (
    "ALTER TABLE chats ADD COLUMN length TEXT NOT NULL DEFAULT 'short'",
    "ALTER TABLE chats ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0",
    # What the next plain words of a private chat are taken for.
    "ALTER TABLE chats ADD COLUMN awaiting TEXT",
    # What a person thinks of a summary; "wrong" with both texts as they were and a second check.
    """
    CREATE TABLE feedback (
        chat_id INTEGER NOT NULL,
        user_id INTEGER NOT NULL,
        text_id TEXT NOT NULL,
        language TEXT NOT NULL,
        version TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('good', 'bad', 'wrong')),
        method TEXT NOT NULL,
        model TEXT,
        summary TEXT,
        source TEXT,
        unsupported TEXT,
        given_at TEXT NOT NULL,
        PRIMARY KEY (chat_id, user_id, text_id, language, version)
    ) STRICT
    """,
    # What the operator has switched on, such as a pause of sending.
    """
    CREATE TABLE switches (
        name TEXT PRIMARY KEY,
        set_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE announcements (
        id INTEGER PRIMARY KEY,
        html_en TEXT NOT NULL,
        html_zh TEXT NOT NULL,
        written_by INTEGER NOT NULL,
        written_at TEXT NOT NULL,
        approved_at TEXT,
        owed_at TEXT
    ) STRICT
    """,
    # When each feed was last asked, and what went wrong if anything did.
    """
    CREATE TABLE feed_asks (
        url TEXT PRIMARY KEY,
        asked_at TEXT NOT NULL,
        failure TEXT
    ) STRICT
    """,
)


@MIGRATIONS()
def m005_conversation(db: Database) -> None:
    """Length, silence and what is awaited of chats; feedback; the operator's words and switches."""
    for statement in _CONVERSATION:
        db.execute(statement)


_SEARCH = (
    # Terms of data.search, a row for each release under its seq; ``versions`` tells which texts
    # it was made of.
    """
    CREATE VIRTUAL TABLE search USING fts5(
        title_en, body_en, title_zh, body_zh, versions UNINDEXED,
        tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER releases_unsearched AFTER DELETE ON releases BEGIN
        DELETE FROM search WHERE rowid = old.seq;
    END
    """,
)


@MIGRATIONS()
def m006_search(db: Database) -> None:
    """An index of words; what is stored already is put into it."""
    for statement in _SEARCH:
        db.execute(statement)
    Index(db).put(release_id for (release_id,) in db.execute("SELECT id FROM releases").fetchall())
