"""A model's folder, whatever it takes: found on this machine, or else fetched."""

import logging

from summarizer.engines.base import ModelUnavailableError
from summarizer.hub.client import BY_ENVIRONMENT, Hub
from summarizer.hub.fetching import fetch
from summarizer.hub.finding import Snapshot, find_snapshot
from summarizer.hub.folders import find_damage
from summarizer.hub.progress import Show, show_silently
from summarizer.tiers import ModelName

logger = logging.getLogger(__name__)


def get_folder(model: ModelName, hub: Hub = BY_ENVIRONMENT, show: Show = show_silently) -> Snapshot:
    """The folder to load a model from, and the commit that it is at.

    A model that is on this machine and whole is taken as it is, without asking the hub whether
    there is a newer one: that is what ``fetch`` is for. One that is missing or damaged is fetched,
    unless ``HF_HUB_OFFLINE`` forbids it.

    Raises:
        ModelUnavailableError: one sentence that says why there is none, and what to do.
    """
    found = find_snapshot(model, hub)
    damage = find_damage(found.folder) if found else None
    if found and not damage:
        commit = f"at commit {found.commit}, " if found.commit else ""
        logger.info("The model %s is %sin %s.", model, commit, found.folder)
        return found
    if found and not found.commit:
        raise ModelUnavailableError(f"The folder {model} holds no model to load: {damage}.")
    if model.is_folder:
        raise ModelUnavailableError(f"There is no model folder {model}.")
    return fetch(model, hub, show)
