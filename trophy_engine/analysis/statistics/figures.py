"""Figures: the content of a tally as tables of numbers, for files and charts.

Values over time are listed per interval: day, week from Monday to Sunday, or month, depending on the whole time.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from os import PathLike
from typing import Any, Final

import attrs

from trophy_engine.analysis.statistics.streaks import ShownStreak, shown_streaks
from trophy_engine.analysis.statistics.survival import survival
from trophy_engine.analysis.statistics.tally import FreezeTally, StreakTally, Tally
from trophy_engine.analysis.tables.columns import Column, Kind
from trophy_engine.analysis.tables.tabular import Tabular
from trophy_engine.analysis.writing import check_items_to_write, writing_folder
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.representation import named_repr
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.constraints import TEXT, InstanceOf, as_sequence
from trophy_engine.rules.points import Level, PointsSystem
from trophy_engine.rules.ruleset import Ruleset

__all__ = [
    "COMPARABLE",
    "Figure",
    "Intervals",
    "distinct_names",
    "figures",
    "side_by_side",
    "write_figures",
]

_MOST_DAYS: Final = 120
_MOST_WEEKS: Final = 160
_INTERVALS: Final = frozenset({"day", "week", "month"})
#: The kinds of figures with values over time.
_OVER_TIME: Final = frozenset({"active", "points", "levels"})
_WEEKDAY_NAMES: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

#: The kinds of figures that can be compared between rulesets.
COMPARABLE: Final = frozenset({"survival", "freezes", "completions", "points"})


@attrs.frozen
class Figure(Tabular):
    """A table of related numbers; as an Arrow table, its days, weeks and months are dates.

    Attributes:
        key: the name of its file, for example ``survival``; ``survival-gym`` for a streak that is not the primary one.
        title: the heading.
        caption: the meaning of the numbers, as a sentence.
        columns: the names of the columns.
        rows: the numbers, with the names and dates that they belong to.
        unit: the unit of lengths of streaks: day, week, month, or period where frequencies differ.
        kind: what its numbers are, which decides how it is drawn; by default the key.
    """

    key: str
    title: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    unit: str = "period"
    kind: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True))

    def __repr__(self) -> str:
        """Return the key, the title, the columns and the number of rows."""
        return named_repr(self, {"key": self.key, "title": self.title, "columns": self.columns, "rows": len(self.rows)})

    def _repr_svg_(self) -> str | None:
        """Return the chart, for notebooks; None without the libraries for charts."""
        from trophy_engine.analysis.notebook import figure_svg  # noqa: PLC0415  # only notebooks show figures

        return figure_svg(self)

    def _repr_html_(self) -> str | None:
        """Return the table, for notebooks without the libraries for charts; else None, so that the chart is shown."""
        from trophy_engine.analysis.notebook import figure_table_html  # noqa: PLC0415  # only notebooks show figures

        return figure_table_html(self) if self._repr_svg_() is None else None

    def table_columns(self) -> tuple[Column, ...]:
        """Return the columns, each with the kind of its cells."""
        return tuple(Column(name, self._column_kind(index)) for index, name in enumerate(self.columns))

    def table_rows(self) -> Iterator[tuple[Any, ...]]:
        """Return the rows, with dates in the column of time."""
        times = [index for index, column in enumerate(self.table_columns()) if column.kind == "date"]
        for row in self.rows:
            yield tuple(date.fromisoformat(cell) if index in times else cell for index, cell in enumerate(row))

    def _column_kind(self, index: int) -> Kind:
        """Return the kind of a column, by its first known cell; a column of unknown numbers has kind ``float``."""
        if self.kind in _OVER_TIME and self.columns[index] in _INTERVALS:
            return "date"
        cell = next((row[index] for row in self.rows if row[index] is not None), None)
        if isinstance(cell, str):
            return "text"
        return "integer" if isinstance(cell, int) else "float"

    def values(self, column: str) -> list[Any]:
        """Return the values of a column."""
        index = self.columns.index(column)
        return [row[index] for row in self.rows]

    def records(self) -> list[dict[str, Any]]:
        """Return each row as a dictionary by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def distinct_names(rules: Sequence[Achievement | PointsSystem | Level]) -> dict[str, str]:
    """Return the names by key; a name that occurs twice is followed by its key.

    >>> from trophy_engine.rules.points import Level
    >>> distinct_names([Level("a", 0, name="Up"), Level("b", 10, name="Up"), Level("c", 20, name="Top")])
    {'a': 'Up (a)', 'b': 'Up (b)', 'c': 'Top'}
    """
    counts = Counter(rule.name for rule in rules)
    return {rule.key: rule.name if counts[rule.name] == 1 else f"{rule.name} ({rule.key})" for rule in rules}


