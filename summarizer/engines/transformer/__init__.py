"""The engines with a model of their own, through transformers and torch; tensors never leave."""

from pathlib import Path

from summarizer.engines.transformer.batching import BatchDecoder
from summarizer.engines.transformer.decoding import Decoder
from summarizer.engines.transformer.engine import TransformerEngine
from summarizer.engines.transformer.loading import load_model
from summarizer.engines.transformer.sequences import SequenceEngine
from summarizer.meter import Meter

__all__ = ["SequenceEngine", "TransformerEngine", "load_transformer"]


def load_transformer(
    folder: Path, name: str, cache: Path | None = None
) -> TransformerEngine | SequenceEngine:
    """The engine of a model, of the kind that its config tells.

    Args:
        folder: with the model's files.
        name: what to call the model.
        cache: the folder in which int8 forms of models are kept; None for none.

    Raises:
        ModelUnavailableError: one sentence that says why there is none.
    """
    model, meter = load_model(folder, name, cache), Meter()
    if model.is_sequence_to_sequence:
        return SequenceEngine(model, meter)
    decoder = BatchDecoder if model.on_gpu else Decoder
    return TransformerEngine(model, decoder(model, meter), meter)
