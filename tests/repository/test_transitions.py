"""Transitions: a replayed log has the same states, effects and awards."""

from stories import at, play

from trophy_engine import Engine, Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.calendar.instants import DAY, to_micros
from trophy_engine.core.commands import ChangeRules, Settle
from trophy_engine.repository.transitions import diff_of_logged_plans, plan_of_logged_rules, transitions_from_log

RULES = Ruleset(
    [Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], maximum=4)],
)
LATE = to_micros(at("04-30T00:00"))


def commands(story, rules=None):
    """Return the commands of a log, optionally with a change of rules at its end, and the engine that wrote them."""
    engine = Engine(RULES)
    play(engine, story)
    if rules is not None:
        engine.update(rules, at=at("04-09T10:00"))
    return [entry.command for entry in engine.log()], engine


def kinds(transition):
    return [effect.kind.type for effect in transition.effects]


def test_the_last_transition_has_the_effects_of_time():
    log, engine = commands("04-02T10:00 words 3\n04-02T11:00 words 2")
    first, second, last = transitions_from_log(log, LATE)
    assert (first.before, first.command.value, last.command) == (None, 3, None)
    assert second.before is first.state
    assert kinds(last) == ["streak.lost"]
    engine.settle(at=at("04-30T00:00"))
    again, stored = last.state.dump(last.plan), engine.export_user("jo")
    assert (again.pop("clock")["settled"], stored.pop("clock")["settled"]) == (LATE, to_micros(at("04-04T00:00")))
    assert again == stored


def test_an_award_cut_by_the_maximum_is_still_due():
    log, _ = commands("04-02T10:00 words 3\n04-02T11:00 words 2\n04-02T12:00 words 7")
    *three, _ = transitions_from_log(log, LATE)
    assert [[payment.times for payment in one.payments] for one in three] == [[3], [2], [7]]
    assert [kinds(one).count("points.awarded") for one in three] == [1, 1, 0]


def test_nothing_after_the_instant_is_applied():
    log, _ = commands("04-02T10:00 words 3\n04-02T11:00 words 2")
    [first, last] = transitions_from_log(log, to_micros(at("04-02T10:30")))
    assert (first.state.commands, last.state.commands) == (1, 1)
    assert list(transitions_from_log(log, to_micros(at("04-02T10:00")) - 1)) == []


def test_settling_in_between_adds_no_transition():
    log, _ = commands("04-02T10:00 words 3")
    often = [log[0], log[1], *(Settle(log[1].at + day * DAY) for day in range(1, 9))]
    assert [kinds(transition) for transition in transitions_from_log(often, LATE)] == [
        kinds(transition) for transition in transitions_from_log(log, LATE)
    ]


def test_a_change_of_rules_settles_by_the_former_ones_and_then_converts_the_state():
    log, _ = commands("04-02T10:00 words 3", Ruleset([Metric("pages")]))
    assert isinstance(log[-1], ChangeRules)
    _, settled, changed, _ = transitions_from_log(log, LATE)
    assert (kinds(settled), settled.plan.ruleset) == (["streak.lost"], RULES)
    assert (changed.before, list(changed.plan.metrics)) == (settled.state, ["pages"])
    assert changed.state.counters.states[0].total == 0


def test_plans_and_their_differences_are_made_once():
    text = RULES.to_text("json")
    plan = plan_of_logged_rules(text)
    assert plan_of_logged_rules(text) is plan
    assert diff_of_logged_plans(plan, plan) is diff_of_logged_plans(plan, plan)
