"""Checks of gates: unknown points systems, levels and streaks, and gates that never open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Any, Final

import attrs

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.identifiers import is_key
from trophy_engine.rules.declared import DeclaredRules
from trophy_engine.rules.diagnostics import Problem, rule_item_path
from trophy_engine.rules.gates import ALWAYS, Gate

_WEEK: Final = timedelta(days=7)


def gate_of_rule(rule: Any) -> Gate:
    """Return the gate of a rule, partial or not; an empty one if it could not be read."""
    gate = getattr(rule, "when", None)
    return gate if isinstance(gate, Gate) else ALWAYS


def achievements_required_by_gate(gate: Gate) -> tuple[str, ...]:
    """Return the readable keys of the achievements that a gate requires."""
    return tuple(key for key in gate.achievements or () if key is not None)


def check_gate(rule: Any, path: str, declared: DeclaredRules) -> Iterator[Problem]:
    """Yield the problems of the gate of a rule, but those of its attributes, which are checked with other filters."""
    gate, gate_path = gate_of_rule(rule), f"{path}.when"
    if gate is ALWAYS:
        return
    for position, key in enumerate(gate.achievements or ()):
        yield from declared.achievements.check_known(
            "achievement", key, rule_item_path(f"{gate_path}.achievements", position)
        )
    for system, level in (gate.levels or {}).items():
        level_path = f"{gate_path}.levels.{system}"
        unknown = tuple(declared.systems.check_known("points system", system, level_path))
        yield from (attrs.evolve(problem, on_key=True) for problem in unknown)
        if not unknown and is_key(level) and system in declared.levels:
            yield from declared.levels[system].check_known("level", level, level_path)
    if gate.streak is not None:
        streak_path = f"{gate_path}.streak"
        streak_key = getattr(gate.streak, "key", None)
        yield from declared.streaks.check_known("streak", streak_key, f"{streak_path}.key")
        yield from declared.check_streak_can_start(streak_key, streak_path)
    if not _can_gate_open_on_weekdays(gate):
        weekdays = " or ".join(map(str.title, gate.weekdays))
        message = f"never has an effect, because no {weekdays} lies from {gate.start} to {gate.end}; change one of them"
        yield Problem("warning", f"{gate_path}.weekdays", message)


def is_gate_never_open(gate: Gate, idle_streaks: Collection[str | None]) -> bool:
    """Return True if a gate never opens, whatever users do; ``idle_streaks`` are those that never start."""
    is_idle = gate.streak is not None and getattr(gate.streak, "key", None) in idle_streaks
    return gate is not ALWAYS and (is_idle or not _can_gate_open_on_weekdays(gate))


def _can_gate_open_on_weekdays(gate: Gate) -> bool:
    """Return True if a date of the gate falls on one of its weekdays, as far as they could be read."""
    if not gate.weekdays or None in gate.weekdays or gate.start is None or gate.end is None:
        return True
    if gate.end - gate.start >= _WEEK or gate.end < gate.start:
        return True
    days = range(gate.start.toordinal(), gate.end.toordinal() + 1)
    return any(WEEKDAYS[day % len(WEEKDAYS)] in gate.weekdays for day in days)
