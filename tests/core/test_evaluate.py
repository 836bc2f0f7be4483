"""Evaluation: the order of the effects of a command; a refused command does not change the state."""

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementLocked,
    AchievementPointsTrigger,
    AlreadyCompleted,
    ApiTrigger,
    CompositeTrigger,
    EarlierThanSettled,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    OutOfPoints,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.calendar.instants import to_micros
from trophy_engine.core.agenda import Agenda
from trophy_engine.core.commands import Complete, GrantFreeze, Record
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.evaluate import apply_command

PLAN = compile_plan(
    Ruleset(
        [Metric("words"), Metric("views")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")])],
        achievements=[
            Achievement("five", MetricTrigger("words", 5)),
            Achievement("both", CompositeTrigger(["five", "called"])),
            Achievement("called", ApiTrigger()),
            Achievement("closed", ApiTrigger(), status="locked"),
        ],
        points=[
            PointsSystem(
                "xp",
                triggers=[
                    MetricPointsTrigger("words", 1),
                    AchievementPointsTrigger("both", 100),
                    MetricPointsTrigger("views", -1000, block_if_out_of_points=True),
                ],
            )
        ],
    )
)
NOON = to_micros(at("04-02T12:00"))


def record(metric, value, when=NOON):
    return Record("jo", when, metric, value, (), None)


def apply(state, command):
    """Apply a command; return the state and the types of the effects."""
    agenda = Agenda(PLAN)
    state = apply_command(agenda, state, command)
    return state, [effect[0].type for effect in agenda.effects]


def test_an_event_moves_total_streak_achievements_and_points_in_this_order():
    state, _ = apply(None, Complete("jo", NOON, "called"))
    state, effects = apply(state, record("words", 5))
    assert effects == [
        "metric.changed",
        "streak.started",
        "achievement.completed",
        "achievement.completed",
        "points.awarded",
        "points.awarded",
    ]
    assert list(state.counters.completed) == ["called", "five", "both"]
    assert (state.points.balances, state.commands) == ([105], 2)


def test_effects_of_time_come_before_those_of_the_event():
    state, _ = apply(None, record("words", 1))
    _, effects = apply(state, record("words", 1, NOON + 5 * 86_400_000_000))
    assert effects[:3] == ["streak.lost", "metric.changed", "streak.started"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (record("words", 1, NOON - 1), EarlierThanSettled),
        (record("word", 1), UnknownKey),
        (record("views", 1), OutOfPoints),
        (Complete("jo", NOON, "called"), AlreadyCompleted),
        (Complete("jo", NOON, "closed"), AchievementLocked),
        (Complete("jo", NOON, "five"), UnknownKey),
    ],
)
def test_a_refused_command_does_not_change_the_state(command, error):
    state, _ = apply(None, Complete("jo", NOON, "called"))
    before = state.dump(PLAN)
    with pytest.raises(error):
        apply(state, command)
    assert state.dump(PLAN) == before


def test_a_streak_command_requires_a_user():
    with pytest.raises(UnknownUser):
        apply(None, GrantFreeze("jo", NOON))
