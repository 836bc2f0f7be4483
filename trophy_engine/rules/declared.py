"""Declared keys: what the parts of a ruleset declare, and the references and filters that need it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from trophy_engine.error_messages import list_keys_in_message, nearest_known_key, unknown_key_message
from trophy_engine.identifiers import is_key
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.gates import ALWAYS, Gate
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.references import references_of
from trophy_engine.values import Value

#: The number of declared keys that are compared with misspelt references; after that no suggestion is made.
_MAX_COMPARED: Final = 20_000


class Suggestions:
    """Finds the declared key nearest to a misspelt one, for a limited number of comparisons.

    One comparison takes microseconds, so thousands of misspelt references among thousands of keys would take minutes;
    the next check makes suggestions for the references that are left.
    """

    def __init__(self) -> None:
        self._compared = 0
        self._nearest_keys: dict[tuple[int, str], str | None] = {}

    def nearest_declared_key(self, key: str, declared: DeclaredKeys) -> str | None:
        """Return the declared key nearest to a key, or None if none is near or the limit is reached."""
        lookup = id(declared), key
        if lookup not in self._nearest_keys:
            if self._compared and self._compared + len(declared.keys) > _MAX_COMPARED:
                return None
            self._compared += len(declared.keys)
            self._nearest_keys[lookup] = nearest_known_key(key, declared.keys)
        return self._nearest_keys[lookup]


class DeclaredKeys:
    """The declared keys of one kind, in order; ``keys`` are the valid ones.

    Args:
        keys: the keys.
        suggestions: finds the nearest of them.
        mistaken: the keys of the kinds that are taken for it by mistake, by what such a ``{key}`` is.
        remedy: what to do about a key that none is near.
    """

    def __init__(
        self,
        keys: Sequence[str],
        suggestions: Suggestions,
        mistaken: Mapping[str, Sequence[str]] | None = None,
        remedy: str = "",
    ) -> None:
        self.keys = tuple(filter(is_key, dict.fromkeys(keys)))
        self._known = frozenset(keys)
        self._suggestions = suggestions
        self._mistaken = mistaken or {}
        self._remedy = remedy

    def check_known(self, kind: str, key: str | None, path: str) -> Iterator[Problem]:
        """Yield a problem if a key is not declared; None is a key that could not be read."""
        if key is None or key in self._known:
            return
        other = next((other for other, keys in self._mistaken.items() if key in keys), None)
        near = None if other else self._suggestions.nearest_declared_key(key, self)
        if other:
            known = list_keys_in_message(self.keys)
            message = f"unknown {kind} {key!r}, which is {other.format(key=key)}; known: {known}"
        else:
            message = f"{unknown_key_message(kind, key, near, self.keys)}{'' if near else self._remedy}"
        yield Problem("error", path, message)


@attrs.frozen
class DeclaredRules(Value):
    """The declared keys that rules can refer to.

    Attributes:
        metric_rules: the metrics by key, the first one of each key.
        system_rules: the points systems in the same way.
        levels: the keys of the levels of each points system.
        completions: by metric on completions, the number that it can ever count; those without a limit are left out.
        idle_streaks: the keys of streaks that never start, and None if there is no primary streak that can start.
    """

    metrics: DeclaredKeys
    metric_rules: Mapping[str, Metric]
    system_rules: Mapping[str, PointsSystem]
    achievements: DeclaredKeys
    user_attributes: DeclaredKeys
    event_attributes: DeclaredKeys
    systems: DeclaredKeys
    levels: Mapping[str, DeclaredKeys]
    streaks: DeclaredKeys
    idle_streaks: frozenset[str | None]
    completions: Mapping[str, int]

    def check_references(self, rule: Any, path: str) -> Iterator[Problem]:
        """Report what a rule lacks, without its gate: a key that is not declared, or a streak."""
        yield from self.check_keys(rule, path)
        if getattr(rule, "needs_streak", False):
            yield from self.check_streak_can_start(rule.streak, path)

    def check_streak_can_start(self, streak: str | None, path: str) -> Iterator[Problem]:
        """Yield a problem of a rule that needs a streak, the primary one for None, if that can never start."""
        if streak in self.idle_streaks:
            lack = "the rules have no streak" if streak is None else f"streak {streak!r} is one without"
            fact = f"{lack} with metrics" if streak is None else f"{lack} metrics"
            yield Problem("warning", path, f"never has an effect, because {fact}; add one")

    def check_keys(self, rule: Any, path: str) -> Iterator[Problem]:
        """Yield a problem for each key in a rule, without its gate, that is not declared."""
        declared = {
            "metric": self.metrics,
            "achievement": self.achievements,
            "points system": self.systems,
            "streak": self.streaks,
        }
        for reference in references_of(rule, path):
            for field, key in reference.keys.items():
                if field.startswith(f"{path}.when."):
                    continue
                yield from declared[reference.kind].check_known(reference.kind, key, field)

    def check_filters(self, rule: Any, path: str) -> Iterator[Problem]:
        """Yield the problems of filters: attributes that are not declared."""
        for kind, known in (("user", self.user_attributes), ("event", self.event_attributes)):
            wanted = getattr(rule, f"{kind}_attributes", None)
            for key in wanted or ():
                key_path = f"{path}.{kind}_attributes.{key}"
                yield from (attrs.evolve(p, on_key=True) for p in known.check_known(f"{kind} attribute", key, key_path))
        gate = getattr(rule, "when", None)
        if isinstance(gate, Gate) and gate is not ALWAYS:
            yield from self.check_filters(gate, f"{path}.when")
