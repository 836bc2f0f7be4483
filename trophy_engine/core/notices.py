"""Notices: what a ruleset with notifications needs to know of itself and of each user, and nobody else carries along.

A user's notices hold what has been told already and what waits to be told. When the next message is due follows from
them and from the rest of the state (see ``messages``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

import attrs

from trophy_engine.calendar.frequencies import Frequency, frequency
from trophy_engine.calendar.instants import HOUR
from trophy_engine.rules.points import Boost
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["BoostPlan", "NoticePlan", "Notices", "notice_plan"]

_MINUTE: Final = HOUR // 60
#: Before every period and every local day.
_BEFORE: Final = -1


class BoostPlan(NamedTuple):
    """A boost and the key of its system; ``start`` is its first local day, ``after`` the one after its last."""

    system: str
    rule: Boost
    start: int
    after: int | None


@attrs.define(eq=False)
class NoticePlan:
    """What notifications go by.

    Attributes:
        recap: the calendar of recaps.
        throttle: for how long changes are gathered, in microseconds.
        boosts: those for everybody; ``own_boosts`` those of single users.
    """

    recap: Frequency
    throttle: int
    boosts: tuple[BoostPlan, ...]
    own_boosts: Mapping[str, tuple[BoostPlan, ...]]


def notice_plan(ruleset: Ruleset) -> NoticePlan | None:
    """Compile the notifications of a ruleset, None where it has none."""
    rule = ruleset.notifications
    if rule is None:
        return None
    boosts: list[BoostPlan] = []
    own: dict[str, tuple[BoostPlan, ...]] = {}
    for system in ruleset.points:
        for boost in system.boosts:
            after = None if boost.end is None else boost.end.toordinal() + 1
            made = BoostPlan(system.key, boost, boost.start.toordinal(), after)
            if boost.user_id is None:
                boosts.append(made)
            else:
                own[boost.user_id] = (*own.get(boost.user_id, ()), made)
    return NoticePlan(
        recap=frequency(rule.aggregation_period, "sunday" if ruleset.streak is None else ruleset.streak.first_weekday),
        throttle=rule.throttle_minutes * _MINUTE,
        boosts=tuple(boosts),
        own_boosts=own,
    )


@attrs.define
class Notices:
    """What has been told to a user, and what waits; every container is replaced and never changed in place.

    Attributes:
        active: the instant of their last activity: an event, or an achievement that the application completed.
        nudges: how many messages they were sent since, to come back.
        recaps: the first days of the periods in which they were active and that are still to be summed up.
        recapped: the first day of the latest period that was.
        reminded: the last period of the streak for which they were reminded.
        boost_day: the local day through which they were told of their own boosts.
        mails: the achievements whose mail waits, each after its instant.
        windows: by points system, until when changes are gathered, and what they have come to.
    """

    active: int
    boost_day: int
    nudges: int = 0
    recaps: tuple[int, ...] = ()
    recapped: int = _BEFORE
    reminded: int = _BEFORE
    mails: tuple[tuple[int, str], ...] = ()
    windows: Mapping[str, tuple[int, int]] = attrs.field(factory=dict)

    def copy(self) -> Self:
        """Copy them, so that either can change without the other."""
        return attrs.evolve(self)

    def dump(self) -> dict[str, Any]:
        """Give them as JSON values."""
        return {
            **attrs.asdict(self, recurse=False),
            "recaps": list(self.recaps),
            "mails": [list(mail) for mail in self.mails],
            "windows": {key: list(window) for key, window in sorted(self.windows.items())},
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Make the notices that ``dump`` gave."""
        given = dict(dumped)
        given["recaps"] = tuple(dumped["recaps"])
        given["mails"] = tuple((at, key) for at, key in dumped["mails"])
        given["windows"] = {key: (closes, waiting) for key, (closes, waiting) in dumped["windows"].items()}
        return cls(**given)

    def begin_reminders_anew(self) -> None:
        """Forget which period was reminded of: the streak goes by other periods."""
        self.reminded = _BEFORE
