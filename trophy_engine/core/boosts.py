"""Boosts: which of them apply to an award, and the amount after them.

Between two days on which a boost begins or ends, the same boosts apply to all users with the same filtered attributes.
So the selection and the products are cached by stretch of days, attributes and amount. Of boosts with further
conditions, the gates are asked for each award.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Final

from trophy_engine.rules.points import Boost, Rounding

if TYPE_CHECKING:
    from trophy_engine.core.gates import GatePlan
    from trophy_engine.core.state import UserState

#: The conditions of boosts that the schedule tests itself.
FILTERED: Final = ("start", "end", "user_attributes")

# Without a limit on precision, products of decimals are exact.
_EXACT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
#: Which rounding wins where boosts disagree, the strongest first.
_ROUNDINGS: Final[dict[Rounding, str]] = {"down": ROUND_FLOOR, "nearest": ROUND_HALF_UP, "up": ROUND_CEILING}
#: How many selections, and how many amounts of each, are cached.
_MAX_CACHED: Final = 1024

#: The stretch of days, the user if a boost names them, the values of the filtered attributes, and the indexes of the
#: boosts whose gates are open.
_Selection = tuple[int, str | None, tuple[str | None, ...], tuple[int, ...]]


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
            product = self._amounts[amount] = boosted_amount(amount, self.boosts)
        return product


class BoostSchedule:
    """The boosts of a points system by local day, and the compiled gates of those with one, by their indexes."""

    def __init__(self, boosts: Sequence[Boost], gates: Mapping[int, GatePlan]) -> None:
        self._boosts = boosts
        self._gates = gates
        starts = (boost.when.start.toordinal() for boost in boosts if boost.when.start is not None)
        ends = (boost.when.end.toordinal() + 1 for boost in boosts if boost.when.end is not None)
        self._changes = sorted({*starts, *ends})
        self._users = frozenset(boost.user_id for boost in boosts if boost.user_id is not None)
        self._attributes = tuple(sorted({name for boost in boosts for name in boost.when.user_attributes}))
        self._applied: dict[_Selection, AppliedBoosts] = {}

    def apply(self, state: UserState, at: int, level_points: Sequence[int] | None = None) -> AppliedBoosts:
        """Return the boosts that apply to a user's awards at an instant; ``level_points`` decide on levels."""
        user_id, attributes, day = state.id, state.profile.attributes, state.clock.zone.window(at)[0]
        selection = (
            bisect_right(self._changes, day),
            user_id if user_id in self._users else None,
            tuple(map(attributes.get, self._attributes)) if self._attributes else (),
            self._open_gates(state, at, level_points) if self._gates else (),
        )
        applied = self._applied.get(selection)
        if applied is None:
            if len(self._applied) >= _MAX_CACHED:
                self._applied.clear()
            boosts = tuple(
                boost
                for index, boost in enumerate(self._boosts)
                if _is_boost_applicable(boost, user_id, attributes, day)
                and (index not in self._gates or index in selection[-1])
            )
            applied = self._applied[selection] = AppliedBoosts(boosts)
        return applied

    def _open_gates(self, state: UserState, at: int, level_points: Sequence[int] | None) -> tuple[int, ...]:
        return tuple(index for index, gate in self._gates.items() if gate.find_unmet(state, at, level_points) is None)


def _is_boost_applicable(boost: Boost, user_id: str, attributes: Mapping[str, str], day: int) -> bool:
    if not boost.when.has_only(*FILTERED):  # its gate is compiled
        return boost.user_id is None or boost.user_id == user_id
    start, end = boost.when.start, boost.when.end
    if (start is not None and day < start.toordinal()) or (end is not None and day > end.toordinal()):
        return False
    if boost.user_id is not None:
        return boost.user_id == user_id
    return boost.when.user_attributes.mismatch(attributes) is None


def boosted_amount(amount: int, boosts: tuple[Boost, ...]) -> int:
    """Return an amount multiplied by boosts, exactly, and rounded once."""
    return (
        round_boosted_amount(boost_products(amount, boosts)[-1], strongest_boost_rounding(boosts)) if boosts else amount
    )


def boost_products(amount: int, boosts: tuple[Boost, ...]) -> list[Decimal]:
    """Return the exact products of an amount after each boost, in order."""
    product, running_products = Decimal(amount), []
    for boost in boosts:
        product = _EXACT.multiply(product, Decimal(boost.multiplier))
        running_products.append(product)
    return running_products


def strongest_boost_rounding(boosts: tuple[Boost, ...]) -> Rounding:
    """Return the strongest rounding among boosts: down, then nearest, then up."""
    modes = {boost.rounding for boost in boosts}
    return next(mode for mode in _ROUNDINGS if mode in modes)


def round_boosted_amount(product: Decimal, rounding: Rounding) -> int:
    """Return a product rounded to whole points."""
    return int(product.to_integral_value(rounding=_ROUNDINGS[rounding]))
