"""Fetching a model: the files that are needed, at one commit, verified one by one."""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub.client import BY_ENVIRONMENT, Hub, open_library
from summarizer.hub.downloads import download, find_partial, is_as_listed, measure
from summarizer.hub.failures import explained
from summarizer.hub.finding import Snapshot, find_snapshot
from summarizer.hub.folders import find_damage
from summarizer.hub.listing import ListedFile, Listing, list_model
from summarizer.hub.progress import Show, show_silently
from summarizer.tiers import DEFAULT_REVISION, ModelName, write_bytes

logger = logging.getLogger(__name__)

# Of the disk, beside what is fetched.
_SPARE = 100_000_000


def fetch(model: ModelName, hub: Hub = BY_ENVIRONMENT, show: Show = show_silently) -> Snapshot:
    """Have a model's files on disk as the hub has them, and fetch only what lacks.

    A file that is damaged on disk is fetched anew. What was fetched before an interruption is
    kept. Two processes that want the same model take turns. With ``HF_HUB_OFFLINE`` what is on
    disk and whole is taken as it is.

    Args:
        model: a name on the hub.
        hub: where from and where to.
        show: opens what tells how far it is.

    Raises:
        ModelUnavailableError: one sentence that says why not, and what to do.
    """
    with explained(model, hub):
        if open_library().is_offline_mode():
            return _take_offline(model, hub)
        hub.check_token()
        listing = list_model(model, hub)
        with _take_turn(model, hub):
            folder = _Fetching(model, hub, listing, show).run()
    logger.info("The model %s is at commit %s, in %s.", model.name, listing.commit, folder)
    return Snapshot(folder, listing.commit)


@contextmanager
def _take_turn(model: ModelName, hub: Hub) -> Iterator[None]:
    place = hub.find_cache() / ".locks" / hub.find_repository(model.name).name / "fetch.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("Another process is fetching the model %s; waiting for it.", model.name)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _take_offline(model: ModelName, hub: Hub) -> Snapshot:
    found = find_snapshot(model, hub)
    damage = find_damage(found.folder) if found else None
    if found and not damage:
        return found
    lack = f"not whole on this machine ({damage})" if damage else "not on this machine"
    raise ModelUnavailableError(
        f"The model {model} is {lack}, and HF_HUB_OFFLINE forbids to fetch it: unset that, or copy "
        "the model here and name its folder."
    )


class _Fetching:
    """One model on its way."""

    def __init__(self, model: ModelName, hub: Hub, listing: Listing, show: Show) -> None:
        self._model = model
        self._hub = hub
        self._listing = listing
        self._show = show
        repository = hub.find_repository(model.name)
        self._blobs = repository / "blobs"
        self._snapshot = repository / "snapshots" / listing.commit

    def run(self) -> Path:
        """The folder of the snapshot, whole."""
        self._remove_damaged()
        lacking = [file for file in self._listing.files if not self._find_content(file)]
        if lacking:
            self._download(lacking)
        self._complete()
        self._verify(lacking)
        return self._snapshot

    def _find_blob(self, file: ListedFile) -> Path:
        """Where the cache keeps the content, under its hash."""
        return self._blobs / (file.sha256 or file.blob or "unlisted")

    def _find_content(self, file: ListedFile) -> Path | None:
        places = (self._snapshot / file.path, self._find_blob(file))
        return next((place for place in places if place.exists()), None)

    def _remove_damaged(self) -> None:
        """What is on disk already but not as the hub lists it goes, to be fetched anew."""
        found = {file: self._find_content(file) for file in self._listing.files}
        present = [(file, place) for file, place in found.items() if place]
        if not present:
            return
        total = sum(file.size for file, _ in present)
        with self._show(f"{self._model.name}, on disk", total) as advance:
            for file, place in present:
                if not is_as_listed(place, file, advance):
                    logger.warning("%s was damaged on disk and was removed.", place)
                    self._remove(file)

    def _remove(self, file: ListedFile) -> None:
        place = self._snapshot / file.path
        # In the cache's usual form the snapshot links to the blob, and that may link to a store.
        for path in (place.resolve(), place, self._find_blob(file)):
            path.unlink(missing_ok=True)

    def _check_room(self, needed: int) -> None:
        place = self._hub.find_cache()
        free = shutil.disk_usage(place).free
        if needed + _SPARE > free:
            raise ModelUnavailableError(
                f"The model {self._model.name} needs {write_bytes(needed + _SPARE)} of disk, and "
                f"{place} has {write_bytes(free)}; make room, or set HF_HOME to a larger disk."
            )

    def _download(self, lacking: Sequence[ListedFile]) -> None:
        """The large files; the small ones are left to the hub's client."""
        needed = sum(file.size - measure(find_partial(self._find_blob(file))) for file in lacking)
        self._check_room(needed)
        name, host = self._model.name, self._hub.find_host()
        logger.info("Fetching %s of the model %s from %s.", write_bytes(needed), name, host)
        with self._show(name, sum(file.size for file in lacking if file.sha256)) as advance:
            for file in lacking:
                if file.sha256:
                    blob = self._find_blob(file)
                    download(file, self._find_address(file), blob, self._hub, advance)

    def _find_address(self, file: ListedFile) -> str:
        return str(
            open_library().hf_hub_url(
                self._model.name,
                file.path,
                revision=self._listing.commit,
                endpoint=self._hub.find_endpoint(),
            )
        )

    def _complete(self) -> None:
        """The small files, the links to the large ones, and the revision's name in the cache."""
        library = open_library()

        class Silent(library.utils.tqdm):  # type: ignore[misc,name-defined]  # found at run time
            """No bars beside ours."""

            def __init__(self, *arguments: object, **options: object) -> None:
                super().__init__(*arguments, **options | {"disable": True})

        folder = library.snapshot_download(
            self._model.name,
            revision=self._model.revision or DEFAULT_REVISION,
            cache_dir=self._hub.find_cache(),
            endpoint=self._hub.find_endpoint(),
            token=self._hub.token,
            allow_patterns=[file.path for file in self._listing.files],
            tqdm_class=Silent,
        )
        if Path(folder).name != self._listing.commit:
            raise ModelUnavailableError(
                f"The model {self._model.name} was changed at the hub just now; fetch it again."
            )

    def _verify(self, lacking: Sequence[ListedFile]) -> None:
        """The files that the hub's client fetched, and whether all belong together."""
        for file in lacking:
            # The others were verified as they arrived.
            if not file.sha256 and not is_as_listed(self._snapshot / file.path, file):
                self._remove(file)
                raise ModelUnavailableError(
                    f"{file.path} arrived damaged from {self._hub.find_host()} and was removed; "
                    "fetch it again."
                )
        damage = find_damage(self._snapshot)
        if damage:
            raise ModelUnavailableError(
                f"The model {self._model.name} can't be loaded: {damage}; choose another."
            )
