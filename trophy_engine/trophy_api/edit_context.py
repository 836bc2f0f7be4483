"""The context of an edit: the ruleset being edited, and the look-ups that a request needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import TypeVar
from uuid import UUID

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, metric_id, system_id
from trophy_engine.trophy_api.structuring import item
from trophy_engine.values import Value

R = TypeVar("R")


@item
class AttributeValue:
    """An attribute of a filter, and its required value."""

    attribute_id: UUID
    attribute_value: str


@attrs.frozen
class EditContext(Value):
    """A ruleset that is being edited; the context is immutable.

    Attributes:
        ruleset: the rules after the items applied so far.
        at: when the request arrived.
        has_user: returns whether a user exists.
        earlier_rulesets: returns all rulesets in force so far; their keys are not reused.
        boost_added: returns on which date the rules first had a boost, by the keys of its points system and of it.
    """

    ruleset: Ruleset
    at: datetime
    has_user: Callable[[str], bool]
    earlier_rulesets: Callable[[], Sequence[Ruleset]]
    boost_added: Callable[[str, str], date]

    def with_ruleset(self, ruleset: Ruleset) -> EditContext:
        """Return the context with another ruleset."""
        return attrs.evolve(self, ruleset=ruleset)

    @property
    def today(self) -> date:
        """The date of the request, in UTC."""
        return self.at.astimezone(UTC).date()

    # --- rules by identifier ----------------------------------------------------------------------------------------

    def metric(self, id_: UUID) -> Metric:
        """Return the metric with an identifier."""
        return _find_requested_rule_by_id(
            "Metric", id_, ((metric_id(metric.key), metric) for metric in self.ruleset.metrics)
        )

    def achievement(self, id_: UUID) -> Achievement:
        """Return the achievement with an identifier."""
        return _find_requested_rule_by_id(
            "Achievement",
            id_,
            (
                (achievement_id(achievement.key), achievement)
                for achievement in (*self.ruleset.achievements, *self.ruleset.achievement_parts)
            ),
        )

    def system(self, id_: UUID) -> PointsSystem:
        """Return the points system with an identifier."""
        return _find_requested_rule_by_id(
            "Points system", id_, ((system_id(system.key), system) for system in self.ruleset.points)
        )

    def attribute(self, type_: str, id_: UUID) -> Attribute:
        """Return the attribute of a type with an identifier."""
        known = (attribute for attribute in self.ruleset.attributes if attribute.type == type_)
        return _find_requested_rule_by_id(
            "Attribute", id_, ((attribute_id(type_, attribute.key), attribute) for attribute in known)
        )

    def filter(self, type_: str, items: Iterable[AttributeValue]) -> Filter:
        """Return a filter by attribute values.

        Raises:
            InvalidValue: an attribute does not exist, or occurs twice.
        """
        values: dict[str, str] = {}
        for pair in items:
            key = self.attribute(type_, pair.attribute_id).key
            if key in values:
                raise InvalidValue(f"must not contain {pair.attribute_id} twice", f"{type_}_attributes")
            values[key] = pair.attribute_value
        return Filter(values)

    # --- keys -------------------------------------------------------------------------------------------------------

    def unused_key(self, stem: str, keys: Callable[[Ruleset], Iterable[str]]) -> str:
        """Return a key that no rule has or had: the stem, or the stem with the lowest unused number from 2 on.

        Args:
            stem: the beginning of the key.
            keys: returns the keys of a ruleset among which the new key must be unique.
        """
        taken = self._taken_keys_in_edit(keys)
        return stem if stem not in taken else _unused_numbered_key(stem, taken, 2)

    def numbered_key(self, stem: str, keys: Callable[[Ruleset], Iterable[str]], first: int) -> str:
        """Return a key that no rule has or had: the stem with the lowest unused number from ``first`` on."""
        return _unused_numbered_key(stem, self._taken_keys_in_edit(keys), first)

    def _taken_keys_in_edit(self, keys: Callable[[Ruleset], Iterable[str]]) -> set[str]:
        return {key for ruleset in (*self.earlier_rulesets(), self.ruleset) for key in keys(ruleset)}


def _unused_numbered_key(stem: str, taken: set[str], first: int) -> str:
    return next(key for number in count(first) if (key := f"{stem}-{number}") not in taken)


def _find_requested_rule_by_id(label: str, id_: UUID, known: Iterable[tuple[UUID, R]]) -> R:
    """Return the rule with an identifier.

    Raises:
        InvalidValue: no rule has it.
    """
    for known_id, rule in known:
        if known_id == id_:
            return rule
    raise InvalidValue(f"{label} not found by ID")
