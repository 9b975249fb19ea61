"""Which call gets which fault: a sequence, or a mixture by chance (pure but for the dice)."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from bot.local.faults import Fault, FaultError, is_number
from bot.local.methods import METHODS, WRITING


@dataclass(frozen=True)
class InOrder:
    """The next calls of the methods get these, one each; None lets a call be."""

    faults: Sequence[Fault | None]
    methods: Collection[str] = WRITING

    def __post_init__(self) -> None:
        _check_faults(self.faults)
        object.__setattr__(self, "methods", _read_methods(self.methods))

    def follow(self) -> Iterator[Fault | None]:
        """What each call gets, until there is no more."""
        return iter(tuple(self.faults))


@dataclass(frozen=True)
class AtRandom:
    """Each call of the methods gets one of these by chance; None lets a call be.

    ``weights`` need not add up to anything; the dice are given in, seeded or not.
    """

    weights: Mapping[Fault | None, float]
    random: Random = field(compare=False)
    methods: Collection[str] = WRITING

    def __post_init__(self) -> None:
        _check_faults(list(self.weights))
        _check_weights(list(self.weights.values()))
        if not isinstance(self.random, Random):
            raise FaultError("A mixture needs a random.Random.")
        object.__setattr__(self, "methods", _read_methods(self.methods))

    def follow(self) -> Iterator[Fault | None]:
        """What each call gets, for ever."""
        faults, bounds = list(self.weights), list(accumulate(self.weights.values()))
        while True:
            yield self.random.choices(faults, cum_weights=bounds)[0]


FaultPlan = InOrder | AtRandom


class Faults:
    """The plans that are being followed, and what was given under them."""

    def __init__(self) -> None:
        self._running: list[tuple[Collection[str], Iterator[Fault | None]]] = []
        self.given: Counter[str] = Counter()

    def plan(self, *plans: FaultPlan) -> None:
        """Follow these from now on instead of those before; none of them means no faults.

        Raises:
            FaultError: if one is no plan.
        """
        if not all(isinstance(plan, InOrder | AtRandom) for plan in plans):
            raise FaultError("A plan is InOrder or AtRandom.")
        self._running = [(plan.methods, plan.follow()) for plan in plans]

    def choose(self, method: str) -> Fault | None:
        """What a call of the method gets: the first fault that a plan for it holds ready."""
        for methods, faults in self._running:
            if method in methods and (fault := next(faults, None)):
                self.given[fault.name] += 1
                return fault
        return None


def _check_faults(faults: Sequence[object]) -> None:
    for fault in faults:
        if fault is not None and not isinstance(fault, Fault):
            raise FaultError(f"{fault!r} is no fault.")


def _check_weights(weights: Sequence[object]) -> None:
    if not all(is_number(weight) and weight >= 0 for weight in weights):
        raise FaultError("Weights are numbers, none of them below 0.")
    if not any(weights):
        raise FaultError("A mixture needs a weight above 0.")


def _read_methods(names: Collection[str]) -> frozenset[str]:
    if isinstance(names, str) or not names:
        raise FaultError("A plan needs the names of some methods.")
    for name in names:
        if not isinstance(name, str) or name.lower() not in METHODS:
            raise FaultError(f"There is no method {name!r}.")
    return frozenset(name.lower() for name in names)
