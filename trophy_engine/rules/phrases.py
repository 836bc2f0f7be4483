"""Words that the sentences of rules and of explanations share."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.rules.filters import Filter


def count_noun(number: int, what: str) -> str:
    """Return a number of things, in words.

    >>> count_noun(1, "freeze"), count_noun(2, "freeze")
    ('1 freeze', '2 freezes')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def join_words(words: Iterable[str]) -> str:
    """Return words as a list in a sentence.

    >>> join_words(["one", "two", "three"])
    'one, two and three'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def describe_counter(what: str, attributes: Filter) -> str:
    """Return the name of what counts only with certain attributes."""
    if not attributes:
        return what
    return f"{what} with {join_words(f'{key} = {value!r}' for key, value in attributes.items())}"
