"""One large file from the hub: resumed where it stopped, and verified before it counts.

The hub's own client begins a file anew after the process was killed; these files are gigabytes.
"""

import hashlib
from pathlib import Path

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub.client import Hub, open_library
from summarizer.hub.failures import is_passing
from summarizer.hub.listing import SECONDS, ListedFile
from summarizer.hub.progress import Advance

CHUNK = 1 << 20


def download(file: ListedFile, url: str, blob: Path, hub: Hub, advance: Advance) -> None:
    """Fetch a file into ``blob``, beginning where the last attempt ended.

    Args:
        file: with its ``sha256``.
        url: at the hub; it may lead elsewhere.
        blob: the file to write; what is there of it so far lies beside it, by its hash.
        hub: how often to try, and what to show it.
        advance: told of each piece.

    Raises:
        ModelUnavailableError: if what arrived is not what the hub lists; it is removed.
        Exception: what the hub's client raises once patience is at an end; see ``failures``.
    """
    blob.parent.mkdir(parents=True, exist_ok=True)
    partial = find_partial(blob)
    advance(measure(partial))
    barren = 0
    while (before := measure(partial)) < file.size:
        fault = _attempt(file, url, partial, hub, advance)
        barren = 0 if measure(partial) > before else barren + 1
        if barren > hub.patience:
            raise fault or ModelUnavailableError(
                f"{hub.find_host()} sends {file.path} shorter than it lists it; try again later."
            )
        if fault:
            hub.sleep(2.0**barren)
    if not is_as_listed(partial, file):
        partial.unlink(missing_ok=True)
        raise ModelUnavailableError(
            f"{file.path} arrived damaged from {hub.find_host()} and was removed; fetch it again."
        )
    partial.replace(blob)


def find_partial(blob: Path) -> Path:
    """Where a file lies while it is not whole."""
    return blob.with_name(f"{blob.name}.incomplete")


def measure(file: Path) -> int:
    """Bytes of a file, 0 if there is none."""
    return file.stat().st_size if file.exists() else 0


def is_as_listed(place: Path, file: ListedFile, advance: Advance = lambda _: None) -> bool:
    """Whether a file on disk has the size and the hash that the hub lists."""
    if measure(place) != file.size:
        return False
    if file.sha256:
        return _hash(place, hashlib.sha256(), advance) == file.sha256
    if file.blob:
        # What git hashes is the kind and size of an object, then its content.
        digest = hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
        return _hash(place, digest, advance) == file.blob
    return True


def _hash(place: Path, digest: "hashlib._Hash", advance: Advance) -> str:
    with place.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            digest.update(chunk)
            advance(len(chunk))
    return digest.hexdigest()


def _attempt(
    file: ListedFile, url: str, partial: Path, hub: Hub, advance: Advance
) -> Exception | None:
    """One request; what ended it early, if anything did that may pass."""
    try:
        _append(file, url, partial, hub, advance)
    except Exception as error:
        # The client's HTTP library is known by name only, so its errors can't be named here.
        if not is_passing(error):
            raise
        return error
    return None


def _append(file: ListedFile, url: str, partial: Path, hub: Hub, advance: Advance) -> None:
    library = open_library()
    have = measure(partial)
    headers = library.utils.build_hf_headers(token=hub.token)
    # Compressed, the rest would not be the rest.
    headers |= {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with library.get_session().stream("GET", url, headers=headers, timeout=SECONDS) as response:
        library.utils.hf_raise_for_status(response)
        if response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            mode = "ab"
        else:
            mode = "wb"
            advance(-have)
        with partial.open(mode) as opened:
            for chunk in response.iter_bytes():
                opened.write(chunk)
                advance(len(chunk))
                if opened.tell() > file.size:
                    return
