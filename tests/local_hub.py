"""A model hub on loopback, as the hub's client sees the real one, and as bad as it is told to be.

Two servers: the hub itself, and the store of large files that it sends clients to, which is
another origin. Large are the weights; what is small is answered by the hub itself.
"""

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import unquote, urlsplit

from loopback import Loopback

Cut = Literal["close", "reset", "stall"]


@dataclass
class HubModel:
    """A model at one commit; ``revisions`` are the branches and tags that lead to it."""

    files: dict[str, bytes]
    commit: str = "1" * 40
    revisions: tuple[str, ...] = ("main",)
    gated: bool = False
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)  # what the listing says else


@dataclass
class Asked:
    """A request that came in."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass
class LocalHub:
    """The hub; ``url`` is what HF_ENDPOINT would be.

    Attributes:
        models: by name.
        asked: requests to the hub, and ``asked_store`` those to the store.
        cuts: taken one after the other by answers of the store: bytes after which the connection
            ends, and how; one that stalls ends with the hub.
        garbled: paths of files that arrive with their last byte changed.
        ignores_ranges: the store sends whole files, whatever is asked for.
        status: with which the hub answers everything after the first ``spared`` requests, if it
            is set.
        busy: how many requests the store first answers with 503.
    """

    models: dict[str, HubModel] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    asked_store: list[Asked] = field(default_factory=list)
    cuts: list[tuple[int, Cut]] = field(default_factory=list)
    garbled: set[str] = field(default_factory=set)
    ignores_ranges: bool = False
    status: int | None = None
    spared: int = 0
    busy: int = 0
    page: bytes | None = None  # in the place of JSON
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        bound = (type("Bound", (each,), {"hub": self}) for each in (_HubHandler, _StoreHandler))
        self._hub, self._store = map(Loopback, bound)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._hub.close()
        self._store.close()

    @property
    def url(self) -> str:
        return self._hub.url

    @property
    def store_url(self) -> str:
        return self._store.url


def is_large(path: str) -> bool:
    """Whether a file is kept in the store."""
    return path.endswith(".safetensors")


def list_file(path: str, content: bytes) -> dict[str, Any]:
    """A file as the listings of the hub have it."""
    entry: dict[str, Any] = {"size": len(content), "blobId": hash_as_git(content)}
    if is_large(path):
        sha256 = hashlib.sha256(content).hexdigest()
        entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
    return entry


def hash_as_git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub

    def take(self) -> Asked:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Asked(self.command, unquote(urlsplit(self.path).path), headers)

    def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value: object) -> None:
        body = json.dumps(value).encode() if self.hub.page is None else self.hub.page
        self.answer(200, {"Content-Type": "application/json"}, body)

    def refuse(self, status: int, code: str = "") -> None:
        self.answer(status, {"X-Error-Code": code} if code else {}, b'{"error": "no"}')

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's
        """Quiet: the test tells what went wrong."""


class _HubHandler(_Handler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        asked = self.take()
        self.hub.asked.append(asked)
        if self.hub.status is not None and len(self.hub.asked) > self.hub.spared:
            self.refuse(self.hub.status)
            return
        if asked.path.startswith("/api/models/"):
            name, _, rest = asked.path.removeprefix("/api/models/").partition("/revision/")
            if not rest:
                name, _, rest = name.partition("/tree/")
            self.serve_model(name, rest or "main", is_tree="/tree/" in asked.path)
            return
        name, _, rest = asked.path[1:].partition("/resolve/")
        revision, _, path = rest.partition("/")
        model = self.find_model(name, revision)
        if model:
            self.serve_file(name, model, path)

    def serve_model(self, name: str, revision: str, *, is_tree: bool) -> None:
        model = self.find_model(name, revision)
        if not model:
            return
        entries = {path: list_file(path, body) for path, body in model.files.items()}
        entries |= model.listed
        if is_tree:
            self.answer_json(
                [
                    {"type": "file", "path": path, "oid": entry["blobId"], **entry}
                    | (
                        {"lfs": {"oid": entry["lfs"]["sha256"], **entry["lfs"]}}
                        if "lfs" in entry
                        else {}
                    )
                    for path, entry in entries.items()
                ]
            )
            return
        siblings = [{"rfilename": path, **entry} for path, entry in entries.items()]
        self.answer_json({"id": name, "sha": model.commit, "siblings": siblings})

    def serve_file(self, name: str, model: HubModel, path: str) -> None:
        content = model.files.get(path)
        if content is None:
            self.refuse(404, "EntryNotFound")
            return
        entry = list_file(path, content)
        headers = {"X-Repo-Commit": model.commit, "ETag": f'"{entry["blobId"]}"'}
        if is_large(path):
            headers["Location"] = f"{self.hub.store_url}/{name}/{path}"
            headers["X-Linked-Size"] = str(len(content))
            headers["X-Linked-Etag"] = f'"{entry["lfs"]["sha256"]}"'
            self.answer(302, headers)
            return
        self.answer(200, headers, _garble(content) if path in self.hub.garbled else content)

    def find_model(self, name: str, revision: str) -> HubModel | None:
        model = self.hub.models.get(name)
        if model is None:
            self.refuse(401 if "authorization" not in self.headers else 404, "RepoNotFound")
        elif model.gated and self.headers.get("authorization") != "Bearer let-me-in":
            self.refuse(403 if "authorization" in self.headers else 401, "GatedRepo")
        elif revision not in {model.commit, *model.revisions}:
            self.refuse(404, "RevisionNotFound")
        else:
            return model
        return None


class _StoreHandler(_Handler):
    def do_GET(self) -> None:
        asked = self.take()
        self.hub.asked_store.append(asked)
        if self.hub.busy:
            self.hub.busy -= 1
            self.refuse(503)
            return
        owner, name, path = asked.path[1:].split("/", 2)
        content = self.hub.models[f"{owner}/{name}"].files[path]
        if path in self.hub.garbled:
            content = _garble(content)
        start = 0
        status, headers = 200, {}
        if "range" in asked.headers and not self.hub.ignores_ranges:
            start = int(asked.headers["range"].removeprefix("bytes=").removesuffix("-"))
            status = 206
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        headers["Content-Length"] = str(len(content) - start)
        self.send_cut(status, headers, content[start:])

    def send_cut(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        end, how = self.hub.cuts.pop(0) if self.hub.cuts else (len(body), "close")
        try:
            self.answer(status, headers, body[:end])
        except OSError:
            self.close_connection = True
        if how == "stall":
            self.hub.closing.wait()
        if how == "reset":
            # To close without lingering is to reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()


def _garble(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])
