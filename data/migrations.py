"""The schema, as steps that are only ever appended to.

Instants are ISO 8601 in UTC to the second (``2026-11-22T00:00:00+00:00``), so that their order as
text is their order in time. ``releases.seq`` never falls and is never used twice: a digest
remembers how far it got by it.
"""

import hashlib

from sqlite_utils import Database, Migrations

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
