"""Endless cycles: rules that would make one another fire without end, within one command.

Metrics on points and on completions close such cycles: points move a metric, which pays points. A cycle is refused
whether or not it would die out, so that no author has to simulate it. Achievements that are completed once, streaks and
timed awards cannot be part of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, assert_never

import attrs

from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.diagnostics import Problem, rule_item_path
from trophy_engine.rules.metric_sources import CompletionsSource, MetricSource, PointsSource
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.reachability import find_dependency_cycles, shortest_dependency_cycle
from trophy_engine.rules.references import references_of
from trophy_engine.values import Value

#: The kinds of references to what one command can move several times, and their names in a cycle.
_MOVING: Final = {"metric": "metric", "achievement": "achievement", "points system": "points"}


@attrs.frozen
class _Step(Value):
    """What a rule does: what it depends on moves what it leads to; both are named in words."""

    cause: str
    consequence: str
    path: str = ""


def check_endless_cycles(
    metrics: Sequence[Any], achievements: Sequence[Any], points: Sequence[Any]
) -> Iterator[Problem]:
    """Yield a problem for each points trigger and each repeatable achievement that makes itself fire without end."""
    sources = list(_cycle_steps_of_metrics(metrics, achievements))
    if not sources:
        return
    steps = [*sources, *_cycle_steps_of_achievements(achievements), *_cycle_steps_of_triggers(points)]
    consequences: dict[str, tuple[str, ...]] = {}
    for step in steps:
        consequences.setdefault(step.consequence, ())
        consequences[step.cause] = (*consequences.get(step.cause, ()), step.consequence)
    components = find_dependency_cycles(consequences)
    for step in steps:
        component = components.get(step.cause)
        if step.path and component is not None and component == components.get(step.consequence):
            cycle = " -> ".join(shortest_dependency_cycle(step.cause, consequences, components))
            yield Problem("error", step.path, f"would fire without end: {cycle}; break the cycle")


def _cycle_steps_of_metrics(metrics: Sequence[Any], achievements: Sequence[Any]) -> Iterator[_Step]:
    for metric in metrics:
        source: MetricSource | None = metric.source if isinstance(metric, Metric) else None
        if not isinstance(source, str | None) and not hasattr(source, "named_by"):
            continue  # it could not be read
        match source:
            case PointsSource(points):
                if points is not None:
                    yield _Step(_name_rule_in_cycle("points", points), _name_rule_in_cycle("metric", metric.key))
            case CompletionsSource(completions):
                for achievement in filter(_can_repeat_in_cycle, achievements if completions is not None else ()):
                    if achievement.key in source:
                        yield _Step(
                            _name_rule_in_cycle("achievement", achievement.key),
                            _name_rule_in_cycle("metric", metric.key),
                        )
            case str() | None:
                continue
            case _:
                assert_never(source)


def _cycle_steps_of_achievements(achievements: Sequence[Any]) -> Iterator[_Step]:
    for index, achievement in enumerate(achievements):
        if _can_repeat_in_cycle(achievement) and achievement.trigger is not None:  # else it could not be read
            path = f"{rule_item_path('achievements', index)}.repeatable"
            for cause in _repeatable_causes_of_trigger(achievement.trigger):
                yield _Step(cause, _name_rule_in_cycle("achievement", achievement.key), path)


def _cycle_steps_of_triggers(points: Sequence[Any]) -> Iterator[_Step]:
    for number, system in enumerate(points):
        for index, trigger in enumerate(system.triggers or () if isinstance(system, PointsSystem) else ()):
            path = rule_item_path(f"{rule_item_path('points', number)}.triggers", index)
            for cause in _repeatable_causes_of_trigger(trigger) if _can_pay_in_cycle(trigger) else ():
                yield _Step(cause, _name_rule_in_cycle("points", system.key), path)


def _repeatable_causes_of_trigger(trigger: Any) -> Iterator[str]:
    """Yield what makes a trigger fire several times within a command; a streak and time do not."""
    for reference in references_of(trigger, nested=False):
        kind = _MOVING.get(reference.kind)
        yield from (_name_rule_in_cycle(kind, key) for key in reference.keys.values() if kind is not None)


def _can_repeat_in_cycle(achievement: Any) -> bool:
    return isinstance(achievement, Achievement) and bool(achievement.repeatable) and achievement.status == "active"


def _can_pay_in_cycle(trigger: Any) -> bool:
    points = getattr(trigger, "points", None)
    return points is not None and points > 0 and trigger.status == "active"


def _name_rule_in_cycle(kind: str, key: str) -> str:
    return f"{kind} {key!r}"
