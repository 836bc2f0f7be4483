"""The playground: from the text of rules, the recorded events and a date to a view of one user, as JSON values.

The module runs in CPython and in Pyodide. Every view is evaluated from the events alone, so an event can be added to,
or removed from, any day of the past.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from trophy_engine import AchievementView, Engine, Player, PointsView, Ruleset, StreakView, TrophyError, check_file
from trophy_engine.explain.timeline import calendar_of, timeline_of

#: A recorded event: its date, its metric and its value.
Event = tuple[str, str, Any]

USER: Final = "mia"
_NOON, _EVENING = time(12, tzinfo=UTC), time(20, tzinfo=UTC)


def answer(request: str) -> str:
    """Evaluate a request and return the view, both as JSON.

    The request has the parameters of ``evaluate`` and, optionally, ``previous``: the view that is shown. The answer
    then also has ``changes``, the differences between the two.
    """
    fields = json.loads(request, parse_float=Decimal)
    previous = fields.pop("previous", None)
    view = evaluate(**fields)
    if previous is not None and view["valid"]:
        view["changes"] = list(describe_changes(previous, view))
    return json.dumps(view)


def evaluate(rules: str, events: Sequence[Event], since: str, today: str) -> dict[str, Any]:
    """Return the view of a user who was created on the date ``since``, in the evening of the date ``today``.

    Rules with errors yield their problems only, and ``valid`` is False. Events after ``today`` are left out.
    """
    problems = _find_problems(rules)
    view: dict[str, Any] = {"valid": not any(problem["severity"] == "error" for problem in problems)}
    view["problems"] = problems
    if not view["valid"]:
        return view
    first, last = date.fromisoformat(since), date.fromisoformat(today)
    with Engine(Ruleset.from_text(rules)) as engine:
        engine.identify(USER, at=datetime.combine(first, time(tzinfo=UTC)))
        refused = list(_record_events(engine, events, last))
        return view | {"refused": refused} | _view_user(engine, first, last)


def _find_problems(rules: str) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "rules.toml")
        path.write_text(rules, encoding="utf-8")
        return [{"severity": problem.severity, "text": str(problem)} for problem in check_file(path)]


def _record_events(engine: Engine, events: Sequence[Event], last: date) -> Iterator[str]:
    """Record the events through a date, each at noon, and yield the reason of each that is refused."""
    for day, metric, value in sorted(events, key=lambda event: event[0]):
        if date.fromisoformat(day) <= last:
            try:
                engine.record(metric, user=USER, value=value, at=datetime.combine(date.fromisoformat(day), _NOON))
            except TrophyError as error:
                yield f"{day}: {error}"


def _view_user(engine: Engine, first: date, last: date) -> dict[str, Any]:
    now = datetime.combine(last, _EVENING)
    player, transitions = engine.user(USER, at=now), engine.transitions(USER, at=now)
    streak = None if engine.ruleset.primary_streak is None else player.streak
    statuses = calendar_of(transitions, player.streak.key)
    end = last + timedelta(days=6 - last.weekday())
    days = (first + timedelta(days=n) for n in range((end - first).days + 1))
    return {
        "metrics": list(_view_metrics(engine.ruleset, player)),
        "days": [{"date": str(day), "status": statuses.get(day, "idle")} for day in days],
        "streak": None if streak is None else _view_streak(streak),
        "achievements": [_view_achievement(achievement) for achievement in player.achievements],
        "points": [_view_points(points) for points in player.points.values()],
        "explanation": [] if streak is None else str(engine.explain(USER, streak=True, at=now)).splitlines(),
        "timeline": [{"date": str(day.day), "lines": day.text.splitlines()[1:]} for day in timeline_of(transitions)],
    }


def _view_metrics(ruleset: Ruleset, player: Player) -> Iterator[dict[str, Any]]:
    """Yield each metric with its total, and for one that is recorded the value of a click: what credits a day, or 1."""
    streak = ruleset.primary_streak
    daily = streak.metrics if streak is not None and streak.frequency == "daily" else ()
    amounts = {metric.key: metric.threshold for metric in daily}
    for metric in ruleset.metrics:
        total, amount = player.metrics[metric.key], float(amounts.get(metric.key, 1))
        shown = "none" if total is None else f"{total:,}"
        recorded = metric in ruleset.recorded_metrics
        yield {"key": metric.key, "name": metric.name, "total": shown, "amount": amount if recorded else None}


def _view_streak(streak: StreakView) -> dict[str, Any]:
    return {
        "length": streak.length,
        "longest": streak.longest,
        "unit": streak.period_noun,
        "expires": None if streak.expires is None else str(streak.expires),
        "freezes": streak.freezes,
        "max_freezes": streak.max_freezes,
    }


def _view_achievement(achievement: AchievementView) -> dict[str, Any]:
    progress = achievement.progress
    return {
        "key": achievement.key,
        "name": achievement.name,
        "description": achievement.description,
        "completed": None if achievement.achieved_at is None else str(achievement.achieved_at.date()),
        "progress": None if progress is None else f"{progress.current:,} of {progress.target:,}",
        "fraction": 1.0 if progress is None else progress.fraction,
    }


def _view_points(points: PointsView) -> dict[str, Any]:
    upcoming = next(((level.name, level.progress) for level in points.levels if level.progress is not None), None)
    return {
        "key": points.key,
        "name": points.name,
        "total": points.total,
        "maximum": points.maximum,
        "level": None if points.level is None else points.level.name,
        "next": None if upcoming is None else f"{upcoming[1].remaining:,} to {upcoming[0]}",
        "fraction": None if upcoming is None else upcoming[1].fraction,
    }


def describe_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Yield the differences between two views, each as a sentence without a verb: ``streak: 3 days → 4 days``."""
    if before["streak"] is not None and after["streak"] is not None:
        yield from _describe_change("streak", _length(before["streak"]), _length(after["streak"]))
        yield from _describe_change("freezes", before["streak"]["freezes"], after["streak"]["freezes"])
    done, known = _completed(before), _completed(after)
    yield from (f"completed: {name}" for key, name in known.items() if key not in done)
    yield from (f"no longer completed: {name}" for key, name in done.items() if key not in known)
    systems = {points["key"]: points for points in before["points"]}
    for points in after["points"]:
        former = systems.get(points["key"], points)
        yield from _describe_change(points["name"], former["total"], points["total"])
        yield from _describe_change(f"level in {points['name']}", former["level"], points["level"])


def _describe_change(what: str, before: Any, after: Any) -> Iterator[str]:
    if before != after:
        yield f"{what}: {_word(before)} → {_word(after)}"


def _word(value: Any) -> str:
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)


def _length(streak: Mapping[str, Any]) -> str:
    return f"{streak['length']:,} {streak['unit']}{'' if streak['length'] == 1 else 's'}"


def _completed(view: Mapping[str, Any]) -> dict[str, str]:
    return {one["key"]: one["name"] for one in view["achievements"] if one["completed"] is not None}
