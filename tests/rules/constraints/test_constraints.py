"""Rules are checked at construction, and each error states the fact and the remedy."""

import re
from datetime import date, datetime, time
from decimal import Decimal

import attrs
import pytest

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Freezes,
    InvalidValue,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.rules.constraints import OneOf, OneOfOrTable, SubsetOf
from trophy_engine.rules.gates import Gate
from trophy_engine.rules.structure import rule_classes_of

DAY = date(2025, 1, 1)


def ranking(rank_by="metric", start=DAY, **fields):
    return Leaderboard("a", rank_by, start, metric="words", **fields)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Metric("a b"), "key must consist of ASCII letters"),
        (lambda: Metric("a", name=" "), "name must not be blank"),
        (lambda: Attribute("a", "both"), "type must be one of 'user', 'event', not 'both'"),
        (lambda: StreakMetric("a", 0), "threshold must be above 0"),
        (lambda: StreakMetric("a", True), "threshold must be an integer or a decimal number"),
        (lambda: StreakMetric("a", "1"), "threshold must be an integer or a decimal number"),
        (lambda: Freezes(2, 1), "max_count 1 must be at least start_count 2"),
        (lambda: Freezes(0, 101), "max_count must be at most 100"),
        (lambda: Freezes(0, 1, 7), "auto_earn_interval must be given together with auto_earn_amount, or not"),
        (lambda: Streak("habit", "hourly"), "frequency must be one of"),
        (
            lambda: Streak("habit", metrics=["a"]),
            r"each of metrics must be a StreakMetric, not 'a'; write StreakMetric\(key='a'\)",
        ),
        (lambda: Streak("habit", freezes=2), r"freezes must be a Freezes, not 2; write Freezes\(start_count=2\)$"),
        (lambda: MetricTrigger("a", 0), "value must be above 0"),
        (lambda: MetricTrigger("a", 1.0000000000000000001, {"x": 1}), "event_attributes.x must be a string"),
        (lambda: MetricTrigger("a", 1, "ios"), "event_attributes must map attribute keys to strings"),
        (lambda: CompositeTrigger([]), "achievements must contain at least one key"),
        (lambda: CompositeTrigger(["a", "a"]), "achievements must not contain 'a' twice"),
        (lambda: Achievement("a", "api"), "trigger must be a MetricTrigger or"),
        (lambda: Achievement("a", ApiTrigger(), hidden="yes"), "hidden must be true or false"),
        (lambda: MetricPointsTrigger("a", 0), "points must not be 0"),
        (lambda: MetricPointsTrigger("a", 1.5), "points must be a whole number"),
        (lambda: Level("a", -1), "points must be at least 0"),
        (lambda: Boost("a" * 256, 2, when={"start": DAY}), "name must have at most 255 characters"),
        (lambda: Boost("a", 100, when={"start": DAY}), "multiplier must be above 0, below 100"),
        (lambda: Boost("a", 2, when={"start": datetime(2025, 1, 1)}), "start must be a date"),  # noqa: DTZ001  # naive on purpose
        (
            lambda: Boost("a", 2, when={"start": DAY, "end": date(2024, 1, 1)}),
            "end 2024-01-01 must not be before start 2025-01-01",
        ),
        (
            lambda: Boost("a", 2, when={"start": DAY, "user_attributes": {"a": "b"}}, user_id="jo"),
            "either user_id or when.user_attributes, not both",
        ),
        (lambda: Boost("a", 2, when={"start": DAY}, user_id=""), "a user id must be a string"),
        (lambda: PointsSystem("a", maximum=0), "maximum must be at least 1"),
        (lambda: Leaderboard("a", "metric", DAY), "metric must be given if rank_by is 'metric', and only then"),
        (lambda: Leaderboard("a", "streak", DAY, points="xp"), "points must be given if rank_by is 'points'"),
        (lambda: ranking(rank_by="length"), "rank_by must be one of 'metric', 'points', 'streak'"),
        (lambda: ranking(run_unit="day"), "run_unit must be given together with run_interval, or not at all"),
        (lambda: ranking(run_unit="fortnight", run_interval=1), "run_unit must be one of 'day', 'week', 'month',"),
        (lambda: ranking(order="up"), "order must be one of 'descending', 'ascending', not 'up'"),
        (lambda: ranking(ties="last"), "ties must be one of 'first', 'shared', not 'last'"),
        (lambda: ranking(time_zone="Mars"), "time_zone must be a time zone, for example 'Europe/London' or"),
        (lambda: ranking(time_zone="Europe/Pari"), "not 'Europe/Pari'; did you mean 'Europe/Paris'"),
        (lambda: ranking(time_zone=["UTC"]), r"time_zone must be a time zone, .* not \['UTC'\]$"),
        (lambda: ranking(run_unit="day", run_interval=0), "run_interval must be at least 1"),
        (
            lambda: Leaderboard("a", "streak", DAY, run_unit="day", run_interval=1),
            "a leaderboard by streak has no repeated runs",
        ),
        (lambda: ranking(end=date(2024, 12, 31)), "end 2024-12-31 must not be before start 2025-01-01"),
        (lambda: ranking(start_time="12:00", end_time="12:00:00"), "end_time 12:00:00 must be after start_time 12:00"),
        (lambda: ranking(start_time="24:00"), "start_time must be"),
        (lambda: ranking(max_participants=0), "max_participants must be at least 1"),
        (lambda: ranking(breakdown_attributes=["a", "a"]), "breakdown_attributes must"),
        (lambda: ranking(status="archived"), "status must be one of 'active', 'inactive', 'finished'"),
        (lambda: Ruleset(metrics="words"), "metrics must be a list"),
    ],
)
def test_invalid_rules_are_refused(make, message):
    with pytest.raises(InvalidValue, match=message):
        make()


