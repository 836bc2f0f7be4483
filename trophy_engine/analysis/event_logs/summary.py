"""The summary of a replay: its main numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final, Self

import attrs

from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak
from trophy_engine.values import Value
from trophy_engine.views.player import Player

__all__ = ["AchievementSummary", "LevelSummary", "PointsSummary", "Ranked", "StreakSummary", "Summary", "summarize"]

_TOP: Final = 10
_KEPT: Final = 1_000


@attrs.frozen
class AchievementSummary(Value):
    """The number of users with an achievement; ``rarity`` is their percentage of all users, None without users."""

    key: str
    name: str
    completions: int
    rarity: float | None


@attrs.frozen
class LevelSummary(Value):
    """The number of users at a level; ``points`` are those from which the level starts."""

    name: str
    points: int
    users: int


@attrs.frozen
class PointsSummary(Value):
    """The distribution of the balances of a points system over all users; values are None without users."""

    key: str
    name: str
    total: int
    median: int | None
    percentile_90: int | None
    maximum: int | None
    levels: tuple[LevelSummary, ...] = ()


@attrs.frozen
class StreakSummary(Value):
    """The number of running streaks, the length of the longest one ever, and the number of used freezes, of a streak.

    ``freezes_used`` is None if the streak has no freezes.
    """

    key: str
    active: int
    longest: int
    freezes_used: int | None


@attrs.frozen
class Ranked(Value):
    """A top user.

    ``points`` is the balance in the first points system, ``longest_streak`` is of the primary streak; 0 without one.
    """

    user_id: str
    points: int
    level: str | None
    events: int
    longest_streak: int
    achievements: int


@attrs.frozen
class Summary(Value):
    """The main numbers of a replay; achievements, points systems and streaks are in the order of the rules.

    The top users have the most points in the first system, then the most events; ties are ordered by id.
    """

    users: int
    events: int
    skipped: int
    achievements: tuple[AchievementSummary, ...]
    points: tuple[PointsSummary, ...]
    streaks: tuple[StreakSummary, ...]
    top: tuple[Ranked, ...]

    def _repr_html_(self) -> str:
        """Return tables of the numbers, for notebooks."""
        from trophy_engine.analysis.notebook import summary_html  # noqa: PLC0415  # only notebooks show HTML

        return summary_html(self)


@attrs.define
class ReplayStreakCounts:
    """The counts of a streak over users; see ``StreakSummary``."""

    active: int = 0
    longest: int = 0
    freezes_used: int = 0

    def add(self, active: int, longest: int, freezes_used: int) -> None:
        """Add a user, or the counts of other users."""
        self.active += active
        self.longest = max(self.longest, longest)
        self.freezes_used += freezes_used


@attrs.define
class ReplaySummaryCounts:
    """The counts from which a summary is made; those of different users are merged in any order.

    Attributes:
        ruleset: the rules.
        users, events: the numbers of users, and of their evaluated events.
        completions: the number of completions by achievement.
        balances: by points system, the number of users by balance.
        levels: by points system, the number of users by level.
        streaks: the counts by streak.
        top: the top users, and at times more.
    """

    ruleset: Ruleset
    users: int = 0
    events: int = 0
    completions: Counter[str] = attrs.field(factory=Counter)
    balances: dict[str, Counter[int]] = attrs.field(factory=dict)
    levels: dict[str, Counter[str]] = attrs.field(factory=dict)
    streaks: dict[str, ReplayStreakCounts] = attrs.field(factory=dict)
    top: list[Ranked] = attrs.field(factory=list)

    def add(self, player: Player, events: int) -> None:
        """Count a user with a number of evaluated events."""
        self.users += 1
        self.events += events
        self.completions.update(player.completed.keys())
        for key, balance in player.points.items():
            self.balances.setdefault(key, Counter())[balance.total] += 1
            if balance.level is not None:
                self.levels.setdefault(key, Counter())[balance.level.key] += 1
        for key, streak in player.streaks.items():
            self._streak(key).add(streak.length > 0, streak.longest, streak.freezes_used)
        self._rank([_summarize_top_user(player, events)])

    def merge(self, other: Self) -> None:
        """Add the counts of other users."""
        self.users += other.users
        self.events += other.events
        self.completions.update(other.completions)
        for key, balances in other.balances.items():
            self.balances.setdefault(key, Counter()).update(balances)
        for key, levels in other.levels.items():
            self.levels.setdefault(key, Counter()).update(levels)
        for key, counts in other.streaks.items():
            self._streak(key).add(counts.active, counts.longest, counts.freezes_used)
        self._rank(other.top)

    def _streak(self, key: str) -> ReplayStreakCounts:
        return self.streaks.setdefault(key, ReplayStreakCounts())

    def _rank(self, ranked: Iterable[Ranked]) -> None:
        self.top.extend(ranked)
        if len(self.top) >= _KEPT:
            self.top = sorted(self.top, key=_top_user_sort_key)[:_TOP]

    def summary(self, skipped: int = 0) -> Summary:
        """Return the summary of all counted users; ``skipped`` is the number of bad rows."""
        return Summary(
            users=self.users,
            events=self.events,
            skipped=skipped,
            achievements=tuple(
                AchievementSummary(
                    rule.key,
                    rule.name,
                    self.completions[rule.key],
                    100 * self.completions[rule.key] / self.users if self.users else None,
                )
                for rule in self.ruleset.achievement_parts
            ),
            points=tuple(map(self._points, self.ruleset.points)),
            streaks=tuple(map(self._streak_summary, self.ruleset.streaks)),
            top=tuple(sorted(self.top, key=_top_user_sort_key)[:_TOP]),
        )

    def _points(self, rule: PointsSystem) -> PointsSummary:
        totals = self.balances.get(rule.key, Counter())
        at_level = self.levels.get(rule.key, Counter())
        return PointsSummary(
            rule.key,
            rule.name,
            total=sum(total * users for total, users in totals.items()),
            median=percentile(totals, 50),
            percentile_90=percentile(totals, 90),
            maximum=max(totals, default=None),
            levels=tuple(LevelSummary(level.name, level.points, at_level[level.key]) for level in rule.levels),
        )

    def _streak_summary(self, rule: Streak) -> StreakSummary:
        counts = self._streak(rule.key)
        freezes_used = None if rule.freezes is None else counts.freezes_used
        return StreakSummary(rule.key, counts.active, counts.longest, freezes_used)


def summarize(result: Replay) -> Summary:
    """Return the summary of a replay.

    Raises:
        InvalidValue: the argument is not a ``Replay``.
    """
    InstanceOf((Replay,)).check("result", result)
    counts = ReplaySummaryCounts(result.ruleset)
    for player in result.players():
        counts.add(player, result.events_of.get(player.id, 0))
    return counts.summary(result.skipped)


def _summarize_top_user(player: Player, events: int) -> Ranked:
    first = next(iter(player.points.values()), None)
    return Ranked(
        user_id=player.id,
        points=0 if first is None else first.total,
        level=None if first is None or first.level is None else first.level.name,
        events=events,
        longest_streak=player.streak.longest,
        achievements=len(player.completed),
    )


def _top_user_sort_key(ranked: Ranked) -> tuple[int, int, str]:
    return -ranked.points, -ranked.events, ranked.user_id
