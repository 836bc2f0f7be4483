"""Checks of rules against one another: every contradiction is an error, what can hardly be meant is a warning.

Parts that could not be read take part as far as their keys are known, so that one fault is told once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from trophy_engine.errors import listed, nearest
from trophy_engine.rules.achievements import Achievement, CompositeTrigger
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.diagnostics import Problem, at_item
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metrics import Attribute
from trophy_engine.rules.points import MetricPointsTrigger, PointsSystem
from trophy_engine.rules.reachability import composites_of, cycle_of, cyclic, unreachable
from trophy_engine.rules.references import references_of
from trophy_engine.rules.streak import Streak

__all__ = ["check"]

#: How many declared keys are compared with misspelt references before no more suggestions are made.
_MAX_COMPARED: Final = 20_000


def check(
    metrics: Sequence[Any],
    attributes: Sequence[Any],
    streak: Any,
    achievements: Sequence[Any],
    points: Sequence[Any],
    leaderboards: Sequence[Any] = (),
) -> list[Problem]:
    """List the problems of the parts of a ruleset, each an instance of its class or ``Unreadable``."""
    suggestions = _Suggestions()
    names = _Names(
        metrics=_Declared(_keys(metrics), suggestions),
        achievements=_Declared(_keys(achievements), suggestions),
        user_attributes=_Declared(_keys(attributes, "user"), suggestions),
        event_attributes=_Declared(_keys(attributes, "event"), suggestions),
        systems=_Declared(_keys(points), suggestions),
        streak=streak is not None and (not isinstance(streak, Streak) or bool(streak.metrics)),
    )
    composites = composites_of(achievements)
    cycles = cyclic(composites)
    never = unreachable(achievements, composites, cycles, streak=names.streak)
    return [
        *_duplicates("metrics", metrics),
        *_duplicate_attributes(attributes),
        *_check_streak(streak, names),
        *_duplicates("achievements", achievements),
        *_check_achievements(achievements, names),
        *_check_composites(achievements, composites, cycles, never),
        *_duplicates("points", points),
        *_check_points(points, never, names),
        *_duplicates("leaderboards", leaderboards),
        *_check_leaderboards(leaderboards, names),
    ]


class _Suggestions:
    """Finds the declared key that a misspelt one most looks like, for as long as that is affordable.

    To compare a key takes microseconds with each declared one, so that thousands of misspelt references among thousands
    of keys would take minutes; whoever has mended the first ones is given the next.
    """

    def __init__(self) -> None:
        self._compared = 0
        self._found: dict[tuple[int, str], str | None] = {}

    def nearest(self, key: str, declared: _Declared) -> str | None:
        """Return the declared key that is most like a key, or None where none is or no more are looked for."""
        asked = id(declared), key
        if asked not in self._found:
            if self._compared and self._compared + len(declared.keys) > _MAX_COMPARED:
                return None
            self._compared += len(declared.keys)
            self._found[asked] = nearest(key, declared.keys)
        return self._found[asked]


class _Declared:
    """The declared keys of one kind, in order."""

    def __init__(self, keys: Sequence[str], suggestions: _Suggestions) -> None:
        self.keys = keys
        self._known = frozenset(keys)
        self._suggestions = suggestions

    def unknown(self, kind: str, key: str, path: str) -> Iterator[Problem]:
        """Report a reference to a key that is not declared."""
        if key not in self._known:
            near = self._suggestions.nearest(key, self)
            hint = f"did you mean {near!r}?" if near else f"declared: {listed(self.keys)}"
            yield Problem("error", path, f"unknown {kind} {key!r}; {hint}")


@attrs.frozen
class _Names:
    """What references can refer to; ``streak`` tells whether there is a streak that can run."""

    metrics: _Declared
    achievements: _Declared
    user_attributes: _Declared
    event_attributes: _Declared
    systems: _Declared
    streak: bool

    def references(self, trigger: Any, path: str) -> Iterator[Problem]:
        """Report what a trigger lacks: a key that is not declared, or a streak."""
        for reference in references_of(trigger, path):
            known = self.metrics if reference.kind == "metric" else self.achievements
            for field, key in reference.keys.items():
                yield from known.unknown(reference.kind, key, field)
        if trigger.needs_streak:
            yield from _without_streak(self, path)

    def filters(self, rule: Any, path: str) -> Iterator[Problem]:
        """Tell of filters by attributes that are not declared."""
        for kind, known in (("user", self.user_attributes), ("event", self.event_attributes)):
            wanted = getattr(rule, f"{kind}_attributes", Filter())
            for key in wanted:
                yield from known.unknown(f"{kind} attribute", key, f"{path}.{kind}_attributes.{key}")


def _keys(parts: Sequence[Any], type_: str | None = None) -> list[str]:
    return [
        part.key
        for part in parts
        if part.key and (type_ is None or not isinstance(part, Attribute) or part.type == type_)
    ]


def _duplicates(path: str, parts: Sequence[Any], what: str = "key") -> Iterator[Problem]:
    first: dict[str, int] = {}
    for place, part in enumerate(parts):
        if part.key and part.key in first:
            here = f"{at_item(path, place)}.key"
            yield Problem(
                "error",
                here,
                f"the {what} {part.key!r} is taken by {at_item(path, first[part.key])}; choose another one",
            )
        elif part.key:
            first[part.key] = place


def _duplicate_attributes(attributes: Sequence[Any]) -> Iterator[Problem]:
    first: dict[tuple[str, str], int] = {}
    for place, attribute in enumerate(attributes):
        if isinstance(attribute, Attribute):
            name = (attribute.type, attribute.key)
            if name in first:
                taken = at_item("attributes", first[name])
                message = (
                    f"the {attribute.type} attribute {attribute.key!r} is declared at {taken} already; leave one out"
                )
                yield Problem("error", f"{at_item('attributes', place)}.key", message)
            first.setdefault(name, place)


def _check_streak(streak: Any, names: _Names) -> Iterator[Problem]:
    if not isinstance(streak, Streak):
        return
    if not streak.metrics:
        yield Problem("warning", "streak.metrics", "a streak without metrics never starts; name at least one")
    for place, metric in enumerate(streak.metrics):
        yield from names.metrics.unknown("metric", metric.key, f"{at_item('streak.metrics', place)}.key")
    yield from _duplicates("streak.metrics", streak.metrics, "metric")


def _check_achievements(achievements: Sequence[Any], names: _Names) -> Iterator[Problem]:
    for place, achievement in enumerate(achievements):
        if not isinstance(achievement, Achievement):
            continue
        path = at_item("achievements", place)
        yield from names.filters(achievement, path)
        yield from names.references(achievement.trigger, f"{path}.trigger")
        yield from names.filters(achievement.trigger, f"{path}.trigger")


def _check_composites(
    achievements: Sequence[Any],
    composites: Mapping[str, tuple[str, ...]],
    cycles: Mapping[str, int],
    never: Collection[str],
) -> Iterator[Problem]:
    for place, achievement in enumerate(achievements):
        if not isinstance(achievement, Achievement) or not isinstance(achievement.trigger, CompositeTrigger):
            continue
        path = f"{at_item('achievements', place)}.trigger.achievements"
        if achievement.key in cycles:
            cycle = " -> ".join(cycle_of(achievement.key, composites, cycles))
            yield Problem("error", path, f"waits for itself: {cycle}; break the cycle")
            continue
        for number, key in enumerate(achievement.trigger.achievements):
            if key in never:
                message = f"the prerequisite {key!r} can never complete, so neither can {achievement.key!r}; drop it"
                yield Problem("warning", at_item(path, number), message)


def _without_streak(names: _Names, path: str) -> Iterator[Problem]:
    if not names.streak:
        yield Problem(
            "warning", path, "never fires, for the rules have no streak that can start; add [streak] with metrics"
        )


def _check_points(points: Sequence[Any], never: Collection[str], names: _Names) -> Iterator[Problem]:
    for place, system in enumerate(points):
        if isinstance(system, PointsSystem):
            path = at_item("points", place)
            yield from _check_triggers(system, path, never, names)
            yield from _check_keys(f"{path}.triggers", system.trigger_keys)
            yield from _check_keys(f"{path}.boosts", system.boost_keys)
            yield from _check_levels(system, path)
            yield from _check_boosts(system, path, names)


def _check_triggers(system: PointsSystem, path: str, never: Collection[str], names: _Names) -> Iterator[Problem]:
    if system.triggers and all(trigger.points < 0 for trigger in system.triggers):
        message = "every trigger takes points and none gives any, so the total stays 0; add one that gives"
        yield Problem("warning", f"{path}.triggers", message)
    for place, trigger in enumerate(system.triggers):
        where = at_item(f"{path}.triggers", place)
        yield from names.filters(trigger, where)
        yield from names.references(trigger, where)
        if isinstance(trigger, MetricPointsTrigger) and trigger.block_if_out_of_points and trigger.points > 0:
            message = "has no effect on a trigger that gives points; leave it out"
            yield Problem("warning", f"{where}.block_if_out_of_points", message)
        for reference in references_of(trigger, where):
            for field, key in reference.keys.items():
                if reference.kind == "achievement" and key in never:
                    yield Problem("warning", field, f"never fires, for {key!r} can never complete")


def _check_levels(system: PointsSystem, path: str) -> Iterator[Problem]:
    yield from _duplicates(f"{path}.levels", system.levels)
    first: dict[int, str] = {}
    for place, level in enumerate(system.levels):
        where = f"{at_item(f'{path}.levels', place)}.points"
        if level.points in first:
            message = f"levels {first[level.points]!r} and {level.key!r} share the threshold {level.points}; move one"
            yield Problem("error", where, message)
        first.setdefault(level.points, level.key)
        if system.maximum is not None and level.points > system.maximum:
            message = f"{level.points} is above the maximum {system.maximum} and cannot be reached; lower it"
            yield Problem("warning", where, message)


def _check_boosts(system: PointsSystem, path: str, names: _Names) -> Iterator[Problem]:
    gives = any(trigger.points > 0 for trigger in system.triggers)
    for place, boost in enumerate(system.boosts):
        where = at_item(f"{path}.boosts", place)
        yield from names.filters(boost, where)
        if not gives:
            yield Problem("warning", where, "never applies, for no trigger of the system gives points; drop it")


def _check_keys(path: str, keys: Sequence[str]) -> Iterator[Problem]:
    """Tell of items that share a key, their own or the one they go by for want of one."""
    first: dict[str, int] = {}
    for place, key in enumerate(keys):
        if key in first:
            message = f"the key {key!r} is that of {at_item(path, first[key])} already; choose another one"
            yield Problem("error", f"{at_item(path, place)}.key", message)
        first.setdefault(key, place)


def _check_leaderboards(leaderboards: Sequence[Any], names: _Names) -> Iterator[Problem]:
    for place, board in enumerate(leaderboards):
        if not isinstance(board, Leaderboard):
            continue
        path = at_item("leaderboards", place)
        yield from names.filters(board, path)
        for number, key in enumerate(board.breakdown_attributes):
            where = at_item(f"{path}.breakdown_attributes", number)
            yield from names.user_attributes.unknown("user attribute", key, where)
        if board.metric is not None:
            yield from names.metrics.unknown("metric", board.metric, f"{path}.metric")
        if board.points is not None:
            yield from names.systems.unknown("points system", board.points, f"{path}.points")
        if board.rank_by == "streak":
            yield from _without_streak(names, path)
