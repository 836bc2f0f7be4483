"""Figures of a comparison: the values under the old and the new rules, and their differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, Final

import attrs

from trophy_engine.analysis.statistics.figures import Figure, Intervals, distinct_names
from trophy_engine.analysis.statistics.streaks import ShownStreak, shown_streaks
from trophy_engine.analysis.statistics.survival import share_reaching, survival
from trophy_engine.analysis.statistics.tally import FreezeTally, StreakTally, Tally
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.points import Level, PointsSystem
from trophy_engine.rules.ruleset import Ruleset

#: The last columns of each figure of a comparison.
PAIR: Final = ("old", "new", "difference")


def compare_figures(rules: tuple[Ruleset, Ruleset], tallies: tuple[Tally, Tally]) -> tuple[Figure, ...]:
    """Return the figures of old and new rules and of their tallies, each with the columns old, new and difference.

    A figure of a thing that neither ruleset has is left out; so are all figures if there are no users.
    """
    if not any(tally.users for tally in tallies):
        return ()
    streaks = shown_streaks(*rules)
    figures = [
        *(_compare_survival(streak, tallies) for streak in streaks),
        _compare_completions(rules, tallies),
        _compare_points_circulation(rules, tallies),
        _compare_levels(rules, tallies),
        *(_compare_freezes(streak, tallies) for streak in streaks if streak.has_freezes),
    ]
    return tuple(figure for figure in figures if figure.rows)


def _compare_survival(streak: ShownStreak, tallies: tuple[Tally, Tally]) -> Figure:
    counts = (streak.under(number, tally.streaks) or StreakTally() for number, tally in enumerate(tallies))
    old, new = (survival(one.ended, one.running) for one in counts)
    return Figure(
        streak.figure_key("survival"),
        _title_compared_streak(streak, "How long streaks last"),
        "The share of streaks that reach a length, up to the longest observed length (Kaplan-Meier estimate).",
        ("length", *PAIR),
        tuple(
            (length, *_compare_shares(share_reaching(old, length), share_reaching(new, length)))
            for length in sorted({point.length for point in (*old, *new)})
        ),
        streak.unit,
        "survival",
    )


def _title_compared_streak(streak: ShownStreak, text: str) -> str:
    """Return a title; the name of a streak of one ruleset alone says so."""
    has_old, has_new = (rule is not None for rule in streak.rules)
    if not streak.name or has_old == has_new:
        return streak.title(text)
    return f"{streak.title(text)} ({'old' if has_old else 'new'} rules only)"


def _compare_shares(old: float | None, new: float | None) -> tuple[float | None, ...]:
    difference = None if old is None or new is None else new - old
    return tuple(None if share is None else round(share, 6) for share in (old, new, difference))


def _compare_completions(rules: tuple[Ruleset, Ruleset], tallies: tuple[Tally, Tally]) -> Figure:
    names = _merge_compared_names(rules, lambda ruleset: ruleset.achievement_parts)
    shares = {key: [_percent_of_holders(tally, key) for tally in tallies] for key in names}
    return Figure(
        "completions",
        "Achievements by rarity",
        "The percentage of users who have each achievement, the most common first; differences are in percentage "
        "points.",
        ("achievement", "name", *PAIR),
        tuple(
            (key, names[key], *(round(percent, 3) for percent in (old, new, new - old)))
            for key, (old, new) in sorted(shares.items(), key=lambda item: -max(item[1]))
        ),
    )


def _percent_of_holders(tally: Tally, achievement: str) -> float:
    return 100 * tally.holders[achievement] / tally.users if tally.users else 0.0


def _compare_points_circulation(rules: tuple[Ruleset, Ruleset], tallies: tuple[Tally, Tally]) -> Figure:
    intervals = Intervals(*tallies)
    rows: list[tuple[Any, ...]] = []
    for key, name in _merge_compared_names(rules, lambda ruleset: ruleset.points).items():
        old, new = (_sum_tallied_balances(tally, key, intervals) for tally in tallies)
        rows += [
            (name, end.isoformat(), before, after, after - before)
            for end, before, after in zip(intervals.ends, old, new, strict=True)
        ]
    return Figure(
        "points",
        "Points in circulation",
        f"The sum of the balances of all users at the end of each {intervals.name}.",
        ("system", intervals.name, *PAIR),
        tuple(rows),
    )


def _sum_tallied_balances(tally: Tally, system: str, intervals: Intervals) -> list[int]:
    if system not in tally.points:
        return [0] * len(intervals.ends)
    gained, spent = (intervals.sums(days) for days in (tally.points[system].gained, tally.points[system].spent))
    return list(accumulate(gain - spending for gain, spending in zip(gained, spent, strict=True)))


def _compare_levels(rules: tuple[Ruleset, Ruleset], tallies: tuple[Tally, Tally]) -> Figure:
    rows: list[tuple[Any, ...]] = []
    for key, system in _merge_compared_names(rules, lambda ruleset: ruleset.points).items():
        with_system = [ruleset for ruleset in rules if any(rule.key == key for rule in ruleset.points)]
        levels = _merge_compared_names((with_system[0], with_system[-1]), partial(_select_compared_levels, key))
        if not levels:
            continue
        for level, name in ((None, "no level"), *levels.items()):
            old, new = (_count_tallied_level_users(tally, key, level) for tally in tallies)
            if level is not None or old or new:
                rows.append((system, name, old, new, new - old))
    return Figure(
        "levels",
        "Levels at the end",
        "The number of users at each level at the end.",
        ("system", "level", *PAIR),
        tuple(rows),
    )


def _select_compared_levels(system: str, ruleset: Ruleset) -> Sequence[Level]:
    return next((rule.levels for rule in ruleset.points if rule.key == system), ())


def _count_tallied_level_users(tally: Tally, system: str, level: str | None) -> int:
    points = tally.points.get(system)
    return points.levels[level].total() if points is not None and level in points.levels else 0


def _compare_freezes(streak: ShownStreak, tallies: tuple[Tally, Tally]) -> Figure:
    old, new = (streak.under(number, tally.freezes) or FreezeTally() for number, tally in enumerate(tallies))
    return Figure(
        streak.figure_key("freezes"),
        _title_compared_streak(streak, "Freezes"),
        "Freezes granted at creation, earned over time, and used. Wasted freezes are used ones that did not save their "
        "streak: it was lost before its next credit. Remaining ones are unused at the end.",
        ("what", *PAIR),
        tuple(
            (
                field.name,
                getattr(old, field.name),
                getattr(new, field.name),
                getattr(new, field.name) - getattr(old, field.name),
            )
            for field in attrs.fields(FreezeTally)
        ),
        streak.unit,
        "freezes",
    )


def _merge_compared_names(
    rules: Iterable[Ruleset], select: Callable[[Ruleset], Sequence[Achievement | PointsSystem | Level]]
) -> dict[str, str]:
    """Return the names of both rulesets by key; names of things of one ruleset alone say so."""
    old, new = (distinct_names(select(ruleset)) for ruleset in rules)
    return {
        key: f"{name} (old rules only)" if key not in new else f"{name} (new rules only)" if key not in old else name
        for key, name in (old | new).items()
    }
