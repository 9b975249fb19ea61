"""All parts of the store over one connection."""

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from data.store.alerts import Alerts
from data.store.announcements import Announcements
from data.store.awaited import Awaited
from data.store.chats import Chats
from data.store.contents import Contents
from data.store.corrections import Corrections
from data.store.database import open_database
from data.store.deliveries import Deliveries
from data.store.digests import Digests
from data.store.feedback import Feedback
from data.store.feeds import Feeds
from data.store.moments import Moments
from data.store.privacy import Privacy
from data.store.releases import Releases
from data.store.search import Search
from data.store.statistics import Statistics
from data.store.switches import Switches
from data.store.texts import Texts
from data.store.updates import Updates


@dataclass(frozen=True)
class Store:
    """One connection to the database, for use in one thread."""

    db: Database
    releases: Releases
    texts: Texts
    feeds: Feeds
    awaited: Awaited
    chats: Chats
    contents: Contents
    deliveries: Deliveries
    digests: Digests
    alerts: Alerts
    corrections: Corrections
    updates: Updates
    moments: Moments
    search: Search
    feedback: Feedback
    switches: Switches
    privacy: Privacy
    statistics: Statistics
    announcements: Announcements

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()


def open_store(path: Path) -> Store:
    """The store in this file, made if it isn't there.

    Raises:
        StoreError: if the file can't be used.
    """
    db = open_database(path)
    contents, texts = Contents(db), Texts(db)
    deliveries = Deliveries(db, contents)
    return Store(
        db=db,
        releases=Releases(db, texts),
        texts=texts,
        feeds=Feeds(db),
        awaited=Awaited(db),
        chats=Chats(db),
        contents=contents,
        deliveries=deliveries,
        digests=Digests(db, contents, deliveries),
        alerts=Alerts(db),
        corrections=Corrections(db),
        updates=Updates(db),
        moments=Moments(db),
        search=Search(db),
        feedback=Feedback(db),
        switches=Switches(db),
        privacy=Privacy(db),
        statistics=Statistics(db),
        announcements=Announcements(db),
    )
