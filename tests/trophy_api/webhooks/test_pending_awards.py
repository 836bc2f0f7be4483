"""The awards of ``points.changed``: those in memory, or those of the log where a process has started in between."""

from hypothesis import given, settings
from hypothesis import strategies as st
from stories import at, play

from trophy_engine import Engine, Metric, MetricPointsTrigger, Notifications, PointsSystem, Ruleset, TimePointsTrigger
from trophy_engine.trophy_api import Webhooks

SYSTEMS = [
    PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2), TimePointsTrigger(1, "hours", 1)]),
    PointsSystem("coins", maximum=20, triggers=[MetricPointsTrigger("words", 3), MetricPointsTrigger("spent", -1)]),
]
RULES = Ruleset(
    metrics=[Metric("words"), Metric("spent")],
    points=SYSTEMS,
    notifications=Notifications(),
)
STORIES = st.lists(
    st.tuples(st.integers(1, 59), st.sampled_from(["words", "spent"]), st.integers(1, 5)), min_size=1, max_size=12
)


def changes(path, story, restarts):
    """Return the bodies of a story of which some events are recorded by another process than those before."""
    bodies, minute = [], 0
    engine = Engine(RULES, storage=path)
    Webhooks(engine, bodies.append, types=["points.changed"])
    for number, (minutes, metric, value) in enumerate(story):
        if number in restarts:
            engine.close()
            engine = Engine(RULES, storage=path)
            Webhooks(engine, bodies.append, types=["points.changed"])
        minute += minutes
        play(engine, f"04-02T{minute // 60:02}:{minute % 60:02} {metric} {value}")
    engine.settle(at=at("04-02T23:00"))
    engine.close()
    return bodies


@given(STORIES, st.sets(st.integers(1, 11)))
@settings(deadline=None)
def test_a_restart_changes_no_body(tmp_path_factory, story, restarts):
    folder = tmp_path_factory.mktemp("saves")
    bodies = changes(folder / "one.db", story, restarts)
    assert bodies == changes(folder / "other.db", story, set())
    for body in bodies:
        points = body["points"]
        assert sum(award["awarded"] for award in points["awards"]) == points["added"]
        assert points["awards"][-1]["total"] == points["total"]


def test_rules_without_notifications_keep_no_awards():
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("spent")], points=SYSTEMS))
    webhooks = Webhooks(engine, print)
    play(engine, "04-02T10:00 words 1\n04-02T11:00 words 1")
    assert webhooks._bodies.awards._awards == {}
