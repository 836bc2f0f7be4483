"""The points ledger: a user's awards in a points system."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, takewhile
from typing import Final

from trophy_engine.core import PointsAwarded, Transition, select_raw_effects
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue

#: The maximal number of awards per request.
MAX_AWARDS: Final = 100


def last_awards(transitions: Sequence[Transition], system: str, n: int = 10) -> tuple[PointsAwarded, ...]:
    """Return a user's last awards in a points system since it was last added to the rules, newest first.

    Raises:
        InvalidValue: ``n`` is not from 1 to 100.
    """
    check_award_count(n)
    since = takewhile(
        lambda transition: any(plan.key == system for plan in transition.plan.systems), reversed(transitions)
    )
    newest = (effect for transition in since for effect in reversed(transition.effects))
    awards = (award for award in select_raw_effects(PointsAwarded, newest) if award.system == system)
    return tuple(islice(awards, n))


def check_award_count(n: object) -> None:
    """Check a number of awards.

    Raises:
        InvalidValue: ``n`` is not from 1 to 100.
    """
    if type(n) is not int or not 1 <= n <= MAX_AWARDS:
        raise InvalidValue(f"must be a whole number from 1 to {MAX_AWARDS}, not {short_repr(n)}", "n")
