"""What the operator has switched on; it stays so over restarts."""

from datetime import datetime
from typing import Literal

from sqlite_utils import Database

from data.store.database import to_text, write

Switch = Literal["pause"]
PAUSE: Switch = "pause"


class Switches:
    """Every query on switches."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def is_on(self, name: Switch) -> bool:
        """Whether it is switched on."""
        row = self._db.execute("SELECT 1 FROM switches WHERE name = ?", [name]).fetchone()
        return row is not None

    def turn_on(self, name: Switch, now: datetime) -> None:
        """Switch it on; one that is on already stays as it is."""
        with write(self._db):
            self._db.execute("INSERT OR IGNORE INTO switches VALUES (?, ?)", [name, to_text(now)])

    def turn_off(self, name: Switch) -> None:
        """Switch it off."""
        with write(self._db):
            self._db.execute("DELETE FROM switches WHERE name = ?", [name])
