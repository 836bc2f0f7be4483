"""The counts from which a comparison is summarized, and its summary in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import attrs

from trophy_engine.analysis.statistics.streaks import ShownStreak, other_streaks, shown_streaks
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from trophy_engine.analysis.comparison import Difference


@attrs.define
class SignCounts:
    """The numbers of positive and of negative differences, and the sum of all."""

    more: int = 0
    fewer: int = 0
    total: int = 0

    def add(self, difference: int) -> None:
        """Count a difference."""
        self.more += difference > 0
        self.fewer += difference < 0
        self.total += difference

    def merge(self, other: Self) -> None:
        """Add other counts."""
        self.more += other.more
        self.fewer += other.fewer
        self.total += other.total


@attrs.define
class ComparisonCounts:
    """The counts over users from which a comparison is summarized; those of different users are merged in any order.

    Attributes:
        old, new: the rulesets.
        users: the number of users.
        gainers, losers: the numbers of users who gain, and who lose, an achievement.
        streaks, longest_streaks: the differences of running streaks, and of longest ones, by streak, the primary one
            first.
        points: the differences of balances by system, in the order of ``compared_points_systems``.
    """

    old: Ruleset
    new: Ruleset
    users: int = 0
    gainers: int = 0
    losers: int = 0
    streaks: list[SignCounts] = attrs.field(init=False)
    longest_streaks: list[SignCounts] = attrs.field(init=False)
    points: list[SignCounts] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Begin with counts of 0."""
        streaks = 1 + len(other_streaks(self.old, self.new))
        self.streaks, self.longest_streaks, self.points = (
            [SignCounts() for _ in range(number)]
            for number in (streaks, streaks, len(compared_points_systems(self.old, self.new)))
        )

    def add(self, difference: Difference) -> None:
        """Count a user."""
        self.users += 1
        self.gainers += bool(difference.gained)
        self.losers += bool(difference.lost)
        for counts, numbers in (
            (self.streaks, difference.streaks),
            (self.longest_streaks, difference.longest_streaks),
            (self.points, difference.points),
        ):
            for count, number in zip(counts, numbers, strict=True):
                count.add(number)

    def merge(self, other: Self) -> None:
        """Add the counts of other users."""
        self.users += other.users
        self.gainers += other.gainers
        self.losers += other.losers
        for mine, theirs in (
            (self.streaks, other.streaks),
            (self.longest_streaks, other.longest_streaks),
            (self.points, other.points),
        ):
            for count, more in zip(mine, theirs, strict=True):
                count.merge(more)

    def sentences(self) -> Iterator[str]:
        """Yield sentences that summarize the comparison."""
        if not self.users:
            yield "No user was evaluated, so gains and losses are unknown."
            return
        all_users = count_noun(self.users, "user")
        # Rulesets without a streak show none, and have counts of 0 for a primary one.
        for streak, running, longest in zip(
            shown_streaks(self.old, self.new), self.streaks, self.longest_streaks, strict=False
        ):
            if None in streak.rules:
                yield _compare_one_sided_streak(streak, longest, all_users)
                continue
            longer, shorter = longest.more, longest.fewer
            if longer or shorter:
                yield f"The longest {streak.noun} of {longer:,} of {all_users} would be longer, of {shorter:,} shorter."
            else:
                yield f"The longest {streak.noun} changes for no user."
            longer, shorter = running.more, running.fewer
            if longer or shorter:
                yield f"Of the {streak.noun}s that run at the end, {longer:,} would be longer and {shorter:,} shorter."
        gain, lose = (
            _describe_gainers_or_losers(self.gainers, self.users, "gain"),
            _describe_gainers_or_losers(self.losers, self.users, "lose"),
        )
        if any(rules.achievements for rules in (self.old, self.new)):
            yield f"{gain} an achievement; {lose.lower()} one."
        names = {system.key: system.name for rules in (self.new, self.old) for system in rules.points}
        for system, points in zip(
            map(names.__getitem__, compared_points_systems(self.old, self.new)), self.points, strict=True
        ):
            if points.more or points.fewer:
                change = f"{points.more:,} of {all_users} would have more points, {points.fewer:,} fewer"
                yield f"{system}: {change}; {points.total:+,} in all."
            else:
                yield f"{system}: the points of no user change."


def _compare_one_sided_streak(streak: ShownStreak, longest: SignCounts, all_users: str) -> str:
    """Return the sentence on a streak that only one of the rulesets has."""
    if streak.rules[0] is None:
        return f"The old rules have no {streak.noun}; {longest.more:,} of {all_users} would have one."
    return f"The new rules have no {streak.noun}; {longest.fewer:,} of {all_users} had one."


def compared_points_systems(old: Ruleset, new: Ruleset) -> tuple[str, ...]:
    """Return the keys of the points systems of both rulesets, starting with those of the old rules."""
    return tuple(dict.fromkeys(system.key for rules in (old, new) for system in rules.points))


def _describe_gainers_or_losers(number: int, users: int, verb: str) -> str:
    return f"{number:,} of {count_noun(users, 'user')} {verb}{'s' * (number == 1)}" if number else f"No user {verb}s"
