"""Fields: which part of a rule has which name in the API, how it is read from a request, and how it is shown.

A table of fields describes a kind of rule: from it come what a request of the admin API sets, what its response shows,
and what the application API shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.numbers import Number, number_as_json
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.gates import ALWAYS, Gate
from trophy_engine.trophy_api.edit_context import AttributeValue, EditContext
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, metric_id, system_id
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.values import Json, serialize_attributes, serialize_date, serialize_number
from trophy_engine.trophy_api.structuring import item, to_camel_case
from trophy_engine.values import Value


@item
class Badge:
    """The badge of a rule: the address of a picture."""

    url: str


@attrs.frozen
class Codec(Value):
    """How a value is read from an item and how it is shown.

    Attributes:
        read: reads it.
        show: shows it.
        within: the names that lead to it where it is but a part of what the item has.
        type: the type of the value in an item, unless the field has another.
        describe: returns what the application API shows, given the name of the field, the value and the history of the
            rules; None where that is what ``show`` returns, under the same name.
    """

    read: Callable[[EditContext, Any], Any] = lambda _, value: value
    show: Callable[[Any], Any] = lambda value: value
    within: tuple[str, ...] = ()
    type: Any = str
    describe: Callable[[str, Any, PastRules], Json] | None = None


def _id_serializer(identify: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda key: None if key is None else str(identify(key))


def _filter_codec(type_: str) -> Codec:
    def read(context: EditContext, filter_: Any) -> Filter:
        return context.filter(type_, filter_ or ())

    def show(filter_: Mapping[str, Any]) -> list[dict[str, str]]:
        single = ((key, value) for key, value in filter_.items() if isinstance(value, str))
        ids = ((str(attribute_id(type_, key)), value) for key, value in single)
        return [{"attributeId": id_, "attributeValue": value} for id_, value in ids]

    return Codec(read, show, type=tuple[AttributeValue, ...] | None, describe=_serialize_filter)


def _serialize_filter(name: str, filter_: Mapping[str, str], _: PastRules) -> Json:
    """Describe a filter; its first attribute is also in a field of its own."""
    filters = serialize_attributes(filter_)
    return {name: filters, **({name.removesuffix("s"): filters[0]} if filters else {})}


#: The beginning of the names of fields of the gate of a rule.
_GATE: Final = "when."
#: A value that is the same in items and rules.
_PLAIN: Final = Codec()
#: A text that is empty in the API if the rule has none.
PROSE: Final = Codec(read=lambda _, text: text or None, show=lambda text: text or "", type=str | None)
#: A text that is null in the API if the rule has none; an empty text counts as none.
TEXT: Final = Codec(read=lambda _, text: text or None, type=str | None)
#: A picture: an object with a ``url``.
BADGE: Final = Codec(
    lambda _, badge: badge and badge.url, lambda url: url and {"url": url}, within=("url",), type=Badge | None
)
DATE: Final = Codec(show=serialize_date, type=date)
NUMBER: Final = Codec(show=number_as_json, type=Number, describe=lambda name, value, _: {name: serialize_number(value)})
#: The same, left out if there is none.
OPTIONAL_NUMBER: Final = Codec(
    show=lambda value: None if value is None else number_as_json(value),
    type=Number,
    describe=lambda name, value, _: {} if value is None else {name: serialize_number(value)},
)
METRIC: Final = Codec(
    lambda context, id_: context.metric(id_).key,
    _id_serializer(metric_id),
    type=UUID,
    describe=lambda _, key, history: {"metricId": str(metric_id(key)), "metricName": history.metric_name(key)},
)
SYSTEM: Final = Codec(lambda context, id_: context.system(id_).key, _id_serializer(system_id), type=UUID)
ACHIEVEMENT: Final = Codec(
    lambda context, id_: context.achievement(id_).key,
    _id_serializer(achievement_id),
    type=UUID,
    describe=lambda _, key, history: {
        "achievementId": str(achievement_id(key)),
        "achievementName": history.achievement_name(key),
    },
)
ACHIEVEMENTS: Final = Codec(
    lambda context, ids: tuple(context.achievement(id_).key for id_ in ids),
    lambda keys: [str(achievement_id(key)) for key in keys],
    type=tuple[UUID, ...],
)
#: The user attributes that a leaderboard is broken down by.
BREAKDOWN: Final = Codec(
    lambda context, ids: tuple(context.attribute("user", id_).key for id_ in ids),
    lambda keys: [str(attribute_id("user", key)) for key in keys],
    type=tuple[UUID, ...],
)
USER_FILTER: Final = _filter_codec("user")
EVENT_FILTER: Final = _filter_codec("event")


@attrs.frozen
class Field(Value):
    """A field of a rule.

    Attributes:
        name: its name in items, in snake case; the API uses camelCase.
        rule_field: its name in the rule; that of a field of its gate begins with ``when.``.
        codec: how it is read and shown.
        type: the type of its value in items; that of the codec by default.
        required: whether an item that creates a rule, or a rule of this variant, must have it.
        default: its value if an item that creates a rule does not set it.
        fixed: whether it cannot change after the rule is created.
        fault: the message for every invalid value, if it is always the same.
        omitted: whether it is left out instead of null if the rule has no value.
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
    def gate_field(self) -> str | None:
        """The name of the field in the gate of the rule, or None for a field of the rule itself."""
        return self.rule_field.removeprefix(_GATE) if self.rule_field.startswith(_GATE) else None

    @property
    def json_path(self) -> str:
        """The path of the field in the JSON of the API, for example ``badge.url``."""
        return ".".join((to_camel_case(self.name), *self.codec.within))


