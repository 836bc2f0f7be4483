"""Fields and preferences of a user, and their values, in words."""

from __future__ import annotations

import json
from typing import Any, Final

from trophy_engine.core import Changes
from trophy_engine.rules.phrases import join_words

_PREFERENCES: Final = "preferences."
#: The noun of each kind of preference.
_KINDS: Final = {"streaks": "streak preference", "notifications": "notification preference"}


def describe_field_changes(changes: Changes) -> str:
    """Return what a user's fields are set to, as a phrase without a subject.

    >>> describe_field_changes((("name", "Jo"), ("email", None)))
    'was identified with name Jo and email cleared'
    >>> describe_field_changes((("preferences.streaks.daily.days_off", '["saturday","sunday"]'),))
    "set the daily streak preference 'days off' to saturday and sunday"
    """
    if changes and all(field.startswith(_PREFERENCES) for field, _ in changes):
        phrases = [
            f"the {describe_field(field)} to {describe_field_value(field, value) or 'none'}" for field, value in changes
        ]
        return f"set {join_words(phrases)}"
    phrases = [f"{describe_field(field)} {describe_field_value(field, value) or 'cleared'}" for field, value in changes]
    return f"was identified with {join_words(phrases)}" if phrases else "was identified"


def describe_field(name: str) -> str:
    """Return the name of a field in words.

    >>> describe_field("time_zone"), describe_field("attributes.plan")
    ('time zone', 'plan')
    >>> describe_field("preferences.streaks.daily.enabled")
    "daily streak preference 'enabled'"
    """
    if not name.startswith(_PREFERENCES):
        return name.removeprefix("attributes.").replace("_", " ")
    kind, *owner, key = name.removeprefix(_PREFERENCES).split(".")
    return " ".join([*owner, _KINDS[kind], repr(key.replace("_", " "))])


def describe_field_value(name: str, value: str | None) -> str:
    """Return the value of a field in words, empty for none; the values of preferences are JSON.

    >>> describe_field_value("name", "Jo"), describe_field_value("preferences.streaks.daily.enabled", "true")
    ('Jo', 'true')
    >>> describe_field_value("preferences.streaks.daily.metrics", '[["words","10"]]')
    'words 10'
    """
    if value is None or not name.startswith(_PREFERENCES):
        return value or ""
    read: Any = json.loads(value)
    if isinstance(read, list):
        return join_words(item if isinstance(item, str) else " ".join(item) for item in read) if read else ""
    return read if isinstance(read, str) else value
