"""Figures in words: text alternatives of charts.

>>> rows = ((1, 1.0, 1.0, 1.0, 4), (2, 0.5, 0.06, 0.84, 4), (8, 0.25, 0.01, 0.67, 2))
>>> describe_figure(Figure("survival", "Survival", "", ("length", "share", "low", "high", "at_risk"), rows))
'50 % of streaks reach 2 periods, 25 % reach 8; longer ones were not observed.'
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.analysis.statistics.percentages import percent_text
from trophy_engine.rules.phrases import count_noun

_Rows = Sequence[Mapping[str, Any]]


def describe_figure(figure: Figure) -> str:
    """Return the description of a figure, with one sentence per ruleset."""
    rows = [record | {"unit": figure.unit} for record in figure.records()]
    if "old" in figure.columns:
        return _describe_difference_chart(figure.kind, rows)
    describe = _DESCRIBE[figure.kind]
    if "rules" not in figure.columns:
        return describe(rows)
    return " ".join(f"{rules}: {describe(list(group))}" for rules, group in groupby(rows, itemgetter("rules")))


def _describe_survival_chart(rows: _Rows) -> str:
    last = rows[-1]
    median = next((row for row in rows if row["share"] <= 0.5), None)  # noqa: PLR2004  # the median
    shown = [row for row in rows if row in (median, last)]
    unit = f" {last['unit']}" + "s" * (shown[0]["length"] > 1)
    first, *others = [f"{percent_text(row['share'], 0)}|{row['length']:,}" for row in shown]
    reached = ", ".join(
        [first.replace("|", " of streaks reach ") + unit, *(other.replace("|", " reach ") for other in others)]
    )
    if not last["share"]:
        return f"{reached}."
    return f"{reached}; longer ones{'' if median else ', and the median,'} were not observed."


def _describe_sweep_chart(rows: _Rows) -> str:
    return ", ".join(f"{row['label']} {row['difference']:+.3g}" for row in rows) + "."


def _describe_lengths_chart(rows: _Rows) -> str:
    ended, running = (sum(row[column] for row in rows) for column in ("ended", "running"))
    longest = count_noun(rows[-1]["length"], rows[-1]["unit"])
    return f"{count_noun(ended, 'streak')} ended; {running:,} still running; the longest had {longest}."


def _describe_freezes_chart(rows: _Rows) -> str:
    return ", ".join(f"{row['freezes']:,} {row['what']}" for row in rows) + "."


def _describe_completions_chart(rows: _Rows) -> str:
    first, last = rows[0], rows[-1]
    most, least = (percent_text(row["percent_of_users"] / 100) for row in (first, last))
    return (
        f"The most common of {len(rows)} is {first['name']}, completed by {most} of users; "
        f"the rarest is {last['name']} with {least}."
    )


def _describe_points_chart(rows: _Rows) -> str:
    last = {row["system"]: row["in_circulation"] for row in rows}
    return "At the end, " + ", ".join(f"{number:,} of {system}" for system, number in last.items()) + "."


def _describe_levels_chart(rows: _Rows) -> str:
    last = {(row["system"], row["level"]): row["users"] for row in rows}
    return "At the end, " + ", ".join(f"{users:,} at {level}" for (_, level), users in last.items()) + "."


def _describe_active_users_chart(rows: _Rows) -> str:
    most = max(rows, key=itemgetter("active_users_a_day"))
    when = next(most[name] for name in ("day", "week", "month") if name in most)
    number = f"{round(most['active_users_a_day'], 1):,}".removesuffix(".0")
    interval = "on" if "day" in most else f"in the {'week' if 'week' in most else 'month'} to"
    return f"At most {number} active users a day, {interval} {when}."


def _describe_hours_chart(rows: _Rows) -> str:
    most = max(rows, key=itemgetter("events"))
    hours = f"between {most['hour']}:00 and {most['hour'] + 1}:00"
    share = percent_text(most["percent_of_events"] / 100)
    if most["events"] == min(row["events"] for row in rows):
        return f"Every hour of the week has the same number of events, {share} of all."
    return f"The busiest hour is {most['weekday']} {hours}, with {count_noun(most['events'], 'event')}, {share} of all."


def _describe_difference_chart(kind: str, rows: _Rows) -> str:
    """Return the greatest difference of a figure of a comparison, or that there is none."""
    known = [row for row in rows if row["difference"] is not None]
    most = max(known, key=lambda row: abs(row["difference"]), default=None)
    if most is None:
        return "Only one of the rulesets has values, so the difference was not observed."
    if not most["difference"]:
        return "There is no difference between the old and the new rules."
    if kind == "survival":
        old, new = (percent_text(most[rules]) for rules in ("old", "new"))
        change = f"{old} and {new} of streaks reach {count_noun(most['length'], most['unit'])}"
    elif kind == "completions":
        old, new = (percent_text(most[rules] / 100) for rules in ("old", "new"))
        change = f"{most['name']} is completed by {old} and {new} of users"
    else:
        name = next(most[column] for column in ("level", "what", "system") if column in most)
        when = next((f" on {most[column]}" for column in ("day", "week", "month") if column in most), "")
        change = f"{name}{when} is {most['old']:,} and {most['new']:,} ({most['difference']:+,})"
    return f"The greatest difference between the old and the new rules: {change}."


_DESCRIBE: Final[Mapping[str, Callable[[_Rows], str]]] = {
    "survival": _describe_survival_chart,
    "sweep": _describe_sweep_chart,
    "lengths": _describe_lengths_chart,
    "freezes": _describe_freezes_chart,
    "completions": _describe_completions_chart,
    "points": _describe_points_chart,
    "levels": _describe_levels_chart,
    "active": _describe_active_users_chart,
    "hours": _describe_hours_chart,
}
