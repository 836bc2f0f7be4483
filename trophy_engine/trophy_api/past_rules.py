"""Past rules: names, keys and dates of rules, including rules that have been deleted.

What an answer says about the past of a rule is one of few facts: when a trigger changed, what a metric was called. They
are collected once from each version of the rules, so that an answer does not read all versions again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import attrs

from trophy_engine.engine.engine import Engine
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.points import Boost, PointsTrigger
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.values import Value

#: The date of rules that were in force from the start of the log.
_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: A fact that became true at an instant.
_Dated = tuple[datetime, Any]
_AT: Final = itemgetter(0)


@attrs.define
class _PastRuleFacts:
    """Facts on all versions of the rules so far, each with the instants at which it changed, oldest first.

    Attributes:
        versions: the number of versions.
        metrics, achievements: by key, the names.
        triggers: by points system and key, the triggers.
        boosts: by points system and boost, the keys.
        boosts_added: by points system and key, when the rules first had a boost.
        current: the triggers of the latest version, by points system and key.
    """

    versions: int = 0
    metrics: dict[Hashable, list[_Dated]] = attrs.field(factory=dict)
    achievements: dict[Hashable, list[_Dated]] = attrs.field(factory=dict)
    triggers: dict[Hashable, list[_Dated]] = attrs.field(factory=dict)
    boosts: dict[Hashable, list[_Dated]] = attrs.field(factory=dict)
    boosts_added: dict[tuple[str, str], datetime] = attrs.field(factory=dict)
    current: dict[tuple[str, str], PointsTrigger] = attrs.field(factory=dict)

    def add_version(self, at: datetime, ruleset: Ruleset) -> None:
        """Add the next version of the rules, in force from an instant."""
        for metric in ruleset.metrics:
            _record_past_value(self.metrics, metric.key, at, metric.name)
        for achievement in _achievements_in_version(ruleset):
            _record_past_value(self.achievements, achievement.key, at, achievement.name)
        former, self.current = self.current, {}
        for system in ruleset.points:
            for key, trigger in zip(system.trigger_keys, system.triggers, strict=True):
                self.current[system.key, key] = trigger
                if former.get((system.key, key)) != trigger:
                    self.triggers.setdefault((system.key, key), []).append((at, trigger))
            keys: dict[Boost, str] = {}
            for key, boost in zip(system.boost_keys, system.boosts, strict=True):
                keys.setdefault(boost, key)
                self.boosts_added.setdefault((system.key, key), at)
            for boost, key in keys.items():
                _record_past_value(self.boosts, (system.key, boost), at, key)
        self.versions += 1


def _achievements_in_version(ruleset: Ruleset) -> tuple[Achievement, ...]:
    """Return everything that rules name as an achievement: achievements, and tiers."""
    return (*ruleset.achievements, *ruleset.achievement_parts)


def _record_past_value(facts: dict[Hashable, list[_Dated]], name: Hashable, at: datetime, value: object) -> None:
    """Add a value if it differs from the one before."""
    dated = facts.setdefault(name, [])
    if not dated or dated[-1][1] != value:
        dated.append((at, value))


#: The facts on the rules of each engine.
_FACTS: Final[WeakKeyDictionary[Engine, _PastRuleFacts]] = WeakKeyDictionary()


@attrs.frozen
class PastRules(Value):
    """The rules in force up to an instant.

    Attributes:
        ruleset: the current rules.
        last: the instant; None for now.
    """

    ruleset: Ruleset
    _facts: _PastRuleFacts | None = None  # None for a history with one ruleset
    last: datetime | None = None

    @classmethod
    def of(cls, engine: Engine) -> Self:
        """Return the past rules of an engine."""
        facts = _FACTS.setdefault(engine, _PastRuleFacts())
        for version in engine.rules_history(skip=facts.versions):
            facts.add_version(version.at or _EVER, version.ruleset)
        return cls(engine.ruleset, facts)

    @classmethod
    def of_ruleset(cls, ruleset: Ruleset) -> Self:
        """Return a history with one ruleset, which was always in force."""
        return cls(ruleset)

    def until(self, at: datetime) -> Self:
        """Return the history up to and including an instant."""
        return attrs.evolve(self, last=at)

    def _count_past_changes(self, dated: list[_Dated] | None) -> int:
        """Return the number of changes of a fact up to the instant."""
        if dated is None:
            return 0
        return len(dated) if self.last is None else bisect_right(dated, self.last, key=_AT)

    def _latest_past_value(self, dated: list[_Dated] | None, default: str) -> str:
        """Return the latest value of a fact up to the instant."""
        past = self._count_past_changes(dated)
        return str(dated[past - 1][1]) if dated and past else default

    def dates(self, system: str, trigger_key: str) -> tuple[datetime, datetime]:
        """Return when a trigger first appeared and when it last changed."""
        dated = None if self._facts is None else self._facts.triggers.get((system, trigger_key))
        past = self._count_past_changes(dated)
        return (dated[0][0], dated[past - 1][0]) if dated and past else (_EVER, _EVER)

    def metric_name(self, key: str) -> str:
        """Return the latest name of a metric, or its key if no ruleset has it."""
        if self._facts is None:
            return next((metric.name for metric in self.ruleset.metrics if metric.key == key), key)
        return self._latest_past_value(self._facts.metrics.get(key), key)

    def achievement_name(self, key: str) -> str:
        """Return the latest name of an achievement, or its key if no ruleset has it."""
        if self._facts is None:
            return next((rule.name for rule in _achievements_in_version(self.ruleset) if rule.key == key), key)
        return self._latest_past_value(self._facts.achievements.get(key), key)

    def boost_added(self, system: str, key: str) -> date:
        """Return the date, in UTC, on which the rules first had a boost."""
        added = _EVER if self._facts is None else self._facts.boosts_added.get((system, key), _EVER)
        return added.astimezone(UTC).date()

    def boost_key(self, system: str, boost: Boost) -> str:
        """Return the key of a boost in the latest ruleset that contains it."""
        dated = None if self._facts is None else self._facts.boosts.get((system, boost))
        return self._latest_past_value(dated, boost.key or boost.name)
