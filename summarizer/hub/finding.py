"""A model's folder: one that was given, one in the hub's cache; without the network."""

from dataclasses import dataclass
from pathlib import Path

from summarizer.hub.client import BY_ENVIRONMENT, Hub, open_library
from summarizer.hub.failures import explained
from summarizer.hub.folders import CONFIG, find_damage
from summarizer.tiers import ModelName


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder with a model's files; ``commit`` is that of the hub, None for a plain folder."""

    folder: Path
    commit: str | None = None


def locate(model: ModelName, hub: Hub = BY_ENVIRONMENT) -> Snapshot | None:
    """The model on this machine, if it is there and whole; the network is left alone."""
    found = find_snapshot(model, hub)
    return found if found and not find_damage(found.folder) else None


def find_snapshot(model: ModelName, hub: Hub = BY_ENVIRONMENT) -> Snapshot | None:
    """What there is of a model on this machine, whole or not."""
    folder = find_plain_folder(model)
    if folder or model.is_folder:
        return Snapshot(folder) if folder else None
    with explained(model, hub):
        config = open_library().try_to_load_from_cache(
            model.name, CONFIG, cache_dir=hub.find_cache(), revision=model.revision
        )
    if not isinstance(config, str):
        return None
    return Snapshot(Path(config).parent, Path(config).parent.name)


def find_plain_folder(model: ModelName) -> Path | None:
    """The folder that a name stands for, if there is one; a tier's model is one of the hub."""
    if model.tier or model.revision:
        return None
    try:
        folder = Path(model.name).expanduser()
    except RuntimeError:  # the home of somebody unknown
        return None
    return folder if folder.is_dir() else None
