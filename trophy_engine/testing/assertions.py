"""Assertions with the first difference in the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any


def assert_true(fact: object, message: str, *subjects: object) -> None:
    """Check that a fact is true. ``{}`` in the message stands for a subject, which is formatted only if it is not.

    Raises:
        AssertionError: it is not; the error has the message.
    """
    if not fact:
        raise AssertionError(_fill_in(message, subjects))


def assert_equal(actual: Any, expected: Any, what: str, *subjects: object) -> None:
    """Check that two values are equal. ``{}`` in ``what`` stands for a subject, as in ``assert_true``.

    Raises:
        AssertionError: they are not; the error names the first difference in lists and mappings.
    """
    if actual != expected:
        raise AssertionError(f"{_fill_in(what, subjects)}: {_difference(actual, expected)}")


def _fill_in(message: str, subjects: Sequence[object]) -> str:
    return message.format(*subjects) if subjects else message


def _difference(actual: Any, expected: Any) -> str:
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        keys = [key for key in {**actual, **expected} if actual.get(key) != expected.get(key)]
        if keys:
            return f"{keys[0]!r}: {_difference(actual.get(keys[0]), expected.get(keys[0]))}"
    if isinstance(actual, Sequence) and isinstance(expected, Sequence) and not isinstance(actual, str):
        for index, (actual_item, expected_item) in enumerate(zip_longest(actual, expected)):
            if actual_item != expected_item:
                return f"at {index}: {_difference(actual_item, expected_item)}"
    return f"{actual!r}, not {expected!r}"
