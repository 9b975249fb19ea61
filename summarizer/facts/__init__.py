"""The facts of a text in one form: figures and names, in English and Chinese. Pure.

``finding`` reads figures by ``figures_en`` and ``figures_zh`` and tells which ones a source
supports; ``names`` finds names, those of the Government's bodies by ``bodies``.
"""

from summarizer.facts.figures import Fact, Kind
from summarizer.facts.finding import SourceFacts, find_facts
from summarizer.facts.names import find_bodies, find_names, list_facts

__all__ = [
    "Fact",
    "Kind",
    "SourceFacts",
    "find_bodies",
    "find_facts",
    "find_names",
    "list_facts",
]
