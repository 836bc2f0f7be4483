"""A field in the wrong table: the message names the table that has it."""

from textwrap import dedent

from attrs import evolve

from trophy_engine.rules.draft import check_text


def problems(text):
    return [evolve(problem, label=problem.path).describe() for problem in check_text(dedent(text))]


def test_a_field_in_the_wrong_table_is_sent_to_the_right_one():
    messages = problems(
        """
        attributes = [{ key = "plan" }]
        [[metrics]]
        key = "words"
        weekdays = ["monday"]
        start = 2026-06-01
        [[achievements]]
        key = "pro"
        user_attributes = { plan = "pro" }
        trigger = { type = "metric", metric = "words", value = 1 }
        [[points]]
        key = "xp"
        triggers = [{ type = "metric", metric = "words", points = 1 }]
        boosts = [{ name = "June", multiplier = 2, start = 2026-06-01 }]
        [[streaks]]
        key = "daily"
        rewards = []
        metrics = [{ key = "words" }]
        day_start = "03:00"
        leaderboards = []
        points = 3
    """,
    )
    at_the_top = "it is a field of the whole file: write it at the top, before the first table"
    known = "'key', 'frequency', 'metrics', 'evaluation_mode', 'freezes', 'days_off', 'customization_enabled'"
    assert messages == [
        "error: metrics[0].weekdays: unknown field 'weekdays'; write it in the table 'when'",
        "error: metrics[0].start: unknown field 'start'; write it in the table 'window' or 'when'",
        "error: streaks[0].rewards: unknown field 'rewards'; write it in the table 'freezes'",
        f"error: streaks[0].day_start: unknown field 'day_start'; {at_the_top}",
        f"error: streaks[0].leaderboards: unknown field 'leaderboards'; {at_the_top}",
        f"error: streaks[0].points: unknown field 'points'; known: {known}, 'metadata'",
        "error: achievements[0].user_attributes: unknown field 'user_attributes'; write it in the table 'when'",
        "error: points[0].boosts[0].start: unknown field 'start'; write it in the table 'when'",
    ]


def test_a_field_of_a_table_around_or_within_is_to_be_written_there():
    messages = problems(
        """
        [[metrics]]
        key = "words"
        [[metrics]]
        key = "lately"
        source = "words"
        window = { last = 3, unit = "hour", aggregate = "max" }
        [[streaks]]
        key = "habit"
        metrics = [{ key = "words", days_off = ["monday"] }]
        [[achievements]]
        key = "ten"
        trigger = { type = "metric", metric = "words", value = 10, when = { weekdays = ["monday"] }, color = 7 }
        [[achievements]]
        key = "eleven"
        trigger = { type = "metric", metric = "words", value = 11, key = "b" }
        when = { status = "locked" }
        [[points]]
        key = "xp"
        limit = { points = 3, window = "day" }
        [[boosts]]
        name = "happy hour"
    """,
    )
    known = "'metric', 'value', 'event_attributes', 'at_most', 'type'"
    assert messages == [
        "error: boosts: unknown field 'boosts'; write it in the tables of 'points'",
        "error: metrics[1].window.aggregate: unknown field 'aggregate'; write it beside 'window', not within it",
        "error: streaks[0].metrics[0].days_off: unknown field 'days_off'; write it beside 'metrics', not within it",
        "error: achievements[0].trigger.when: unknown field 'when'; write it beside 'trigger', not within it",
        f"error: achievements[0].trigger.color: unknown field 'color'; known: {known}",
        f"error: achievements[1].trigger.key: unknown field 'key'; known: {known}",
        "error: achievements[1].when.status: unknown field 'status'; write it beside 'when', not within it",
        "error: points[0].limit: unknown field 'limit'; write it in the tables of 'triggers'",
    ]
