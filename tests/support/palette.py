"""Values of every kind that a caller can pass by mistake, and which of them an annotation allows."""

import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from os import PathLike
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from trophy_engine import Freezes, Gate

SURROGATE = "\ud800"


class Anything:
    """A class, which is a callable, too."""

    def __init__(self, *_, **__):
        pass


class Ambiguous:
    """A value whose comparisons are neither true nor false, like those of an array, and that has no text."""

    __hash__ = None

    def __eq__(self, _):
        return self

    def __bool__(self):
        raise ValueError("the truth value is ambiguous")

    def __repr__(self):
        raise ValueError("it has no text")


def take_anything(*_, **__):
    """Accept any arguments and return nothing."""


def _nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


#: Functions that create the value, by name: generators and lists are created for each call.
PALETTE = {
    "None": lambda: None,
    "text": lambda: "nonsense",
    "empty text": lambda: "",
    "blank text": lambda: " ",
    "lone surrogate": lambda: SURROGATE,
    "NUL": lambda: "x\0y",
    "long text": lambda: "x" * 5_000,
    "bytes": lambda: b"18",
    "zero": lambda: 0,
    "minus one": lambda: -1,
    "huge int": lambda: 10**5_000,
    "huge negative int": lambda: -(10**5_000),
    "true": lambda: True,
    "false": lambda: False,
    "float": lambda: 1.5,
    "nan": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "decimal NaN": lambda: Decimal("NaN"),
    "signalling NaN": lambda: Decimal("sNaN"),
    "huge decimal": lambda: Decimal("1e999999"),
    "tiny decimal": lambda: Decimal("1e-999999"),
    "empty list": list,
    "list of text": lambda: ["x"],
    "list of lists": lambda: [["x"]],
    "list of None": lambda: [None],
    "list of surrogates": lambda: [SURROGATE],
    "deep list": lambda: _nested(5_000),
    "tuple": lambda: (1, "x"),
    "empty dict": dict,
    "dict of ints": lambda: {"x": 1},
    "dict by int": lambda: {1: "x"},
    "dict of lists": lambda: {"plan": ["x"]},
    "dict of surrogates": lambda: {"plan": SURROGATE},
    "set": lambda: {"x"},
    "object": object,
    "naive datetime": lambda: datetime(2025, 4, 2),  # noqa: DTZ001  # naive on purpose
    "last datetime": lambda: datetime.max.replace(tzinfo=UTC),
    "date": lambda: date(2025, 4, 2),
    "first date": lambda: date.min,
    "last date": lambda: date.max,
    "timedelta": lambda: timedelta(1),
    "ambiguous value": Ambiguous,
    "class": lambda: Anything,
    "callable": lambda: take_anything,
    "generator": lambda: (one for one in "ab"),
    "range": lambda: range(3),
    "Ellipsis": lambda: ...,
    "module": lambda: inspect,
}


def fits(value, hint):  # noqa: PLR0911, PLR0912, C901  # one line for each kind of annotation
    """Return whether an annotation allows a value, without its items."""
    origin = get_origin(hint)
    if hint is Any or hint is object:
        return True
    if hint is None or hint is types.NoneType:
        return value is None
    if origin in {Union, types.UnionType}:
        return any(fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in get_args(hint))
    if origin is type:
        [bound] = get_args(hint)
        bound = bound.__bound__ if isinstance(bound, TypeVar) else bound
        return isinstance(value, type) and issubclass(value, bound)
    if isinstance(hint, TypeVar):
        return True
    kind = origin or hint
    if kind is bool:
        return isinstance(value, bool)
    if kind in {int, float}:
        return isinstance(value, (int, float) if kind is float else int) and not isinstance(value, bool)
    if kind is Decimal:  # a float is made exact
        return isinstance(value, Decimal | float)
    if kind is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    if kind is tuple:  # fields accept lists, too
        return isinstance(value, tuple | list | range)
    if kind in {Sequence, Iterable, Iterator}:
        return isinstance(value, kind) and not isinstance(value, str | bytes)
    if kind is PathLike:
        return isinstance(value, PathLike)
    if kind is Callable or (getattr(kind, "_is_protocol", False) and "__call__" in vars(kind)):
        return callable(value)
    if getattr(kind, "_is_protocol", False):
        names = [name for name in vars(kind) if not name.startswith("_")]
        return not isinstance(value, type) and all(hasattr(value, name) for name in names)
    if kind in {Gate, Freezes}:  # rules that need no field are made from any mapping
        return isinstance(value, kind | Mapping)
    if isinstance(kind, type) and issubclass(kind, Mapping):  # a filter is made from any mapping
        return isinstance(value, Mapping)
    if isinstance(kind, type):
        return isinstance(value, kind)
    raise TypeError(f"say in tests/support/palette.py what {hint!r} allows")


def parameters_of(function):
    """Return the parameters of a function and what their annotations allow; of an attrs class, its fields."""
    if isinstance(function, type) and attrs.has(function):
        attrs.resolve_types(function)
        hints = {field.alias: field.type for field in attrs.fields(function) if field.init}
    else:
        target = function.__init__ if isinstance(function, type) else function
        target = inspect.unwrap(target)
        given = {name: hint for name, hint in inspect.get_annotations(target).items() if name != "return"}
        names = getattr(target, "__globals__", {})  # the class of a result may be imported when it is used
        hints = {name: eval(hint, names) if isinstance(hint, str) else hint for name, hint in given.items()}  # noqa: S307
    found = inspect.signature(function).parameters.values()
    return {one.name: (hints.get(one.name, Any), one.default is one.empty) for one in found}


def holds_surrogate(value):
    """Return whether a value is, or holds, text that UTF-8 cannot write."""
    if isinstance(value, str):
        return SURROGATE in value
    if isinstance(value, Mapping):
        return any(map(holds_surrogate, value.values()))
    return isinstance(value, list) and value[:1] == [SURROGATE]


def is_enum_member(value):
    """Return whether a value is a member of an enumeration, such as ``UNSET``."""
    return isinstance(value, Enum)