def read_item_fields(
    fields: Iterable[Field], item: object, context: EditContext, gate: Gate | None = None
) -> dict[str, Any]:
    """Return the values that an item sets, by their names in the rule.

    Args:
        fields: the fields that it can have.
        item: the item.
        context: the context of the edit.
        gate: the gate of the rule so far; what the API does not show of it stays.

    Raises:
        InvalidValue: the item refers to something that does not exist.
    """
    values: dict[str, Any] = {}
    gate_values: dict[str, Any] = {}
    for field in fields:
        value = getattr(item, field.name, UNSET)
        if value is UNSET:
            continue
        if field.gate_field is None:
            values[field.rule_field] = field.codec.read(context, value)
        else:
            gate_values[field.gate_field] = field.codec.read(context, value)
    return {**values, "when": _gate_with_item_values(gate or ALWAYS, gate_values)} if gate_values else values


def _gate_with_item_values(gate: Gate, values: dict[str, Any]) -> Gate:
    """Return a gate with other values; conditions on attributes with several values, which no item has, stay."""
    if "user_attributes" in values:
        several = {key: wanted for key, wanted in gate.user_attributes.items() if not isinstance(wanted, str)}
        values = {**values, "user_attributes": Filter({**several, **values["user_attributes"]})}
    return attrs.evolve(gate, **values)


def serialize_fields(fields: Iterable[Field], rule: object) -> dict[str, Any]:
    """Serialize fields of a rule."""
    values = ((field, field.codec.show(_rule_value_of_field(field, rule))) for field in fields)
    return {to_camel_case(field.name): value for field, value in values if value is not None or not field.omitted}


def _rule_value_of_field(field: Field, rule: Any) -> Any:
    """Return the value of a field of a rule, or of its gate."""
    return getattr(rule, field.rule_field) if field.gate_field is None else getattr(rule.when, field.gate_field)


def serialize_application_fields(fields: Iterable[Field], rule: object, history: PastRules) -> Json:
    """Return the fields of a rule as the application API shows them."""
    described: Json = {}
    for field in fields:
        name, value = to_camel_case(field.name), getattr(rule, field.rule_field)
        describe = field.codec.describe
        described |= {name: field.codec.show(value)} if describe is None else describe(name, value, history)
    return described


def request_error_message(error: InvalidValue | InvalidRules, fields: Iterable[Field] = ()) -> str:
    """Return the message of an error with the API's names of ``fields``.

    >>> error = InvalidValue("must be at least 1, not 0", "threshold")
    >>> request_error_message(error, [Field("metric_threshold", "threshold")])
    'metricThreshold must be at least 1, not 0'
    """
    if isinstance(error, InvalidRules):
        return "; ".join(
            problem.message if isinstance(problem, Problem) else str(problem) for problem in error.problems
        )
    return translate_names(_rename_fields_to_json(error, fields))


def request_error_message_at(path: str, error: InvalidValue | InvalidRules, fields: Iterable[Field]) -> str:
    """Return the message of an error in a part of an item, with the path of the part.

    >>> request_error_message_at("levels[0]", InvalidValue("must be at least 0, not -1", "points"), [Field("points")])
    'levels[0].points must be at least 0, not -1'
    >>> request_error_message_at("levels[1]", InvalidValue("Key already in use by another level"), [Field("points")])
    'levels[1]: Key already in use by another level'
    """
    known = tuple(fields)
    if isinstance(error, InvalidValue) and any(error.field in {field.name, field.rule_field} for field in known):
        return translate_names(_rename_fields_to_json(error, known).prefix_field(path))
    return f"{path}: {request_error_message(error, known)}"


def _rename_fields_to_json(error: InvalidValue, fields: Iterable[Field]) -> InvalidValue:
    paths = {name: field.json_path for field in fields for name in (field.rule_field, field.gate_field) if name}
    return error.rename_fields(lambda name: paths.get(name, name))


@attrs.frozen
class VariantFields(Value):
    """Fields that belong to one kind of rule each, for example to achievements by metric.

    Attributes:
        label: a noun for the rules in messages, for example ``"an achievement"``.
        fields: the fields of each kind.
        unsaid: the kinds that no item can create, because the API has no fields for them.
    """

    label: str
    fields: Mapping[str, tuple[Field, ...]]
    unsaid: tuple[str, ...] = ()

    @property
    def type(self) -> Any:
        """The type of the names of the kinds."""
        return Literal[tuple(self.fields)]

    @property
    def all(self) -> tuple[Field, ...]:
        """The fields of all kinds."""
        return tuple(field for fields in self.fields.values() for field in fields)

    def check(self, item: object, kind: str, *, whole: bool) -> None:
        """Check that an item has no field of another kind and, if ``whole``, that it has all required fields.

        Raises:
            InvalidValue: it has, or has not, or no item can have the kind.
        """
        if whole and kind in self.unsaid:
            choices = ", ".join(known for known in self.fields if known not in self.unsaid)
            raise InvalidValue(f"must be one of {choices}", "trigger")
        own = self.fields[kind]
        names = {field.name for field in own}
        for field in self.all:
            if field.name not in names and getattr(item, field.name, UNSET) is not UNSET:
                raise InvalidValue(f"is not permitted for {self.label} of type {kind}", field.name)
        for field in own if whole else ():
            if field.required and getattr(item, field.name, UNSET) is UNSET:
                raise InvalidValue(f"is required for {self.label} of type {kind}", field.name)
