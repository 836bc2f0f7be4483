"""Phrases for the sentences of rules and of explanations."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.rules.filters import Filter


def count_noun(number: int, noun: str) -> str:
    """Return a number with a noun, in the plural unless the number is 1.

    >>> count_noun(1, "freeze"), count_noun(2, "freeze"), count_noun(2, "entry")
    ('1 freeze', '2 freezes', '2 entries')
    """
    plural = f"{noun[:-1]}ies" if noun.endswith("ry") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def join_words(words: Iterable[str], conjunction: str = "and") -> str:
    """Return words joined with commas and a conjunction.

    >>> join_words(["one", "two", "three"]), join_words(["one", "two"], "or")
    ('one, two and three', 'one or two')
    """
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def name_streak(streak: str | None) -> str:
    """Return the name of a streak in a sentence; None is the primary one.

    >>> name_streak(None), name_streak("gym")
    ('the streak', 'the gym streak')
    """
    return "the streak" if streak is None else f"the {streak} streak"


def describe_filtered_metric(metric: str, attributes: Filter) -> str:
    """Return the name of a metric, with the attribute values of a filter on its events."""
    if not attributes:
        return metric
    return (
        f"{metric} with {join_words(f'{key} = {_describe_filter_values(value)}' for key, value in attributes.items())}"
    )


def _describe_filter_values(value: str | tuple[str, ...]) -> str:
    return " or ".join(map(repr, value)) if isinstance(value, tuple) else repr(value)