def figures(ruleset: Ruleset, tally: Tally) -> tuple[Figure, ...]:
    """Return the figures of a tally; figures without rows are left out, and all without users.

    Raises:
        InvalidValue: an argument is invalid, for example the tally of a replay without ``tally=True``.
    """
    InstanceOf((Ruleset,)).check("ruleset", ruleset)
    if tally is None:
        raise InvalidValue("must be a Tally, not None; call replay or compare with tally=True", "tally")
    InstanceOf((Tally,)).check("tally", tally)
    return figures_under(0, ruleset, tally, shown_streaks(ruleset))


def figures_under(number: int, ruleset: Ruleset, tally: Tally, streaks: Sequence[ShownStreak]) -> tuple[Figure, ...]:
    """Return the figures of one of several rulesets, by its number; ``streaks`` are those of all of them."""
    candidates = [_build_active_users_figure(tally), _build_active_hours_figure(tally)]
    for streak in streaks:
        rule = streak.rules[number]
        if rule is not None:
            counts = tally.streaks[rule.key]
            candidates += [_build_survival_figure(streak, counts), _build_streak_lengths_figure(streak, counts)]
            if rule.freezes is not None:
                candidates.append(_build_freezes_figure(streak, tally.freezes[rule.key]))
    candidates += [
        _build_completions_figure(ruleset, tally),
        _build_points_figure(ruleset, tally),
        _build_levels_figure(ruleset, tally),
    ]
    return tuple(figure for figure in candidates if figure.rows) if tally.users else ()


def side_by_side(named: Mapping[str, tuple[Figure, ...]]) -> tuple[Figure, ...]:
    """Merge the figures of several evaluations; a first column ``rules`` names the evaluation of each row.

    Raises:
        InvalidValue: the argument is not a mapping of names to figures.
    """
    InstanceOf((Mapping,)).check("named", named)
    for name, figures_ in named.items():
        TEXT.check(FieldName("named", before="each name of "), name)
        InstanceOf((Figure,), many=True).check(FieldName("named", before="each value of "), as_sequence(figures_))
    joined: dict[str, Figure] = {}
    for name, figures_ in named.items():
        for figure in figures_:
            merged = joined.get(figure.key, attrs.evolve(figure, columns=("rules", *figure.columns), rows=()))
            rows = (*merged.rows, *((name, *row) for row in figure.rows))
            unit = figure.unit if figure.unit == merged.unit else "period"
            joined[figure.key] = attrs.evolve(merged, rows=rows, unit=unit)
    return tuple(joined.values())


