"""Checks of limits of points triggers against what the triggers award."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.gates import ALWAYS
from trophy_engine.rules.points import Rounding
from trophy_engine.rules.points_limit import PointsLimit

#: The number of boosts of a points system of which the product is computed.
_MOST_BOOSTS: Final = 100
#: Functions that round, the one that wins where boosts disagree first.
_ROUNDED: Final[Mapping[Rounding, Callable[[Fraction], int]]] = {
    "down": floor,
    "nearest": lambda product: floor(product + Fraction(1, 2)),
    "up": ceil,
}


def check_points_limit(limit: PointsLimit, points: int, boosts: Sequence[Any] | None, path: str) -> Iterator[Problem]:
    """Yield a problem if the limit of a trigger is less than one payment of its points, boosts included."""
    applied = _least_boost_multiplier(boosts)
    if applied is None:
        return
    multiplier, rounding = applied
    least = _ROUNDED[rounding](points * multiplier)
    if limit.points is not None and limit.points < least:
        payment = f"{least:,}{'' if least == points else ' with boosts'}"
        message = f"is less than one payment of {payment}, so every award is cut off; raise it"
        yield Problem("warning", f"{path}.points", message)


def _least_boost_multiplier(boosts: Sequence[Any] | None) -> tuple[Fraction, Rounding] | None:
    """Return the least multiplier of one payment, and how it is rounded; None for many boosts and unreadable ones.

    Of the boosts with conditions, those below 1 apply and others do not; any of them can decide on the rounding.
    """
    if boosts is None or len(boosts) > _MOST_BOOSTS:
        return None
    product, roundings = Fraction(1), set[Rounding]()
    for boost in boosts:
        if getattr(boost, "multiplier", None) is None or boost.rounding is None:
            return None
        if boost.multiplier < 1 or (boost.when == ALWAYS and boost.user_id is None):
            product *= Fraction(boost.multiplier)
        roundings.add(boost.rounding)
    return product, next((rounding for rounding in _ROUNDED if rounding in roundings), "down")
