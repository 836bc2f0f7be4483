"""Assertions for laws; a message is formatted only if its check fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any


def assert_true(fact: object, message: str, *subjects: object) -> None:
    """Check that a fact is true.

    Args:
        fact: what must be true.
        message: the message of the error; each ``{}`` in it is replaced by the next subject.
        subjects: values for the message, formatted only if the check fails.

    Raises:
        AssertionError: the fact is false.
    """
    if not fact:
        raise AssertionError(_format_assertion_message(message, subjects))


def assert_equal(actual: Any, expected: Any, what: str, *subjects: object) -> None:
    """Check that two values are equal.

    Args:
        actual: the value.
        expected: the value that it must equal.
        what: the name of the value, with which the message begins; ``{}`` as in ``assert_true``.
        subjects: values for ``what``, formatted only if the check fails.

    Raises:
        AssertionError: the values differ; the message has the first difference in sequences and mappings.
    """
    if actual != expected:
        raise AssertionError(
            f"{_format_assertion_message(what, subjects)}: {_describe_failed_equality(actual, expected)}"
        )


def _format_assertion_message(message: str, subjects: Sequence[object]) -> str:
    return message.format(*subjects) if subjects else message


def _describe_failed_equality(actual: Any, expected: Any) -> str:
    if isinstance(actual, Mapping) and isinstance(expected, Mapping):
        keys = [key for key in {**actual, **expected} if actual.get(key) != expected.get(key)]
        if keys:
            return f"{keys[0]!r}: {_describe_failed_equality(actual.get(keys[0]), expected.get(keys[0]))}"
    if isinstance(actual, Sequence) and isinstance(expected, Sequence) and not isinstance(actual, str):
        for index, (actual_item, expected_item) in enumerate(zip_longest(actual, expected)):
            if actual_item != expected_item:
                return f"at {index}: {_describe_failed_equality(actual_item, expected_item)}"
    return f"{actual!r}, not {expected!r}"
