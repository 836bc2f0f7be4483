"""Assertions with the fact, or the first difference, in the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any


def assert_true(fact: object, message: str, *subjects: object) -> None:
    """Assert a fact. ``{}`` in the message stands for a subject, which is written only where the fact does not hold.

    Raises:
        AssertionError: with the message, where it does not hold.
    """
    if not fact:
        raise AssertionError(_fill_in(message, subjects))


def assert_equal(found: Any, expected: Any, what: str, *subjects: object) -> None:
    """Assert that two values are equal. ``{}`` in ``what`` stands for a subject, as in ``assert_true``.

    Raises:
        AssertionError: with where they differ first, in lists and mappings, where they are not.
    """
    if found != expected:
        raise AssertionError(f"{_fill_in(what, subjects)}: {_difference(found, expected)}")


def _fill_in(message: str, subjects: Sequence[object]) -> str:
    return message.format(*subjects) if subjects else message


def _difference(found: Any, expected: Any) -> str:
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        keys = [key for key in {**found, **expected} if found.get(key) != expected.get(key)]
        if keys:
            return f"{keys[0]!r}: {_difference(found.get(keys[0]), expected.get(keys[0]))}"
    if isinstance(found, Sequence) and isinstance(expected, Sequence) and not isinstance(found, str):
        for index, (found_item, expected_item) in enumerate(zip_longest(found, expected)):
            if found_item != expected_item:
                return f"at {index}: {_difference(found_item, expected_item)}"
    return f"{found!r}, not {expected!r}"
