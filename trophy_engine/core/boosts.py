"""Boosts: which of them apply to an award, and the amount after them.

Between two days on which a boost begins or ends, the same boosts apply to all users with the same filtered attributes.
So the selection and the products are cached by stretch of days, attributes and amount.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import Final

from trophy_engine.rules.points import Boost, Rounding

# Without a limit on precision, products of decimals are exact.
_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
#: Which rounding wins where boosts disagree, the strongest first.
_ROUNDINGS: Final[dict[Rounding, str]] = {"down": ROUND_FLOOR, "nearest": ROUND_HALF_UP, "up": ROUND_CEILING}
#: How many selections, and how many amounts of each, are cached.
_MAX_CACHED: Final = 1024

#: The stretch of days, the user if a boost names them, and the values of the filtered attributes.
_Selection = tuple[int, str | None, tuple[str | None, ...]]


class AppliedBoosts:
    """The boosts that apply to an award, in the order in which they are declared."""

    __slots__ = ("_amounts", "boosts")

    def __init__(self, boosts: tuple[Boost, ...]) -> None:
        self.boosts = boosts
        self._amounts: dict[int, int] = {}

    def multiply(self, amount: int) -> int:
        """Return an amount multiplied by all boosts, exactly, and rounded once."""
        product = self._amounts.get(amount)
        if product is None:
            if len(self._amounts) >= _MAX_CACHED:
                self._amounts.clear()
            product = self._amounts[amount] = boosted(amount, self.boosts)
        return product


class BoostSchedule:
    """The boosts of a points system by local day."""

    def __init__(self, boosts: Sequence[Boost]) -> None:
        self._boosts = boosts
        starts = (boost.when.start.toordinal() for boost in boosts if boost.when.start is not None)
        ends = (boost.when.end.toordinal() + 1 for boost in boosts if boost.when.end is not None)
        self._changes = sorted({*starts, *ends})
        self._users = frozenset(boost.user_id for boost in boosts if boost.user_id is not None)
        self._attributes = tuple(sorted({name for boost in boosts for name in boost.when.user_attributes}))
        self._applied: dict[_Selection, AppliedBoosts] = {}

    def apply(self, user_id: str, attributes: Mapping[str, str], day: int) -> AppliedBoosts:
        """Return the boosts that apply to a user's awards on a local day."""
        selection = (
            bisect_right(self._changes, day),
            user_id if user_id in self._users else None,
            tuple(map(attributes.get, self._attributes)) if self._attributes else (),
        )
        applied = self._applied.get(selection)
        if applied is None:
            if len(self._applied) >= _MAX_CACHED:
                self._applied.clear()
            boosts = (boost for boost in self._boosts if _applies(boost, user_id, attributes, day))
            applied = self._applied[selection] = AppliedBoosts(tuple(boosts))
        return applied


def _applies(boost: Boost, user_id: str, attributes: Mapping[str, str], day: int) -> bool:
    start, end = boost.when.start, boost.when.end
    if (start is not None and day < start.toordinal()) or (end is not None and day > end.toordinal()):
        return False
    if boost.user_id is not None:
        return boost.user_id == user_id
    return boost.when.user_attributes.mismatch(attributes) is None


def boosted(amount: int, boosts: tuple[Boost, ...]) -> int:
    """Return an amount multiplied by boosts, exactly, and rounded once."""
    return rounded(products(amount, boosts)[-1], rounding_of(boosts)) if boosts else amount


def products(amount: int, boosts: tuple[Boost, ...]) -> list[Decimal]:
    """Return the exact products of an amount after each boost, in order."""
    product, running_products = Decimal(amount), []
    for boost in boosts:
        product = _EXACT.multiply(product, Decimal(boost.multiplier))
        running_products.append(product)
    return running_products


def rounding_of(boosts: tuple[Boost, ...]) -> Rounding:
    """Return the strongest rounding among boosts: down, then nearest, then up."""
    modes = {boost.rounding for boost in boosts}
    return next(mode for mode in _ROUNDINGS if mode in modes)


def rounded(product: Decimal, rounding: Rounding) -> int:
    """Return a product rounded to whole points."""
    return int(product.to_integral_value(rounding=_ROUNDINGS[rounding]))
