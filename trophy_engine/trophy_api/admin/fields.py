"""Fields: which part of a rule goes by which name in the API, how it is read from a request, and how it is shown.

A table of fields describes a kind of rule: from it come what a request sets and what a response shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.numbers import Number, as_json
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.filters import Filter
from trophy_engine.trophy_api.admin.edit_context import AttributeValue, EditContext
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, metric_id, system_id
from trophy_engine.trophy_api.structuring import item, to_camel_case


@item
class Badge:
    """A picture."""

    url: str


@attrs.frozen
class Codec:
    """How a value is read from an item, given the rules being edited, and how it is shown.

    Attributes:
        read: reads it.
        show: shows it.
        within: the names that lead to it where it is but a part of what the item has.
        type: the type of the value in an item, unless the field has another.
    """

    read: Callable[[EditContext, Any], Any] = lambda _, value: value
    show: Callable[[Any], Any] = lambda value: value
    within: tuple[str, ...] = ()
    type: Any = str


def _id_of(identify: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda key: None if key is None else str(identify(key))


def _filter(type_: str) -> Codec:
    def read(context: EditContext, wanted: Any) -> Filter:
        return context.filter(type_, wanted or ())

    def show(wanted: Mapping[str, str]) -> list[dict[str, str]]:
        ids = ((str(attribute_id(type_, key)), value) for key, value in wanted.items())
        return [{"attributeId": id_, "attributeValue": value} for id_, value in ids]

    return Codec(read, show, type=tuple[AttributeValue, ...] | None)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


#: A value that is the same on both sides.
_PLAIN: Final = Codec()
#: A text that is empty in the API where the rule has none.
PROSE: Final = Codec(read=lambda _, text: text or None, show=lambda text: text or "", type=str | None)
#: A text that is null in the API where the rule has none; an empty one is none.
TEXT: Final = Codec(read=lambda _, text: text or None, type=str | None)
#: A picture: an object with its address.
BADGE: Final = Codec(
    lambda _, badge: badge and badge.url, lambda url: url and {"url": url}, within=("url",), type=Badge | None
)
DATE: Final = Codec(show=_iso, type=date)
NUMBER: Final = Codec(show=as_json, type=Number)
METRIC: Final = Codec(lambda context, id_: context.metric(id_).key, _id_of(metric_id), type=UUID)
SYSTEM: Final = Codec(lambda context, id_: context.system(id_).key, _id_of(system_id), type=UUID)
ACHIEVEMENT: Final = Codec(lambda context, id_: context.achievement(id_).key, _id_of(achievement_id), type=UUID)
ACHIEVEMENTS: Final = Codec(
    lambda context, ids: tuple(context.achievement(id_).key for id_ in ids),
    lambda keys: [str(achievement_id(key)) for key in keys],
    type=tuple[UUID, ...],
)
#: User attributes by which a leaderboard is broken down.
BREAKDOWN: Final = Codec(
    lambda context, ids: tuple(context.attribute("user", id_).key for id_ in ids),
    lambda keys: [str(attribute_id("user", key)) for key in keys],
    type=tuple[UUID, ...],
)
USER_FILTER: Final = _filter("user")
EVENT_FILTER: Final = _filter("event")


@attrs.frozen
class Field:
    """A part of a rule.

    Attributes:
        name: its name in items, which the API spells in camelCase.
        rule_field: its name in the rule.
        codec: how it is read and shown.
        type: the type of its value in items; that of the codec by default.
        required: whether an item that creates a rule must have it; of a variant's field, one that creates the variant.
        default: its value in an item that creates a rule and leaves it out.
        fixed: whether it is set for good when a rule is created.
        fault: the message for any value that does not fit, if it is always the same.
        omitted: whether it is left out, and not shown as null, where the rule has none.
    """

    name: str
    rule_field: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    codec: Codec = attrs.field(default=_PLAIN, kw_only=True)
    type: Any = attrs.field(default=attrs.Factory(lambda self: self.codec.type, takes_self=True), kw_only=True)
    required: bool = attrs.field(default=False, kw_only=True)
    default: Any = attrs.field(default=UNSET, kw_only=True)
    fixed: bool = attrs.field(default=False, kw_only=True)
    fault: str | None = attrs.field(default=None, kw_only=True)
    omitted: bool = attrs.field(default=False, kw_only=True)

    @property
    def json_path(self) -> str:
        """The path of the field in the JSON of the API, such as ``badge.url``."""
        return ".".join((to_camel_case(self.name), *self.codec.within))


def read_fields(fields: Iterable[Field], item: object, context: EditContext) -> dict[str, Any]:
    """Return what an item sets of a rule, by names of the rule.

    Raises:
        InvalidValue: it refers to what is not there.
    """
    given = ((field, getattr(item, field.name, UNSET)) for field in fields)
    return {field.rule_field: field.codec.read(context, value) for field, value in given if value is not UNSET}


def serialize_fields(fields: Iterable[Field], rule: object) -> dict[str, Any]:
    """Show the fields of a rule."""
    values = ((field, field.codec.show(getattr(rule, field.rule_field))) for field in fields)
    return {to_camel_case(field.name): value for field, value in values if value is not None or not field.omitted}


def error_message(error: InvalidValue | InvalidRules, fields: Iterable[Field] = ()) -> str:
    """Return the message of an error with the names that the API gives to ``fields``.

    >>> error_message(InvalidValue("must be at least 1, not 0", "threshold"), [Field("metric_threshold", "threshold")])
    'metricThreshold must be at least 1, not 0'
    """
    if isinstance(error, InvalidRules):
        return "; ".join(
            problem.message if isinstance(problem, Problem) else str(problem) for problem in error.problems
        )
    return translate_names(_with_json_paths(error, fields))


def error_message_at(path: str, error: InvalidValue | InvalidRules, fields: Iterable[Field]) -> str:
    """Return the message of an error in a part of an item, with the path of the part.

    >>> error_message_at("levels[0]", InvalidValue("must be at least 0, not -1", "points"), [Field("points")])
    'levels[0].points must be at least 0, not -1'
    >>> error_message_at("levels[1]", InvalidValue("Key already in use by another level"), [Field("points")])
    'levels[1]: Key already in use by another level'
    """
    known = tuple(fields)
    if isinstance(error, InvalidValue) and any(error.field in {field.name, field.rule_field} for field in known):
        return translate_names(_with_json_paths(error, known).prefix_field(path))
    return f"{path}: {error_message(error, known)}"


def _with_json_paths(error: InvalidValue, fields: Iterable[Field]) -> InvalidValue:
    paths = {field.rule_field: field.json_path for field in fields}
    return error.rename_fields(lambda name: paths.get(name, name))


@attrs.frozen
class Variants:
    """Fields that belong to one kind of rule each, such as to achievements by metric.

    Attributes:
        label: what one of the rules is called, such as ``"an achievement"``.
        fields: those of each kind.
    """

    label: str
    fields: Mapping[str, tuple[Field, ...]]

    @property
    def all(self) -> tuple[Field, ...]:
        """The fields of all kinds."""
        return tuple(field for fields in self.fields.values() for field in fields)

    def check(self, item: object, kind: str, *, whole: bool) -> None:
        """Check that an item has no field of another kind and, where it makes a ``whole`` rule, what is required.

        Raises:
            InvalidValue: it does not.
        """
        own = self.fields[kind]
        names = {field.name for field in own}
        for field in self.all:
            if field.name not in names and getattr(item, field.name, UNSET) is not UNSET:
                raise InvalidValue(f"is not permitted for {self.label} of type {kind}", field.name)
        for field in own if whole else ():
            if field.required and getattr(item, field.name, UNSET) is UNSET:
                raise InvalidValue(f"is required for {self.label} of type {kind}", field.name)
