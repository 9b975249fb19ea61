"""The engine without weights: chooses sentences of the release, trims them, joins them."""

from summarizer.engines.extract.engine import ExtractEngine

__all__ = ["ExtractEngine"]
