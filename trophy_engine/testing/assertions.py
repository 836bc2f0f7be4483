"""Agreement: comparing what two ways came to, with the first difference in the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

__all__ = ["agree", "holds"]


def holds(fact: object, message: str) -> None:
    """Assert a fact.

    Raises:
        AssertionError: with the message, where it does not hold.
    """
    if not fact:
        raise AssertionError(message)


def agree(found: Any, expected: Any, what: str) -> None:
    """Assert that two values are equal.

    Raises:
        AssertionError: with where they differ first, in lists and mappings, where they are not.
    """
    if found != expected:
        raise AssertionError(f"{what}: {_difference(found, expected)}")


def _difference(found: Any, expected: Any) -> str:
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
        if keys:
            return f"{keys[0]!r}: {_difference(found.get(keys[0]), expected.get(keys[0]))}"
    if isinstance(found, Sequence) and isinstance(expected, Sequence) and not isinstance(found, str):
        for place, (one, other) in enumerate(zip_longest(found, expected)):
            if one != other:
                return f"at {place}: {_difference(one, other)}"
    return f"{found!r}, not {expected!r}"
