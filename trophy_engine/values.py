"""Values: frozen objects that are equal, hashed and shown by their fields.

attrs compiles the methods of each class when the class is made, which takes longer than anything else that an import
does. Values share theirs, so that attrs makes only ``__init__``.

>>> import attrs
>>> @attrs.frozen
... class Word(Value):
...     text: str
...     uses: tuple[int, ...] = ()
>>> Word("a", (1, 2))
Word(text='a', uses=(1, 2))
>>> Word("a") == Word("a"), Word("a") == Word("b"), len({Word("a"), Word("a")})
(True, False, 1)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any

from trophy_engine.representation import brief_repr


class Value:
    """The base of frozen attrs classes: comparison, hash and representation, by the fields.

    A class that defines one of the three itself keeps it. Fields with ``eq=False`` are not compared; other options of
    attrs on the three methods have no effect.
    """

    __slots__ = ()

    def __init_subclass__(cls) -> None:
        """Put the three methods into the class itself, because attrs generates those that it does not find there."""
        super().__init_subclass__()
        for name in ("__eq__", "__hash__", "__repr__"):
            if name not in cls.__dict__:
                setattr(cls, name, getattr(cls, name))

    def __eq__(self, other: object) -> bool:
        """Return True if the other object is of the same class and has equal fields."""
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(_compared_field_values(self) == _compared_field_values(other))

    def __hash__(self) -> int:
        """Return the hash of the class and the fields.

        Raises:
            TypeError: a field cannot be hashed.
        """
        return hash((self.__class__, _compared_field_values(self)))

    __repr__ = brief_repr


def _compared_field_values(value: Any) -> Any:
    """Return the fields that are compared: of one its value, of several a tuple."""
    return _compared_values_getter(value.__class__)(value)


@cache
def _compared_values_getter(cls: Any) -> Callable[[object], Any]:
    names = [field.name for field in cls.__attrs_attrs__ if field.eq]
    return attrgetter(*names) if names else _no_compared_values


def _no_compared_values(_: object) -> tuple[()]:
    return ()
