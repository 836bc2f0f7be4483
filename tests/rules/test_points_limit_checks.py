"""The limits of points triggers: the windows that they take, and limits that cut off every award."""

from textwrap import dedent

import pytest
from attrs import evolve

from trophy_engine.rules.draft import check_text


def problems(text):
    return [evolve(problem, label=problem.path).describe() for problem in check_text(dedent(text))]


def test_faults_of_limits_are_reported_together():
    messages = problems(
        """
        streaks = [{ key = "daily", metrics = [{ key = "words" }] }]
        metrics = [{ key = "words" }]
        [[points]]
        key = "xp"
        triggers = [
            { type = "streak", points = -1, limit = { points = 3 } },
            { type = "streak", points = 1, limit = { point = 3, window = "dai" } },
            { type = "streak", points = 1, limit = { points = 3, window = { last = 7, unit = "day" } } },
            { type = "streak", points = 1, limit = 3 },
        ]
    """,
    )
    assert messages == [
        "error: points[0].triggers[0].limit: is for triggers that award points; remove it, or make points positive",
        "error: points[0].triggers[1].limit.point: unknown field 'point'; did you mean 'points'?",
        "error: points[0].triggers[1].limit.window: must be one of 'day', 'week', 'month', 'year', not 'dai'; "
        "did you mean 'day'?",
        "error: points[0].triggers[2].limit.window: must not be a rolling window, which limits do not take; "
        "write one of 'day', 'week', 'month', 'year', or a table like "
        "{every = 2, unit = 'week', start = 2026-01-05}",
        "error: points[0].triggers[3].limit: must be a table of fields, not 3; "
        "write for example limit = { points = 3 }",
    ]


@pytest.mark.parametrize(
    ("window", "name"),
    [
        ('{ last = 24, unit = "hour" }', "a rolling window"),
        ('{ lst = 24, unit = "hours" }', "a rolling window"),
        ('{ session_gap = 30, unit = "minute" }', "a session"),
        ('{ reset_by = "words" }', "a window that another metric resets"),
        ("{ start = 2026-06-01, end = 2026-06-30 }", "a window of dates"),
    ],
)
def test_a_window_that_limits_do_not_take_is_one_problem(window, name):
    trigger = f'{{ type = "metric", metric = "words", points = 5, limit = {{ points = 50, window = {window} }} }}'
    text = f'metrics = [{{ key = "words" }}]\npoints = [{{ key = "xp", triggers = [{trigger}] }}]'
    assert problems(text) == [
        f"error: points[0].triggers[0].limit.window: must not be {name}, which limits do not take; write one of "
        "'day', 'week', 'month', 'year', or a table like {every = 2, unit = 'week', start = 2026-01-05}"
    ]


@pytest.mark.parametrize(
    ("limit", "boosts", "least"),
    [
        (5, "", None),
        (4, "", "5"),
        (2, '{ multiplier = 0.5, name = "half" }', None),
        (1, '{ multiplier = 0.5, name = "half" }', "2 with boosts"),
        (2, '{ multiplier = 0.5, name = "half", rounding = "up" }', "3 with boosts"),
        (2, '{ multiplier = 0.5, name = "half", when = { weekdays = ["monday"] } }', None),
        (2, '{ multiplier = 0.5, name = "half", user_id = "18" }', None),
        (10, '{ multiplier = 2, name = "double" }', None),
        (9, '{ multiplier = 2, name = "double" }', "10 with boosts"),
        (9, '{ multiplier = 2, name = "double", when = { weekdays = ["monday"] } }', None),
        (4, '{ multiplier = 2, name = "double", user_id = "18" }', "5"),
        (4, '{ multiplier = 2, name = "double" }, { multiplier = 0.5, name = "half", user_id = "18" }', "5"),
        (
            7,
            '{ multiplier = 1.5, name = "a", rounding = "up" }, { multiplier = 1.01, name = "b", user_id = "18" }',
            None,
        ),
    ],
)
def test_a_limit_below_every_payment_is_doubted(limit, boosts, least):
    trigger = f'{{ type = "metric", metric = "words", points = 5, limit = {{ points = {limit}, window = "day" }} }}'
    text = f'metrics = [{{ key = "words" }}]\n[[points]]\nkey = "xp"\ntriggers = [{trigger}]\nboosts = [{boosts}]'
    message = "warning: points[0].triggers[0].limit.points: is less than one payment of {}, so every award is cut off"
    assert problems(text) == ([] if least is None else [f"{message.format(least)}; raise it"])


def test_a_limit_is_not_compared_where_a_boost_cannot_be_read():
    trigger = '{ type = "metric", metric = "words", points = 5, limit = { points = 4 } }'
    text = f'metrics = [{{ key = "words" }}]\n[[points]]\nkey = "xp"\ntriggers = [{trigger}]\nboosts = %s'
    for boosts in ('[{ name = "half", multiplier = "0.5" }]', "[7]", "7"):
        assert not [problem for problem in problems(text % boosts) if "limit" in problem]
