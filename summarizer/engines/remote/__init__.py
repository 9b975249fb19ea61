"""The engine whose model lives elsewhere: any server that speaks the API of OpenAI."""

from summarizer.engines.remote.engine import RemoteEngine, check_remote, load_remote

__all__ = ["RemoteEngine", "check_remote", "load_remote"]
