"""The summary of a replay: its main numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import attrs

from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.representation import brief_repr
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player

__all__ = ["AchievementSummary", "LevelSummary", "PointsSummary", "Ranked", "StreakSummary", "Summary", "summarize"]

_TOP = 10


@attrs.frozen
class AchievementSummary:
    """The number of users with an achievement; ``rarity`` is their percentage of all users, None without users."""

    key: str
    name: str
    completions: int
    rarity: float | None


@attrs.frozen
class LevelSummary:
    """The number of users at a level; ``points`` are those from which the level starts."""

    name: str
    points: int
    users: int


@attrs.frozen
class PointsSummary:
    """The distribution of the balances of a points system over all users; values are None without users."""

    key: str
    name: str
    total: int
    median: int | None
    percentile_90: int | None
    maximum: int | None
    levels: tuple[LevelSummary, ...] = ()


@attrs.frozen
class StreakSummary:
    """The number of running streaks, the length of the longest streak ever, and the number of used freezes.

    ``freezes_used`` is None if the rules have no freezes.
    """

    active: int
    longest: int
    freezes_used: int | None


@attrs.frozen
class Ranked:
    """A top user; ``points`` is the balance in the first points system, 0 without one."""

    user_id: str
    points: int
    level: str | None
    events: int
    longest_streak: int
    achievements: int


@attrs.frozen
class Summary:
    """The main numbers of a replay; ``streaks`` is None if the rules have no streak.

    The top users have the most points in the first system, then the most events; ties are ordered by id.
    """

    __repr__ = brief_repr

    users: int
    events: int
    skipped: int
    achievements: tuple[AchievementSummary, ...]
    points: tuple[PointsSummary, ...]
    streaks: StreakSummary | None
    top: tuple[Ranked, ...]

    def _repr_html_(self) -> str:
        """Return tables of the numbers, for notebooks."""
        from trophy_engine.analysis.notebook import summary_html  # noqa: PLC0415  # only notebooks show HTML

        return summary_html(self)


def summarize(result: Replay) -> Summary:
    """Return the summary of a replay."""
    players = list(result.players())
    completions = Counter(key for state in result.states.values() for key in state.counters.completed)
    return Summary(
        users=len(players),
        events=result.events,
        skipped=result.skipped,
        achievements=tuple(
            AchievementSummary(
                rule.key,
                rule.name,
                completions[rule.key],
                100 * completions[rule.key] / len(players) if players else None,
            )
            for rule in result.ruleset.achievements
        ),
        points=tuple(_points(rule, players) for rule in result.ruleset.points),
        streaks=_streaks(result.ruleset, players),
        top=tuple(sorted((_ranked(player, result) for player in players), key=_rank)[:_TOP]),
    )


def _points(rule: PointsSystem, players: Sequence[Player]) -> PointsSummary:
    balances = [player.points[rule.key] for player in players]
    totals = Counter(balance.total for balance in balances)
    at_level = Counter(balance.level.key for balance in balances if balance.level is not None)
    return PointsSummary(
        rule.key,
        rule.name,
        total=sum(total * users for total, users in totals.items()),
        median=percentile(totals, 50),
        percentile_90=percentile(totals, 90),
        maximum=max(totals, default=None),
        levels=tuple(LevelSummary(level.name, level.points, at_level[level.key]) for level in rule.levels),
    )


def _streaks(ruleset: Ruleset, players: Sequence[Player]) -> StreakSummary | None:
    if ruleset.streak is None:
        return None
    streaks = [player.streak for player in players]
    return StreakSummary(
        active=sum(1 for streak in streaks if streak.length),
        longest=max((streak.longest for streak in streaks), default=0),
        freezes_used=None if ruleset.streak.freezes is None else sum(player.freezes_used for player in players),
    )


def _ranked(player: Player, result: Replay) -> Ranked:
    first = next(iter(player.points.values()), None)
    return Ranked(
        user_id=player.id,
        points=0 if first is None else first.total,
        level=None if first is None or first.level is None else first.level.name,
        events=result.events_of.get(player.id, 0),
        longest_streak=player.streak.longest,
        achievements=len(player.completed),
    )


def _rank(ranked: Ranked) -> tuple[int, int, str]:
    return -ranked.points, -ranked.events, ranked.user_id
