"""Words that the sentences of rules and of explanations share."""

from __future__ import annotations

from collections.abc import Iterable

from trophy_engine.rules.constraints import Filter


def counted(number: int, what: str) -> str:
    """Return a number of things, in words.

    >>> counted(1, "freeze"), counted(2, "freeze")
    ('1 freeze', '2 freezes')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def joined(words: Iterable[str]) -> str:
    """Return words as a list in a sentence.

    >>> joined(["one", "two", "three"])
    'one, two and three'
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def with_attributes(what: str, attributes: Filter) -> str:
    """Return the name of what counts only with certain attributes."""
    if not attributes:
        return what
    return f"{what} with {joined(f'{key} = {value!r}' for key, value in attributes.items())}"
