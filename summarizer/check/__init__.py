"""Whether a source bears a summary out, and whether two summaries contradict each other. Pure.

``checker`` asks all the others: ``form`` for language and form, ``support`` for what a figure is
of, ``doers`` for who does it, ``turns`` for statements turned round; ``voice``, ``echoes`` and
``addresses`` for a model that obeys somebody else; ``agreement`` compares the two languages,
``sources`` says what a sentence rests on.
"""

from summarizer.check.checker import Checker, Verdict, check, to_hong_kong_date

__all__ = ["Checker", "Verdict", "check", "to_hong_kong_date"]
