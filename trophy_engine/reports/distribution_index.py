"""The index of distributions: the balances and completions of all users, updated user by user.

It is built from all states at the first read. Later reads count again only the users with new entries in the log, and
those that time has changed: by an anniversary or a timed award, which a schedule has in order. Like the leaderboards it
is read as of an instant: users with due work count as if settled to it, users with later commands by their present
states.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sortedcontainers import SortedList

from trophy_engine.calendar.instants import FIRST, NEVER
from trophy_engine.core import ANNIVERSARY, AT, LAST_DAY, Agenda, Plan, UserState, level_points_in_state, settle_user
from trophy_engine.numbers import BEYOND
from trophy_engine.reports.distributions import (
    LevelCount,
    PointsRange,
    Rarity,
    distribution_ranges_up_to,
    rarity_percentage,
)
from trophy_engine.repository.log_cursor import LogCursor
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.schedule import Schedule
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.points import PointsSystem

#: The number of filters for which balances are kept, those read last.
_MOST_FILTERS: Final = 32
#: Reading this many entries of the log takes as long as counting all users again.
_ENTRIES_PER_USER: Final = 1
_FEW_ENTRIES: Final = 1000


class Distributions:
    """The distributions of an engine; the index is built on first use, and again when it can no longer follow."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._index: DistributionIndex | None = None

    def as_of(self, instant: int) -> DistributionIndex:
        """Return the index as of an instant."""
        index, self._index = self._index, None  # None until the index is consistent again
        if index is None or index.plan is not self._repository.plan or not index.follow(instant):
            index = DistributionIndex(self._repository, instant)
        self._index = index
        return index


class _BalanceDistribution:
    """The balances of some users, and the points that they have earned: each in order, and by user."""

    def __init__(self, systems: int) -> None:
        self.of_user: dict[str, tuple[int, ...]] = {}
        self.sorted: list[Any] = [SortedList() for _ in range(systems)]

    def put(self, user: str, balances: tuple[int, ...] | None) -> None:
        """Replace the balances of a user; None for a user who does not belong to these."""
        before = self.of_user.get(user)
        if before == balances:
            return
        for system, balance in zip(self.sorted, before or (), strict=False):
            system.remove(balance)
        for system, balance in zip(self.sorted, balances or (), strict=False):
            system.add(balance)
        if balances is None:
            del self.of_user[user]
        else:
            self.of_user[user] = balances


