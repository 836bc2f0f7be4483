"""Metrics, which count events, and attributes, which distinguish users and events."""

from __future__ import annotations

from typing import Final, Literal

import attrs

from trophy_engine.representation import brief_repr
from trophy_engine.rules.constraints import KEY, TEXT, OneOf, Text

__all__ = ["Attribute", "AttributeType", "Metric", "UnitType"]

AttributeType = Literal["user", "event"]
UnitType = Literal["number", "currency"]
_TYPES: Final = ("user", "event")
_UNIT_TYPES: Final = ("number", "currency")


@attrs.frozen
class Metric:
    """A number that events add to, one total for each user.

    Attributes:
        key: the key by which events and rules refer to it.
        name: the name for display; the key by default.
        unit: the unit of its values, for example ``"pages"``, or a currency code, for example ``"USD"``; may be empty.
        unit_type: ``"number"`` or ``"currency"``.
    """

    __repr__ = brief_repr

    key: str = attrs.field(validator=KEY)
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
    unit: str = attrs.field(default="", validator=Text(allow_empty=True))
    unit_type: UnitType = attrs.field(default="number", validator=OneOf(_UNIT_TYPES))


@attrs.frozen
class Attribute:
    """A declared key with string values, on users or on events.

    Attributes:
        key: unique among the attributes of its type.
        type: ``"user"`` or ``"event"``.
        name: the name for display; the key by default.
    """

    __repr__ = brief_repr

    key: str = attrs.field(validator=KEY)
    type: AttributeType = attrs.field(default="user", validator=OneOf(_TYPES))
    name: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True), validator=TEXT)
