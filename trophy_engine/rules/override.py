"""Overrides: the same rules with other values at some paths of the rules file.

>>> from trophy_engine.rules.metrics import Metric
>>> rules = Ruleset(metrics=[Metric("words")])
>>> changed = override(rules, {"metrics[words].name": "Words", "notifications.throttle_minutes": 2})
>>> changed.metrics[0].name, changed.notifications.throttle_minutes
('Words', 2)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs

from trophy_engine.error_messages import FieldName, GivenValue, nearest_known_key, short_repr, unknown_key_message
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.identifiers import check_text
from trophy_engine.rules.constraints import InstanceOf
from trophy_engine.rules.diagnostics import Problem, rule_field_path
from trophy_engine.rules.formats import format_rules_as_text
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.rules.streak import Streak
from trophy_engine.rules.structure import rule_classes_of, write_rule

__all__ = ["override"]

_MOST_DIGITS: Final = 18
_A_PATH: Final = FieldName(before="a path")
_STEP: Final = re.compile(r"([\w-]+)|\[([^\]]+)\]|\.")


def override(ruleset: RulesSource, values: Mapping[str, Any]) -> Ruleset:
    """Return the ruleset with other values at some paths.

    Args:
        ruleset: the rules to start from, which do not change.
        values: by path, for example ``notifications.throttle_minutes``, ``points[0].triggers[1].points`` or, with the
            key of an item in place of its number, ``points[xp].maximum`` or ``streaks.daily.freezes.max_count``; None
            removes a field, and missing tables on a path are created.

    Raises:
        InvalidRules: a path does not exist, or the result contradicts itself.
        InvalidValue: a path is malformed, or a value is of a kind that rules cannot have.
    """
    InstanceOf((Mapping,)).check("values", values)
    table = write_rule(as_ruleset(ruleset))
    for path, value in values.items():
        _set_value_at_rule_path(table, path, value)
    return Ruleset.from_text(format_rules_as_text(table, "json"), "json")


def _set_value_at_rule_path(node: Any, path: str, value: Any) -> None:
    *parents, last_step = steps = _parse_override_path(path)
    _check_override_path_start(steps[0], path, node)
    for step in parents:
        node = (
            node.setdefault(step, {}) if isinstance(node, dict) else node[_index_of_overridden_item(node, step, path)]
        )
    if isinstance(node, list):
        node[_index_of_overridden_item(node, last_step, path)] = value
    elif not isinstance(node, dict):
        message = "the part before the last is a value and has no fields; remove the last part"
        raise InvalidRules([Problem("error", path, message)])
    elif value is None:
        node.pop(last_step, None)
    else:
        node[last_step] = value


def _check_override_path_start(step: str, path: str, table: Mapping[str, Any]) -> None:
    """Check that the rules have the first field of a path.

    Raises:
        InvalidRules: they do not, but a table in them has it.
    """
    if step in attrs.fields_dict(Ruleset):
        return
    tables = dict(_single_tables_of_rules(Ruleset, ""))
    for streak in table.get("streaks", [])[:1]:
        prefix = f"streaks.{streak['key']}"
        tables.update({prefix: Streak, **dict(_single_tables_of_rules(Streak, prefix))})
    near = next((f"{prefix}.{path}" for prefix, cls in tables.items() if step in attrs.fields_dict(cls)), None)
    if near is not None:
        raise InvalidRules([Problem("error", path, f"unknown field {step!r}; did you mean {near!r}?")])


def _single_tables_of_rules(cls: type, prefix: str) -> Iterator[tuple[str, type]]:
    """Yield the paths and the classes of the tables within a class that are not items of lists."""
    for name, (classes, many) in rule_classes_of(cls).items():
        if not many and len(classes) == 1:
            path = rule_field_path(prefix, name)
            yield path, classes[0]
            yield from _single_tables_of_rules(classes[0], path)


def _parse_override_path(path: str) -> list[str]:
    check_text(path, _A_PATH)
    if not path or _STEP.sub("", path):
        fact = "must have a form like 'streaks.daily.freezes.max_count' or 'points[0].maximum', not", GivenValue(path)
        raise InvalidValue(fact, _A_PATH)
    return [name or item for name, item in _STEP.findall(path) if name or item]


def _index_of_overridden_item(items: Any, step: str, path: str) -> int:
    """Return the index of an item of a list from its number or its key.

    Raises:
        InvalidRules: there is no item with it, or several have the key.
    """
    keys = [item.get("key") for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    numbers = [number for number, key in enumerate(keys) if key == step]
    if len(numbers) == 1:
        return numbers[0]
    if step.isdecimal() and len(step) <= _MOST_DIGITS and int(step) < len(keys):
        return int(step)
    known = [key for key in keys if isinstance(key, str)]
    if numbers:
        message = f"several items have the key {step!r}; write the number of one, {' or '.join(map(str, numbers))}"
    elif keys and not known:
        message = f"unknown item {short_repr(step)}; the items have no keys: write a number from 0 to {len(keys) - 1}"
    else:
        message = unknown_key_message("item", step, nearest_known_key(step, known), known)
    raise InvalidRules([Problem("error", path, message)])