def write_figures(tables: Iterable[Figure], folder: str | PathLike[str]) -> None:
    """Write each figure as a CSV file named after its key into a folder; create the folder if it does not exist.

    Raises:
        InvalidValue: an argument is invalid.
        TrophyError: a file cannot be written.
    """
    items = check_items_to_write("tables", tables, Figure)
    with writing_folder(folder) as target:
        for figure in items:
            with (target / f"{figure.key}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(figure.columns)
                writer.writerows(figure.rows)


def _build_survival_figure(streak: ShownStreak, tally: StreakTally) -> Figure:
    return Figure(
        streak.figure_key("survival"),
        streak.title("How long streaks last"),
        "The share of streaks that reach a length, with the 95 % confidence band, up to the longest "
        "observed length (Kaplan-Meier estimate).",
        ("length", "share", "low", "high", "at_risk"),
        tuple(
            (point.length, *map(_round_figure_share, (point.share, point.low, point.high)), point.at_risk)
            for point in survival(tally.ended, tally.running)
        ),
        streak.unit,
        "survival",
    )


def _round_figure_share(share: float) -> float:
    """Round to six significant digits, so that all machines return the same number."""
    return float(f"{share:.6g}")


def _build_streak_lengths_figure(streak: ShownStreak, tally: StreakTally) -> Figure:
    ended, running = tally.ended, tally.running
    return Figure(
        streak.figure_key("lengths"),
        streak.title("Lengths of streaks"),
        "The number of streaks that ended at each length, and of those still running at the end.",
        ("length", "ended", "running"),
        tuple((length, ended[length], running[length]) for length in sorted({*ended, *running})),
        streak.unit,
        "lengths",
    )


def _build_freezes_figure(streak: ShownStreak, tally: FreezeTally) -> Figure:
    return Figure(
        streak.figure_key("freezes"),
        streak.title("Freezes"),
        "Freezes granted at creation, earned over time, and used. Wasted freezes are used ones that did not save their "
        "streak: it was lost before its next credit. Remaining ones are unused at the end.",
        ("what", "freezes"),
        tuple(attrs.asdict(tally).items()),
        streak.unit,
        "freezes",
    )


def _build_completions_figure(ruleset: Ruleset, tally: Tally) -> Figure:
    counted = {rule.key: tally.completions[rule.key].total() for rule in ruleset.achievement_parts}
    holders, names = tally.holders, distinct_names(ruleset.achievement_parts)
    return Figure(
        "completions",
        "Achievements by rarity",
        "The share of users who have each achievement, the most common first.",
        ("achievement", "name", "completions", "percent_of_users"),
        tuple(
            (rule.key, names[rule.key], counted[rule.key], round(100 * holders[rule.key] / tally.users, 3))
            for rule in sorted(ruleset.achievement_parts, key=lambda rule: -holders[rule.key])
            if tally.users
        ),
    )


def _build_active_hours_figure(tally: Tally) -> Figure:
    return Figure(
        "hours",
        "When users are active",
        "The share of all events in each hour of the week, in the local time of the users; even activity would be "
        "0.6 % in every hour.",
        ("weekday", "hour", "events", "percent_of_events"),
        tuple(
            (_WEEKDAY_NAMES[hour // 24], hour % 24, events, round(100 * events / tally.events, 3))
            for hour, events in enumerate(tally.hours)
            if tally.events
        ),
    )


def _build_active_users_figure(tally: Tally) -> Figure:
    intervals = Intervals(tally)
    active = intervals.sums(tally.active)
    caption = "The number of users with an event on each day."
    if intervals.name != "day":
        caption = f"The number of users with an event on an average day of each {intervals.name}."
    return Figure(
        "active",
        "Active users",
        caption,
        (intervals.name, "active_users_a_day", "new_users"),
        tuple(
            (end.isoformat(), round(users / days, 3), new)
            for end, days, users, new in zip(
                intervals.ends, intervals.days, active, intervals.sums(tally.created), strict=True
            )
        ),
    )


def _build_points_figure(ruleset: Ruleset, tally: Tally) -> Figure:
    intervals = Intervals(tally)
    rows: list[tuple[Any, ...]] = []
    names = distinct_names(ruleset.points)
    for system in ruleset.points:
        gained, spent = (
            intervals.sums(days) for days in (tally.points[system.key].gained, tally.points[system.key].spent)
        )
        balances = accumulate(gain - spending for gain, spending in zip(gained, spent, strict=True))
        rows += zip(
            [names[system.key]] * len(gained), map(date.isoformat, intervals.ends), gained, spent, balances, strict=True
        )
    return Figure(
        "points",
        "Points in circulation",
        f"The sum of the balances of all users at the end of each {intervals.name}.",
        ("system", intervals.name, "gained", "spent", "in_circulation"),
        tuple(rows),
    )


def _build_levels_figure(ruleset: Ruleset, tally: Tally) -> Figure:
    intervals = Intervals(tally)
    rows: list[tuple[Any, ...]] = []
    system_names = distinct_names(ruleset.points)
    for system in ruleset.points:
        names: dict[str | None, str] = {None: "no level"}
        names.update(distinct_names(system.levels))
        for key, days in tally.points[system.key].levels.items():
            counts = list(accumulate(intervals.sums(days)))
            if any(counts):
                rows += zip(
                    [system_names[system.key]] * len(counts),
                    [names[key]] * len(counts),
                    map(date.isoformat, intervals.ends),
                    counts,
                    strict=True,
                )
    return Figure(
        "levels",
        "Levels over time",
        f"The number of users at each level at the end of each {intervals.name}; the legend has the last.",
        ("system", "level", intervals.name, "users"),
        tuple(rows),
    )


class Intervals:
    """The intervals of one or several tallies: the last day of each, and its number of days."""

    def __init__(self, *tallies: Tally) -> None:
        """Choose intervals that cover all days of the tallies."""
        days = [day for tally in tallies for days in _list_tallied_days(tally) for day in days]
        self.name = "day"
        self.ends: list[date] = []
        if not days:
            self.days: list[int] = []
            return
        first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
        self.ends = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        if len(self.ends) > _MOST_DAYS:
            self.name = "week" if len(self.ends) <= 7 * _MOST_WEEKS else "month"
            self.ends = [day for day in self.ends if self._is_interval_end(day)]
            if not self.ends or self.ends[-1] < last:
                self.ends.append(last)
        self._ordinals = [end.toordinal() for end in self.ends]
        before = [first.toordinal() - 1, *self._ordinals]
        self.days = [end - start for start, end in zip(before, self._ordinals, strict=False)]

    def _is_interval_end(self, day: date) -> bool:
        return day.isoweekday() == 7 if self.name == "week" else (day + timedelta(days=1)).day == 1  # noqa: PLR2004

    def sums(self, days: Counter[int]) -> list[int]:
        """Return the sum of daily counts over each interval."""
        sums = [0] * len(self.ends)
        for day, number in days.items():
            sums[bisect_left(self._ordinals, day)] += number
        return sums


def _list_tallied_days(tally: Tally) -> Iterator[Counter[int]]:
    yield from (tally.created, tally.active, *tally.completions.values())
    for points in tally.points.values():
        yield from (points.gained, points.spent, *points.levels.values())