@pytest.mark.parametrize("mode", ["ANY", "any"])
def test_any_condition_is_answered_with_its_name_and_not_with_a_similar_word(mode):
    message = rf"^evaluation_mode must be one of 'AND', 'OR', not '{mode}'; if one condition suffices write 'OR'$"
    with pytest.raises(InvalidValue, match=message):
        Streak("daily", metrics=[StreakMetric("words")], evaluation_mode=mode)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("200%", "must be a number, not '200%'; write 2"),
        ("150 %", "write 1.5"),
        ("2x", "write 2"),
        ("x1.5", "write 1.5"),
        ("100%", "must be an integer or a decimal number, not '100%'"),
        ("9x9", "must be an integer or a decimal number, not '9x9'"),
        ("2", "not '2'; write it without quotes: 2"),
    ],
)
def test_a_factor_as_text_is_answered_with_the_number(value, remedy):
    with pytest.raises(InvalidValue, match=rf"{re.escape(remedy)}$"):
        Boost("a", value)


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("24:00", "not '24:00'; midnight is '00:00'"),
        ("24:00:00", "not '24:00:00'; midnight is '00:00'"),
        ("9:00", "not '9:00'; did you mean '09:00'?"),
        (time(9, 30), "did you mean '09:30'?"),
        (time(9, 30, 5), "did you mean '09:30:05'?"),
        ("25:00", "not '25:00'"),
        (9, "not 9"),
    ],
)
def test_a_time_of_day_is_answered_with_the_text_that_is_meant(value, remedy):
    with pytest.raises(InvalidValue, match=rf"{re.escape(remedy)}$"):
        Gate(between=["08:00", value])


@pytest.mark.parametrize(
    ("value", "table"),
    [
        ("7 days", {"last": 7, "unit": "day"}),
        ("24 hours", {"last": 24, "unit": "hour"}),
        ("1 day", {"last": 1, "unit": "day"}),
        ("2 weeks", {"last": 14, "unit": "day"}),
        ("30", {"last": 30, "unit": "day"}),
        (30, {"last": 30, "unit": "day"}),
        ("900 days", {"last": 7, "unit": "day"}),
        ("0 days", {"last": 7, "unit": "day"}),
        ("3 moons", {"last": 7, "unit": "day"}),
        (True, {"last": 7, "unit": "day"}),
    ],
)
def test_a_length_as_text_is_answered_with_a_table(value, table):
    remedy = re.escape(f"not {value!r}; or write a table like {table}")
    with pytest.raises(InvalidValue, match=f"{remedy}$"):
        Metric("a", source="b", window=value)


def test_numbers_of_rules_are_short_enough_for_a_file():
    with pytest.raises(InvalidValue, match="value must have at most 15 digits"):
        MetricTrigger("a", Decimal("1.00000000000000000001"))


@pytest.mark.parametrize("sign", [1, -1])
def test_whole_numbers_of_rules_have_a_magnitude_below_10_to_the_18(sign):
    most = 10**18 - 1
    assert MetricPointsTrigger("a", sign * most).points == sign * most
    for beyond in (10**18, 10**100, 10**5000):
        with pytest.raises(InvalidValue, match=r"points must have at most 18 digits$"):
            MetricPointsTrigger("a", sign * beyond)
    for make in (lambda: Level("a", 10**18), lambda: PointsSystem("a", maximum=10**18), lambda: Freezes(10**18)):
        with pytest.raises(InvalidValue, match=r"must have at most 18 digits$"):
            make()


def test_names_default_to_keys():
    assert (Metric("words").name, Level("gold", 5).name, Freezes(2).max_count) == ("words", "gold", 2)


def choices():
    """Yield the choices of every field that has some, with the class and the name of the field."""
    pending, seen = [Ruleset], set()
    while pending:
        cls = pending.pop()
        seen.add(cls)
        pending += [one for classes, _ in rule_classes_of(cls).values() for one in classes if one not in seen]
        for field in attrs.fields(cls):
            constraint = getattr(field.validator, "constraint", field.validator)
            if isinstance(constraint, OneOf | OneOfOrTable | SubsetOf):
                yield from (
                    (f"{cls.__name__}.{field.name}", constraint.choices, choice) for choice in constraint.choices
                )


@pytest.mark.parametrize(
    "change", [str.capitalize, str.upper, str.lower, lambda word: f" {word}s", lambda word: word[:3]]
)
def test_every_choice_in_another_spelling_is_suggested(change):
    found = list(choices())
    assert len({field for field, _, _ in found}) >= 12
    for field, allowed, choice in found:
        text = change(choice)
        if text not in allowed:
            with pytest.raises(InvalidValue, match=f"did you mean '{choice}'") as raised:
                OneOf(allowed).check("it", text)
            assert raised.value, field


def test_a_date_can_be_written_as_text():
    day, end = date(2025, 1, 6), date(2025, 2, 28)
    assert Boost("a", 2, when={"start": "2025-01-06", "end": "2025-02-28"}) == Boost(
        "a", 2, when={"start": day, "end": end}
    )
    assert ranking(start="2025-01-06", end=None) == ranking(start=day)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("2025-02-29", "must be a date that exists, not '2025-02-29'; the last day of that month is 2025-02-28"),
        ("2025-13-01", "must be a date that exists, not '2025-13-01'"),
        ("0000-01-01", "must be a date that exists, not '0000-01-01'"),
        ("6 January", "must be a date, for example datetime.date(2025, 4, 2), not '6 January'"),
    ],
)
def test_a_text_that_is_no_date_is_answered_with_the_reason(text, fact):
    with pytest.raises(InvalidValue) as error:
        ranking(start=text)
    assert (error.value.field, error.value.fact) == ("start", fact)
