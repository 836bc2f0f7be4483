"""Rules with a place for each of many mistakes, and the mistakes, none of which concerns the place of another."""

import json
from collections.abc import Callable
from typing import Any

import attrs

__all__ = ["MISTAKES", "Mistake", "with_places"]

#: Items that are added to any rules, in which mistakes are made.
_PLACES = {
    "metrics": [
        {
            "key": "z-best",
            "source": "z-one",
            "aggregate": "max",
            "event_attributes": {"z-device": ["ios", "web"]},
            "event_value": {"at_least": 1, "at_most": 9},
        },
        {"key": "z-seen", "source": "z-two", "aggregate": "distinct", "distinct_by": "z-device"},
        {"key": "z-week", "source": "z-one", "window": {"last": 7, "unit": "day"}},
        {"key": "z-run", "source": "z-one", "window": {"reset_by": "z-two"}},
        {"key": "z-one", "name": "One"},
        {"key": "z-two", "unit_type": "number"},
    ],
    "attributes": [
        {"key": "z-plan", "type": "user"},
        {"key": "z-city", "type": "user"},
        {"key": "z-device", "type": "event"},
    ],
    "streaks": [
        {
            "key": "z-streak",
            "frequency": "daily",
            "evaluation_mode": "OR",
            "metrics": [{"key": "z-one", "threshold": 1}, {"key": "z-two", "threshold": 2}],
            "freezes": {"start_count": 1, "max_count": 3},
            "days_off": ["saturday", "sunday", "friday"],
        },
        {"key": "z-other", "metrics": [{"key": "z-one"}], "freezes": {"start_count": 1}},
    ],
    "achievements": [
        {
            "key": "z-first",
            "when": {"user_attributes": {"z-plan": "pro", "z-city": "Bern"}},
            "trigger": {"type": "metric", "metric": "z-one", "value": 5, "event_attributes": {"z-device": "ios"}},
        },
        {"key": "z-second", "hidden": False, "trigger": {"type": "api"}},
        {"key": "z-third", "status": "active", "trigger": {"type": "metric", "metric": "z-two", "value": 7}},
        {"key": "z-all", "trigger": {"type": "achievement", "achievements": ["z-first", "z-second", "z-third"]}},
        {"key": "z-year", "trigger": {"type": "anniversary", "years": 1}},
    ],
    "points": [
        {
            "key": "z-points",
            "name": "Points",
            "maximum": 1000,
            "triggers": [
                {"type": "metric", "metric": "z-one", "points": 5, "threshold": 2, "key": "z-a"},
                {"type": "time", "points": 1, "unit": "days", "interval": 1, "key": "z-b"},
                {"type": "achievement", "achievement": "z-first", "points": 9, "key": "z-c"},
                {"type": "user_creation", "points": 3, "key": "z-d"},
            ],
            "levels": [
                {"key": "z-low", "points": 1},
                {"key": "z-mid", "points": 5},
                {"key": "z-high", "points": 9, "name": "High"},
            ],
            "boosts": [
                {
                    "name": "B",
                    "multiplier": 2,
                    "when": {"start": "2025-01-01", "end": "2025-02-01"},
                    "rounding": "down",
                },
                {"name": "C", "multiplier": 3, "when": {"start": "2025-01-01", "user_attributes": {"z-plan": "pro"}}},
            ],
        }
    ],
    "leaderboards": [
        {
            "key": "z-board",
            "rank_by": "metric",
            "metric": "z-one",
            "start": "2025-01-01",
            "end": "2025-12-31",
            "start_time": "10:00",
            "run_unit": "day",
            "run_interval": 1,
            "max_participants": 10,
            "breakdown_attributes": ["z-plan", "z-city"],
        },
    ],
}


@attrs.frozen
class Mistake:
    """A mistake: what it changes, the end of the path of its problem, and a part of the message."""

    name: str
    make: Callable[[dict[str, Any]], None]
    path: str
    message: str


def with_places(rules):
    """Return a ruleset as a table, with a place for every mistake after what it has.

    The places come last in their lists, so mistakes find them from the end.
    """
    table = json.loads(rules.to_text("json"))
    for name, items in _PLACES.items():
        table[name] = [*table.get(name, []), *json.loads(json.dumps(items))]
    return {**table, "first_weekday": "monday"}


def _at(table, path):
    for step in path:
        table = table[step]
    return table


def _set(*path):
    """Return a change of the value at a path."""
    *parents, last, value = path
    return lambda table: _at(table, parents).__setitem__(last, value)


def _rename(*path):
    """Return a change of the name of a field."""
    *parents, old, new = path

    def change(table):
        parent = _at(table, parents)
        items = [(new if name == old else name, value) for name, value in parent.items()]
        parent.clear()
        parent.update(items)

    return change


def _remove(*path):
    *parents, last = path
    return lambda table: _at(table, parents).__delitem__(last)


