"""Fields: which part of a rule goes by which name on the wire, how it is read from there, and how it is shown.

A table of fields describes a kind of rule: from it come what a request sets and what a response shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

import attrs

from trophy_engine.engine.arguments import UNSET
from trophy_engine.errors import InvalidRules, InvalidValue
from trophy_engine.numbers import as_json
from trophy_engine.rules.constraints import Filter
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.trophy_api.admin.edit_context import EditContext
from trophy_engine.trophy_api.field_names import translate_names
from trophy_engine.trophy_api.ids import achievement_id, attribute_id, metric_id, system_id
from trophy_engine.trophy_api.structuring import StructureError, camel, item

__all__ = [
    "ACHIEVEMENT",
    "ACHIEVEMENTS",
    "BADGE",
    "BREAKDOWN",
    "DATE",
    "EVENT_FILTER",
    "METRIC",
    "NUMBER",
    "PROSE",
    "SYSTEM",
    "TEXT",
    "USER_FILTER",
    "Badge",
    "Codec",
    "Field",
    "Kinds",
    "fault_at",
    "fault_of",
    "set_by",
    "shown",
]


@item
class Badge:
    """A picture."""

    url: str


@attrs.frozen
class Codec:
    """How a value is read from an item, given the desk, and how it is shown.

    Attributes:
        read: reads it.
        show: shows it.
        within: the names that lead to it where it is but a part of what the item has.
    """

    read: Callable[[EditContext, Any], Any] = lambda _, value: value
    show: Callable[[Any], Any] = lambda value: value
    within: tuple[str, ...] = ()


def _id_of(identify: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda key: None if key is None else str(identify(key))


def _filter(type_: str) -> Codec:
    def read(desk: EditContext, wanted: Any) -> Filter:
        return desk.filter(type_, wanted or ())

    def show(wanted: Mapping[str, str]) -> list[dict[str, str]]:
        ids = ((str(attribute_id(type_, key)), value) for key, value in wanted.items())
        return [{"attributeId": id_, "attributeValue": value} for id_, value in ids]

    return Codec(read, show)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


#: A value that is the same on both sides.
_PLAIN: Final = Codec()
#: A text that is empty on the wire where the rule has none.
PROSE: Final = Codec(read=lambda _, text: text or None, show=lambda text: text or "")
#: A text that is null on the wire where the rule has none; an empty one is none.
TEXT: Final = Codec(read=lambda _, text: text or None)
#: A picture: an object with its address.
BADGE: Final = Codec(lambda _, badge: badge and badge.url, lambda url: url and {"url": url}, within=("url",))
DATE: Final = Codec(show=_iso)
NUMBER: Final = Codec(show=as_json)
METRIC: Final = Codec(lambda desk, id_: desk.metric(id_).key, _id_of(metric_id))
SYSTEM: Final = Codec(lambda desk, id_: desk.system(id_).key, _id_of(system_id))
ACHIEVEMENT: Final = Codec(lambda desk, id_: desk.achievement(id_).key, _id_of(achievement_id))
ACHIEVEMENTS: Final = Codec(
    lambda desk, ids: tuple(desk.achievement(id_).key for id_ in ids),
    lambda keys: [str(achievement_id(key)) for key in keys],
)
#: User attributes by which a leaderboard is broken down.
BREAKDOWN: Final = Codec(
    lambda desk, ids: tuple(desk.attribute("user", id_).key for id_ in ids),
    lambda keys: [str(attribute_id("user", key)) for key in keys],
)
USER_FILTER: Final = _filter("user")
EVENT_FILTER: Final = _filter("event")


@attrs.frozen
class Field:
    """A part of a rule.

    Attributes:
        name: its name in items, which the wire spells in camelCase.
        of: its name in the rule.
        codec: how it is read and shown.
        required: whether whatever is made must be given it.
        omitted: whether it is left out, and not shown as null, where the rule has none.
    """

    name: str
    of: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    codec: Codec = attrs.field(default=_PLAIN, kw_only=True)
    required: bool = attrs.field(default=False, kw_only=True)
    omitted: bool = attrs.field(default=False, kw_only=True)

    @property
    def place(self) -> str:
        """Where the wire has it, such as ``badge.url``."""
        return ".".join((camel(self.name), *self.codec.within))


def set_by(fields: Iterable[Field], item: object, desk: EditContext) -> dict[str, Any]:
    """Give what an item sets of a rule, by names of the rule.

    Raises:
        InvalidValue: it refers to what is not there.
    """
    given = ((field, getattr(item, field.name, UNSET)) for field in fields)
    return {field.of: field.codec.read(desk, value) for field, value in given if value is not UNSET}


def shown(fields: Iterable[Field], rule: object) -> dict[str, Any]:
    """Show the fields of a rule."""
    found = ((field, field.codec.show(getattr(rule, field.of))) for field in fields)
    return {camel(field.name): value for field, value in found if value is not None or not field.omitted}


def fault_of(error: InvalidValue | InvalidRules, fields: Iterable[Field] = ()) -> str:
    """Say what is wrong in the words of the wire; ``fields`` are those that the message may begin with.

    >>> fault_of(InvalidValue("threshold must be at least 1, not 0"), [Field("metric_threshold", "threshold")])
    'metricThreshold must be at least 1, not 0'
    """
    if isinstance(error, InvalidRules):
        return "; ".join(one.message if isinstance(one, Problem) else str(one) for one in error.problems)
    if isinstance(error, StructureError):
        return str(error)
    name, space, rest = str(error).partition(" ")
    name = next((field.place for field in fields if field.of == name), name)
    return translate_names(InvalidValue(name + space + rest))


def fault_at(path: str, error: InvalidValue | InvalidRules, fields: Iterable[Field]) -> str:
    """Say what is wrong with a part of an item, and which part it is.

    >>> fault_at("levels[0]", InvalidValue("points must be at least 0, not -1"), [Field("points")])
    'levels[0].points must be at least 0, not -1'
    >>> fault_at("levels[1]", InvalidValue("Key already in use by another level"), [Field("points")])
    'levels[1]: Key already in use by another level'
    """
    known = tuple(fields)
    fault = fault_of(error, known)
    names = {name for field in known for name in (field.place, camel(field.name))}
    return f"{path}.{fault}" if fault.split(maxsplit=1)[0] in names else f"{path}: {fault}"


@attrs.frozen
class Kinds:
    """Fields that belong to one kind of rule each, such as to achievements by metric.

    Attributes:
        noun: what one of the rules is called, such as ``"an achievement"``.
        fields: those of each kind.
    """

    noun: str
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
                raise InvalidValue(f"{camel(field.name)} is not permitted for {self.noun} of type {kind}")
        for field in own if whole else ():
            if field.required and getattr(item, field.name, UNSET) is UNSET:
                raise InvalidValue(f"{camel(field.name)} is required for {self.noun} of type {kind}")
