"""Models on disk: found in the hub's cache or a folder, or fetched, resumed and verified."""

from summarizer.hub.client import Hub
from summarizer.hub.fetching import fetch
from summarizer.hub.finding import Snapshot, locate
from summarizer.hub.getting import get_folder

__all__ = ["Hub", "Snapshot", "fetch", "get_folder", "locate"]