_FIRST, _SECOND, _THIRD, _ALL, _YEAR = (
    ("achievements", -5),
    ("achievements", -4),
    ("achievements", -3),
    ("achievements", -2),
    ("achievements", -1),
)
_POINTS, _BOARD, _STREAK = ("points", -1), ("leaderboards", -1), ("streaks", -2)
_BEST, _SEEN, _WEEK, _RUN = ("metrics", -6), ("metrics", -5), ("metrics", -4), ("metrics", -3)
MISTAKES = [
    Mistake(name, make, path, message)
    for name, make, path, message in [
        ("an unknown field of the file", _set("badges", []), "badges", "unknown field 'badges'"),
        ("an unknown field of a metric", _set("metrics", -2, "color", "red"), ".color", "unknown field 'color'"),
        ("a number for a name", _set("metrics", -2, "name", 3), ".name", "must be a string, not 3"),
        ("a choice in capitals", _set("metrics", -1, "unit_type", "Number"), ".unit_type", "did you mean 'number'?"),
        (
            "an unknown source",
            _set(*_BEST, "source", "z-on"),
            ".source",
            "unknown metric 'z-on'; did you mean 'z-one'?",
        ),
        ("an aggregate in capitals", _set(*_BEST, "aggregate", "MAX"), ".aggregate", "did you mean 'max'?"),
        (
            "an unknown attribute of a metric",
            _rename(*_BEST, "event_attributes", "z-device", "z-devic"),
            ".z-devic",
            "unknown event attribute 'z-devic'; did you mean 'z-device'?",
        ),
        ("a bound in quotes", _set(*_BEST, "event_value", "at_least", "1"), ".at_least", "write it without quotes: 1"),
        ("a misspelt bound", _rename(*_BEST, "event_value", "at_most", "atmost"), ".atmost", "mean 'at_most'?"),
        ("an unknown attribute to count", _set(*_SEEN, "distinct_by", "z-dev"), ".distinct_by", "'z-device'?"),
        ("a chain", _set(*_SEEN, "source", "z-run"), ".source", "'z-run' is itself derived, from 'z-one'"),
        ("a unit of a window", _set(*_WEEK, "window", "unit", "days"), "window.unit", "did you mean 'day'?"),
        ("a misspelt window", _rename(*_WEEK, "window", "last", "lsat"), "window.lsat", "did you mean 'last'?"),
        ("an unknown reset", _set(*_RUN, "window", "reset_by", "z-tow"), "window.reset_by", "unknown metric 'z-tow'"),
        ("a misspelt field", _rename(*_BOARD, "max_participants", "max_participant"), ".max_participant", "unknown"),
        ("another name of a metric", _rename("streaks", -1, "metrics", 0, "key", "metric"), ".metric", "mean 'key'?"),
        ("another name of an interval", _rename(*_POINTS, "triggers", 1, "interval", "every"), ".every", "'interval'?"),
        ("another name of a threshold", _rename(*_POINTS, "levels", 0, "points", "value"), ".value", "mean 'points'?"),
        ("a misspelt frequency", _set(*_STREAK, "frequency", "dayly"), ".frequency", "did you mean 'daily'?"),
        ("a weekday in capitals", _set("first_weekday", "Monday"), "first_weekday", "mean 'monday'?"),
        ("a start of the day after noon", _set("day_start", "13:00"), "day_start", "from '00:00' to '11:59'"),
        ("an abbreviated weekday", _set(*_STREAK, "days_off", 0, "Sat"), "days_off[0]", "did you mean 'saturday'?"),
        ("another one in the same list", _set(*_STREAK, "days_off", 2, "fri."), "days_off[2]", "mean 'friday'?"),
        ("an unknown metric", _set(*_STREAK, "metrics", 0, "key", "z-onee"), "metrics[0].key", "unknown metric"),
        ("a threshold in quotes", _set(*_STREAK, "metrics", 0, "threshold", "3"), "[0].threshold", "without quotes"),
        ("a threshold of zero", _set(*_STREAK, "metrics", 1, "threshold", 0), "[1].threshold", "must be above 0"),
        ("too few freezes", _set(*_STREAK, "freezes", "max_count", 0), "freezes.max_count", "at least start_count 1"),
        ("an interval alone", _set(*_STREAK, "freezes", "auto_earn_interval", 7), "auto_earn_interval", "together"),
        (
            "an unknown attribute",
            _rename(*_FIRST, "when", "user_attributes", "z-plan", "z-pln"),
            ".z-pln",
            "unknown user",
        ),
        (
            "a number for an attribute",
            _set(*_FIRST, "when", "user_attributes", "z-city", 3),
            ".z-city",
            "must be a string",
        ),
        (
            "a metric of a trigger",
            _set(*_FIRST, "trigger", "metric", "z-on"),
            "trigger.metric",
            "unknown metric 'z-on'",
        ),
        ("a value of a trigger", _set(*_FIRST, "trigger", "value", "5"), "trigger.value", "write it without quotes: 5"),
        ("a filter of events", _set(*_FIRST, "trigger", "event_attributes", {"z-dev": "x"}), ".z-dev", "unknown event"),
        ("a flag in quotes", _set(*_SECOND, "hidden", "false"), ".hidden", "write it without quotes: false"),
        ("a type in capitals", _set(*_SECOND, "trigger", "type", "API"), "trigger.type", "did you mean 'api'?"),
        ("a misspelt type", _set(*_THIRD, "trigger", "type", "metrics"), "trigger.type", "did you mean 'metric'?"),
        ("an unknown status", _set(*_THIRD, "status", "on"), ".status", "must be one of"),
        ("a metric under a misspelt type", _set(*_THIRD, "trigger", "metric", "z-tow"), "trigger.metric", "'z-tow'"),
        ("no achievement", _set(*_ALL, "trigger", "achievements", 0, "z-frist"), "achievements[0]", "'z-first'?"),
        ("no key in a list", _set(*_ALL, "trigger", "achievements", 1, 7), "achievements[1]", "must consist of"),
        ("a field that is missing", _remove(*_YEAR, "trigger", "years"), ".trigger", "lacks the field years; give it"),
        ("a key that is missing", _remove(*_YEAR, "key"), "]", "the field 'key' is missing"),
        ("a maximum in quotes", _set(*_POINTS, "maximum", "10"), ".maximum", "write it without quotes: 10"),
        ("an unknown field of points", _set(*_POINTS, "colour", "red"), ".colour", "unknown field 'colour'"),
        (
            "a metric of points",
            _set(*_POINTS, "triggers", 0, "metric", "z-thr"),
            "[0].metric",
            "unknown metric 'z-thr'",
        ),
        ("a broken number", _set(*_POINTS, "triggers", 0, "points", 1.5), "[0].points", "a whole number, not 1.5"),
        ("a unit", _set(*_POINTS, "triggers", 1, "unit", "Hour"), "[1].unit", "did you mean 'hours'?"),
        ("an achievement of points", _set(*_POINTS, "triggers", 2, "achievement", "z-f"), "[2].achievement", "'z-f'"),
        ("no points", _set(*_POINTS, "triggers", 2, "points", 0), "[2].points", "must not be 0"),
        ("a key that is repeated", _set(*_POINTS, "triggers", 3, "key", "z-b"), "[3].key", "duplicate key 'z-b'"),
        ("a threshold that is repeated", _set(*_POINTS, "levels", 1, "points", 1), "levels[1].points", "threshold, 1"),
        ("an unknown field of a level", _set(*_POINTS, "levels", 1, "colour", 3), "levels[1].colour", "unknown field"),
        ("a key of a level", _set(*_POINTS, "levels", 2, "key", "z-low"), "levels[2].key", "duplicate key 'z-low'"),
        ("a name of a level", _set(*_POINTS, "levels", 2, "name", True), "levels[2].name", "write it in quotes"),
        (
            "an end before the start",
            _set(*_POINTS, "boosts", 0, "when", "end", "2024-02-01"),
            "boosts[0].when.end",
            "must not be",
        ),
        ("a multiplier", _set(*_POINTS, "boosts", 0, "multiplier", 1), "boosts[0].multiplier", "different from 1"),
        ("a rounding", _set(*_POINTS, "boosts", 0, "rounding", "Up"), "boosts[0].rounding", "did you mean 'up'?"),
        ("a user and a filter", _set(*_POINTS, "boosts", 1, "user_id", "ann"), "boosts[1]", "not both"),
        ("a date", _set(*_POINTS, "boosts", 1, "when", "start", "soon"), "boosts[1].when.start", "must be a date"),
        ("an end of a board", _set(*_BOARD, "end", "2024-01-01"), ".end", "must not be before start"),
        ("a metric of a board", _set(*_BOARD, "metric", "z-x"), "].metric", "unknown metric 'z-x'"),
        ("a time of day", _set(*_BOARD, "start_time", "noon"), ".start_time", "must be a time of day"),
        ("a unit of runs", _set(*_BOARD, "run_unit", "days"), ".run_unit", "did you mean 'day'?"),
        (
            "an attribute of events",
            _set(*_BOARD, "breakdown_attributes", 1, "z-device"),
            "attributes[1]",
            "unknown user",
        ),
        ("an attribute of none", _set(*_BOARD, "breakdown_attributes", 0, "z-p"), "attributes[0]", "unknown user"),
        ("a list for a table", _set("streaks", -1, "freezes", [{}]), ".freezes", "there is only one"),
        ("a share above all", _set("experimentation", {"control_ratio": 101}), ".control_ratio", "at most 100"),
        ("a table for a list", _set("notifications", []), "notifications", "must be"),
    ]
]
