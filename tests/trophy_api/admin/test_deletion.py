"""What is deleted with a rule: everything that would count for more users or events without it."""

import attrs
import pytest
from admin_client import AdminClient

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Boost,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.trophy_api.ids import achievement_id, system_id


def rules(gate):
    return Ruleset(
        metrics=[Metric("words"), Metric("some", source="words", when=gate)],
        achievements=[
            Achievement("first", ApiTrigger()),
            Achievement("second", ApiTrigger()),
            Achievement("gated", MetricTrigger("words", 1), when=gate),
            Achievement("on-some", MetricTrigger("some", 1)),
        ],
        points=[
            PointsSystem("gems", levels=[Level("one", 1)]),
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("words", 1, when=gate), MetricPointsTrigger("words", 2)],
                boosts=[Boost("gated", 2, when=gate), Boost("all", 3)],
            ),
        ],
    )


@pytest.mark.parametrize(
    ("gate", "resource", "id_"),
    [
        ({"achievements": ["second", "first"]}, "achievements", achievement_id("first")),
        ({"levels": {"gems": "one"}}, "points", system_id("gems")),
    ],
)
def test_rules_lose_no_condition_of_their_gates(gate, resource, id_):
    admin = AdminClient(rules(gate))
    admin.delete(resource, str(id_))
    left = admin.ruleset
    assert [metric.key for metric in left.metrics] == ["words"]
    assert {achievement.key for achievement in left.achievements} - {"first"} == {"second"}
    xp = left.points[-1]
    assert ([trigger.points for trigger in xp.triggers], [boost.name for boost in xp.boosts]) == ([2], ["all"])


def test_a_new_key_of_an_achievement_is_that_of_gates_too():
    gated = rules({"achievements": ["first"]})
    first, *others = gated.achievements
    admin = AdminClient(attrs.evolve(gated, achievements=[attrs.evolve(first, status="inactive"), *others]))
    admin.update("achievements", {"id": str(achievement_id("first"))}, key="start")
    left = admin.ruleset
    gates = (
        left.metrics[1].when,
        left.achievements[2].when,
        left.points[1].triggers[0].when,
        left.points[1].boosts[0].when,
    )
    assert {gate.achievements for gate in gates} == {("start",)}
