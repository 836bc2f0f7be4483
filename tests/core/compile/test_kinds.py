"""Every table by class of rule, command or effect has an entry for each kind of its union."""

from __future__ import annotations

from typing import get_args

import pytest

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    BalanceTrigger,
    CompositeTrigger,
    Engine,
    Level,
    LevelTrigger,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    StreakPointsTrigger,
    StreakTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.calendar.zones import zone
from trophy_engine.core.compile import compile_plan
from trophy_engine.core.effects import AchievementBackdated, AchievementCompleted, MetricChanged, PointsAwarded
from trophy_engine.core.state import UserState
from trophy_engine.explain.event import SENTENCES
from trophy_engine.notifications.effects import EFFECTS
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.points import PointsTrigger
from trophy_engine.testing.achievements import ACHIEVEMENT_TRIGGERS, COMPOSITE_TRIGGERS, PROGRESS_TRIGGERS
from trophy_engine.testing.points import COMPLETION_TRIGGERS, POINTS_TRIGGERS
from trophy_engine.trophy_api import kinds
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.achievements import serialize_achievement
from trophy_engine.trophy_api.serializers.points import serialize_trigger

CONDITIONS = {
    MetricTrigger: (MetricTrigger("words", 10, {}), "words", 10, "the total of words reached 10"),
    StreakTrigger: (StreakTrigger(3), "the streak", 3, "the streak reached 3"),
    BalanceTrigger: (BalanceTrigger("xp", 30), "the points of 'xp'", 30, "the balance of xp reached 30"),
    LevelTrigger: (LevelTrigger("xp", "gold"), "the points of 'xp'", 100, "the level 'gold' of xp is reached"),
    AnniversaryTrigger: (AnniversaryTrigger(1), "years since the sign-up", 1, "1 year since the sign-up"),
    CompositeTrigger: (CompositeTrigger(["other"]), "prerequisites", 1, "its prerequisites are completed: other"),
    ApiTrigger: (ApiTrigger(), None, 1, "the application completed it"),
}
PAYMENTS = {
    MetricPointsTrigger: (MetricPointsTrigger("words", 5, 50), "words", 50, "for every 50 words"),
    StreakPointsTrigger: (StreakPointsTrigger(5, 7), "the streak", 7, "for every 7 periods of the streak"),
    AchievementPointsTrigger: (AchievementPointsTrigger("other", 5), None, 1, "for the achievement 'other'"),
    TimePointsTrigger: (TimePointsTrigger(5, "days", 2), None, 1, "every 2 days"),
    UserCreationPointsTrigger: (UserCreationPointsTrigger(5), None, 1, "for signing up"),
}


def rules(trigger=None, payment=None):
    return Ruleset(
        [Metric("words")],
        achievements=[Achievement("other", ApiTrigger()), Achievement("one", trigger or ApiTrigger())],
        points=[PointsSystem("xp", triggers=[] if payment is None else [payment], levels=[Level("gold", 100)])],
    )


@pytest.mark.parametrize("kind", get_args(AchievementTrigger))
def test_the_plan_has_a_counter_for_every_kind_of_achievement(kind):
    trigger, subject, threshold, reason = CONDITIONS[kind]
    plan = compile_plan(rules(trigger))
    achievement = plan.achievements["one"]
    assert achievement.threshold == threshold
    assert trigger.reason == reason
    if subject is None:
        assert achievement.counter is None
    else:
        assert achievement.counter.subject == subject
        assert achievement.counter.read(UserState(plan, "ann", 0, zone("UTC"))) == 0


@pytest.mark.parametrize("kind", get_args(PointsTrigger))
def test_the_plan_has_a_counter_for_every_kind_of_trigger(kind):
    payment, subject, step, reason = PAYMENTS[kind]
    trigger = compile_plan(rules(payment=payment)).systems[0].triggers[f"{kind.type}-1"]
    assert (trigger.counter and trigger.counter.subject, trigger.step) == (subject, step)
    assert payment.reason == reason


def test_a_composite_counts_completed_prerequisites():
    plan = compile_plan(rules(CompositeTrigger(["other"])))
    state = UserState(plan, "ann", 0, zone("UTC"))
    state.counters.completed["other"] = 0
    assert plan.achievements["one"].counter.read(state) == 1


def test_rules_are_drawn_with_triggers_of_every_kind():
    kinds = ACHIEVEMENT_TRIGGERS.keys() | COMPOSITE_TRIGGERS.keys() | PROGRESS_TRIGGERS.keys()
    assert kinds == set(get_args(AchievementTrigger))
    assert POINTS_TRIGGERS.keys() | COMPLETION_TRIGGERS.keys() == set(get_args(PointsTrigger))


@pytest.mark.parametrize("kind", get_args(AchievementTrigger))
def test_the_api_serializes_achievements_of_every_kind(kind):
    ruleset = rules(CONDITIONS[kind][0])
    assert serialize_achievement(ruleset.achievements[1], ruleset)["trigger"] == kind.type


@pytest.mark.parametrize("kind", get_args(PointsTrigger))
def test_the_api_serializes_triggers_of_every_kind(kind):
    payment = PAYMENTS[kind][0]
    history = PastRules.of(Engine(rules(payment=payment)))
    assert serialize_trigger("xp", f"{kind.type}-1", payment, history)["type"] == kind.type


def test_every_effect_has_a_sentence():
    reasoned = {MetricChanged, AchievementCompleted, AchievementBackdated, PointsAwarded}
    assert SENTENCES.keys() | reasoned == set(EFFECTS.values())


def test_the_api_has_fields_for_every_kind():
    assert kinds.ACHIEVEMENT_TRIGGERS.fields.keys() == {kind.type for kind in get_args(AchievementTrigger)}
    assert kinds.POINTS_TRIGGERS.fields.keys() == {kind.type for kind in get_args(PointsTrigger)}
