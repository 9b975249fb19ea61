"""The engine with a model of its own, through transformers and torch; tensors never leave."""

from summarizer.engines.transformer.engine import TransformerEngine, load_transformer

__all__ = ["TransformerEngine", "load_transformer"]
