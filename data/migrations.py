"""The schema, as steps that are only ever appended to.

Instants are ISO 8601 in UTC to the second (``2026-11-22T00:00:00+00:00``), so that their order as
text is their order in time. ``releases.seq`` never falls and is never used twice: a digest
remembers how far it got by it.
"""

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
