"""What the hub says that a model consists of, and which of it is needed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub.client import Hub, open_library
from summarizer.hub.folders import CONFIG, INDEX, WEIGHTS
from summarizer.tiers import ModelName

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

SECONDS = 30.0  # that the hub may be silent

_BESIDE_WEIGHTS = re.compile(
    r"(?:generation_)?config\.json|(?:tokenizer|added_tokens|special_tokens_map|vocab)[a-z_]*\.json"
    r"|(?:tokenizer|spiece|source|target|sentencepiece(?:\.bpe)?)\.(?:model|spm)|[a-z]+\.tiktoken"
    r"|vocab\.txt|merges\.txt|chat_template[a-z_]*\.(?:json|jinja)|[a-z_]+\.jinja"
    r"|additional_chat_templates/[A-Za-z0-9_-]+\.jinja"
)
_SHARD = re.compile(r"model[A-Za-z0-9_.-]*-of-[A-Za-z0-9_.-]*\.safetensors")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a model: bytes, and the hash of its content.

    Attributes:
        path: within the model's folder, with strokes.
        size: bytes.
        sha256: of the content, for the large files, which the hub keeps apart; else None.
        blob: git's hash of the content, for the others.
    """

    path: str
    size: int
    sha256: str | None = None
    blob: str | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A model at one commit: the files of it that are needed."""

    commit: str
    files: tuple[ListedFile, ...]


def list_model(model: ModelName, hub: Hub) -> Listing:
    """What there is to fetch, as the hub tells it.

    Raises:
        ModelUnavailableError: if the model can't be one that is loaded.
        Exception: what the hub's client raises; see ``failures``.
    """
    api = open_library().HfApi(endpoint=hub.find_endpoint(), token=hub.token)
    try:
        told = api.model_info(
            model.name, revision=model.revision, files_metadata=True, timeout=SECONDS
        )
        listed = [_read_file(each) for each in told.siblings]
        commit = re.fullmatch(r"[0-9a-f]{40}", told.sha)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        if type(error).__module__.partition(".")[0] == "huggingface_hub":
            raise
        commit = None
    if not commit:
        raise ModelUnavailableError(
            f"{hub.find_host()} doesn't answer as a model hub does; HF_ENDPOINT may be wrong, or a "
            "login page may stand before the network."
        )
    files = choose_files(listed)
    if not any(file.path == CONFIG for file in files):
        raise ModelUnavailableError(
            f"The model {model.name} can't be loaded: it has no {CONFIG}; choose another."
        )
    if not any(file.path.endswith(".safetensors") for file in files):
        raise ModelUnavailableError(
            f"The model {model.name} has no weights in safetensors, and other forms are not "
            "loaded; choose another."
        )
    return Listing(commit.group(), files)


def choose_files(listed: Sequence[ListedFile]) -> tuple[ListedFile, ...]:
    """The files that loading needs: weights in safetensors, configuration, tokenizer, template.

    Never pickles, which run code when they are read, nor weights in other forms or precisions.
    """
    whole = [file for file in listed if file.path == WEIGHTS]
    shards = [file for file in listed if file.path == INDEX or _SHARD.fullmatch(file.path)]
    beside = [file for file in listed if _BESIDE_WEIGHTS.fullmatch(file.path)]
    return tuple(beside + (whole or shards))


def _read_file(told: "RepoSibling") -> ListedFile:
    if told.lfs:
        sha256 = re.fullmatch(r"[0-9a-f]{64}", told.lfs.sha256)
        return ListedFile(told.rfilename, int(told.lfs.size), sha256.group() if sha256 else None)
    if told.size is None:
        raise ValueError(told.rfilename)
    return ListedFile(told.rfilename, told.size, blob=told.blob_id)