class DistributionIndex:
    """The balances and completions of all users under one plan, as of an instant.

    Attributes:
        plan: the rules.
        latest: the latest instant of the stored states.
    """

    def __init__(self, repository: Repository, instant: int) -> None:
        self.plan = repository.plan
        self.latest = FIRST
        self._repository = repository
        self._cursor = LogCursor(repository)
        self._agenda = Agenda(self.plan)
        self._systems = {system.key: system.index for system in self.plan.systems}
        self._earning = [system for system in self.plan.systems if system.earned is not None]
        self._columns = self._systems | {
            system.key: column for column, system in enumerate(self._earning, start=len(self._systems))
        }  # of the numbers that decide levels
        self._all = _BalanceDistribution(len(self._systems) + len(self._earning))
        self._filtered: dict[Filter, _BalanceDistribution] = {}
        self._bits = {achievement.key: bit for bit, achievement in enumerate(self.plan.ruleset.achievement_parts)}
        self._completed: dict[str, int] = {}  # by user, a bit for each achievement
        self._completions = [0] * len(self._bits)
        self._timed = has_timed_distributions(self.plan)
        self._due = Schedule()
        # Users who count as settled to a later instant than that of their stored states, by the negated instant.
        self._ahead = Schedule()
        for user in repository.users():
            self._count_user(user, instant)

    # --- updates ----------------------------------------------------------------------------------------------------

    def follow(self, instant: int) -> bool:
        """Count the users again who have changed since the last read, as of an instant.

        Returns:
            False if the index must be built again, because the rules have changed, a batch whose commands it counts
            has failed, or so much has happened that building it is faster.
        """
        if self._cursor.behind > max(_FEW_ENTRIES, _ENTRIES_PER_USER * len(self._completed)):
            return False
        entries = self._cursor.advance()
        if entries is None:
            return False
        changed = entries.users
        changed.update(dict.fromkeys(self._ahead.take_until(-instant - 1)))
        changed.update(dict.fromkeys(self._due.take_until(max(instant, entries.settled))))
        for user in changed:
            self._count_user(user, instant)
        return True

    def _count_user(self, user: str, instant: int) -> None:
        """Count a user as of an instant, in place of the former count."""
        state = self._repository.state(user)
        if state is None:
            return
        if state.clock.settled > self.latest:
            self.latest = state.clock.settled
        if self._timed:
            state = self._settle_and_schedule(state, instant)
        balances = (*state.points.balances, *(level_points_in_state(system, state) for system in self._earning))
        self._all.put(user, balances)
        for required, group in self._filtered.items():
            group.put(user, None if required.mismatch(state.profile.attributes) is not None else balances)
        self._count_completions(state)

    def _settle_and_schedule(self, state: UserState, instant: int) -> UserState:
        """Return a state as of an instant, settled if anything is due that counts, and schedule the next count."""
        due, last = next_distribution_change(state), -NEVER
        if due <= instant:
            state = state.copy()
            self._agenda.begin([])
            settle_user(self._agenda, state, instant)
            due = max(next_distribution_change(state), instant + 1)
            if self._agenda.effects:
                last = self._agenda.effects[-1][AT]
        self._due.plan(state.id, due)
        self._ahead.plan(state.id, -last)
        return state

    def _count_completions(self, state: UserState) -> None:
        completed = 0
        for key in state.counters.completed:
            if key in self._bits:
                completed |= 1 << self._bits[key]
        before = self._completed.get(state.id, 0)
        self._completed[state.id] = completed
        different = before ^ completed
        while different:
            bit = different.bit_length() - 1
            self._completions[bit] += 1 if completed >> bit & 1 else -1
            different ^= 1 << bit

    # --- queries ----------------------------------------------------------------------------------------------------

    def histogram(self, system: str, attributes: Mapping[str, str] | None = None) -> tuple[PointsRange, ...]:
        """Return what ``points_distribution`` returns."""
        balances = self._balances(system, attributes)
        ranges = distribution_ranges_up_to(balances[-1] if balances else 0)
        return tuple(
            PointsRange(first, last, balances.bisect_right(last) - balances.bisect_left(first))
            for first, last in ranges
        )

    def level_summary(self, system: PointsSystem) -> tuple[LevelCount, ...]:
        """Return what ``level_distribution`` returns for a points system with levels."""
        balances = self._all.sorted[self._columns[system.key]]
        levels = sorted(system.levels, key=lambda level: level.points)
        below = [*(balances.bisect_left(level.points) for level in levels), len(balances)]
        return tuple(LevelCount(level, below[index + 1] - below[index]) for index, level in enumerate(levels))

    def rarities(self) -> dict[str, Rarity]:
        """Return what ``achievement_rarities`` returns."""
        users = len(self._completed)
        return {
            key: Rarity(self._completions[bit], rarity_percentage(self._completions[bit], users))
            for key, bit in self._bits.items()
        }

    def _balances(self, system: str, attributes: Mapping[str, str] | None = None) -> Any:
        """Return the balances in a system in order, of the users with some attributes."""
        required = Filter(attributes or {})
        return (self._balances_by_attributes(required) if required else self._all).sorted[self._systems[system]]

    def _balances_by_attributes(self, required: Filter) -> _BalanceDistribution:
        """Return the balances of the users with some attributes, collected at the first request."""
        group = self._filtered.pop(required, None)
        if group is None:
            group = _BalanceDistribution(len(self._systems) + len(self._earning))
            for user, balances in self._all.of_user.items():
                state = self._repository.state(user)
                if state is not None and required.mismatch(state.profile.attributes) is None:
                    group.put(user, balances)
        self._filtered[required] = group  # last, as that read last
        if len(self._filtered) > _MOST_FILTERS:
            del self._filtered[next(iter(self._filtered))]
        return group


def has_timed_distributions(plan: Plan) -> bool:
    """Return whether time changes completions or balances under the rules."""
    return bool(plan.ticks) or plan.anniversaries.thresholds[0] != BEYOND


def next_distribution_change(state: UserState) -> int:
    """Return an instant before which time changes no completion and no balance, not before that of the state."""
    clock = state.clock
    day = clock.due_days[ANNIVERSARY]
    if day < 0:  # not computed since the last change of the user
        return clock.settled
    midnight = NEVER if day > LAST_DAY else clock.zone.midnight(day)
    return max(min(clock.next_tick, midnight), clock.settled)
