"""Why a model could not be had, in one sentence that says what to do.

The client's HTTP library has changed with its version, so its errors are known by name.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub.client import Hub
from summarizer.tiers import ModelName

_TRY_LATER = {408, 429, 500, 502, 503, 504}
_LONGEST_DETAIL = 200
# Names of errors, the special before the general that they are kinds of.
_BY_NAME = {
    "GatedRepoError": (
        "The model {name} is gated: accept its licence on its page and put a token of that account "
        "into HF_TOKEN, or choose another."
    ),
    "DisabledRepoError": "The model {name} has been withdrawn from {host}; choose another.",
    "RepositoryNotFoundError": (
        "{host} knows no model {name}; if it is a private one, put a token that may read it into "
        "HF_TOKEN."
    ),
    "RevisionNotFoundError": "The model {name} has no revision {revision} at {host}.",
    "ProxyError": "The proxy of the environment can't be used ({detail}).",
    "TransportError": (
        "{host} can't be reached ({detail}); check network and proxy, or name a mirror in "
        "HF_ENDPOINT."
    ),
}
_DISK = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing is not permitted",
    errno.EPERM: "writing is not permitted",
}


@contextmanager
def explained(model: ModelName, hub: Hub) -> Iterator[None]:
    """Whatever goes wrong within is a ``ModelUnavailableError`` with one clear sentence."""
    try:
        yield
    except ModelUnavailableError:
        raise
    except Exception as error:
        raise ModelUnavailableError(explain(error, model, hub)) from error


def explain(error: Exception, model: ModelName, hub: Hub) -> str:
    """The sentence for an error of the hub's client or of the disk."""
    if "LocalEntryNotFoundError" in _list_names(error) and isinstance(error.__cause__, Exception):
        # The client looked on the disk after the hub had failed it.
        return explain(error.__cause__, model, hub)
    words = {
        "name": model.name,
        "revision": model.revision or "of that name",
        "host": hub.find_host(),
        "detail": _read_detail(error),
    }
    for name, sentence in _BY_NAME.items():
        if name in _list_names(error):
            return sentence.format(**words)
    status = find_status(error)
    if status in _TRY_LATER:
        return f"{hub.find_host()} is busy or down (status {status}); try again later."
    if status in {401, 403}:
        return (
            f"{hub.find_host()} refuses the model {model.name} (status {status}): check HF_TOKEN."
        )
    if isinstance(error, OSError) and error.errno in _DISK:
        place = hub.find_cache()
        return f"The model {model.name} can't be kept in {place}: {_DISK[error.errno]}."
    return f"The model {model.name} could not be fetched ({_read_detail(error)})."


def is_passing(error: Exception) -> bool:
    """Whether another attempt may go better."""
    names = _list_names(error)
    broken = "TransportError" in names and "ProxyError" not in names
    return broken or find_status(error) in _TRY_LATER


def find_status(error: Exception) -> int | None:
    """The status of the answer that an error of the hub's client is about."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _list_names(error: Exception) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _read_detail(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [""]
    first = lines[0].rstrip(".")[:_LONGEST_DETAIL]
    # A client that complains about a header quotes it, and the token is one.
    return type(error).__name__ if not first or "Bearer" in str(error) else first
