"""A user's state: copies are independent, and a dumped state loads equal."""

import json

from stories import play

from trophy_engine import (
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.core import open_period_totals
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.state import UserState

RULES = Ruleset(
    [Metric("words"), Metric("views")],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 5), StreakMetric("views", 2)], freezes=Freezes(2))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])],
)
PLAN = compile_plan(RULES)


def state_after(story):
    engine = Engine(RULES)
    play(engine, story)
    return UserState.load(PLAN, engine.export_user("jo"))


def test_a_dump_is_json_and_loads_as_it_was():
    state = state_after("04-02T10:00 words 5.5\n04-05T10:00 views 1")
    dumped = state.dump(PLAN)
    again = UserState.load(PLAN, json.loads(json.dumps(dumped)))
    assert again.dump(PLAN) == dumped
    assert (dumped["schema"], dumped["id"], dumped["commands"]) == (7, "jo", 2)
    assert [total.total for total in again.counters.states if total.total] == [state.counters.states[0].total, 1]
    assert again.points.balances == [10]


def test_a_change_of_a_copy_leaves_the_original():
    state = state_after("04-02T10:00 words 5")
    before = state.dump(PLAN)
    twin = state.copy()
    twin.restart_streak(PLAN.streaks[0])
    twin.counters.states[0].total = 99
    twin.points.balances[0] = 99
    twin.profile.attributes = {"plan": "pro"}
    assert state.dump(PLAN) == before
    assert (twin.streak.length, state.streak.length) == (0, 1)


def test_totals_of_open_periods_are_kept_for_the_metrics_in_the_conditions():
    state = state_after("04-02T10:00 words 3\n04-02T10:00 views 1")
    totals = {metric: list(totals.held.values()) for metric, totals in open_period_totals(PLAN.streak, state).items()}
    assert totals == {"words": [3], "views": [1]}
    after = PLAN.streak.with_conditions([StreakMetric("views", 9)], "AND", ())
    state.keep_totals(after)
    assert {
        metric: list(totals.held.values()) for metric, totals in open_period_totals(PLAN.streak, state).items()
    } == {"views": [1]}


def test_an_instant_of_quiet_ends_with_the_next_command():
    state = state_after("04-02T10:00 words 3")
    state.be_quiet_until(10**18)
    assert state.quiet_until() == 10**18
    state.commands += 1
    assert state.quiet_until() < 0
