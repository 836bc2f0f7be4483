"""The index of distributions: at every moment its numbers are those that counting all players gives."""

from contextlib import suppress

from hypothesis import given
from shared_log import live, steps
from stories import at

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    Attribute,
    Engine,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    TimePointsTrigger,
    UnknownKey,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.reports.distributions import achievement_rarities, level_distribution, points_distribution
from trophy_engine.testing import rulesets

RULES = Ruleset(
    metrics=[Metric("coins")],
    attributes=[Attribute("plan")],
    achievements=[Achievement("rich", MetricTrigger("coins", 10)), Achievement("a-year", AnniversaryTrigger(1))],
    points=[
        PointsSystem(
            "xp",
            triggers=[MetricPointsTrigger("coins", points=1), TimePointsTrigger(points=2, unit="days", interval=1)],
            levels=[Level("low", 5), Level("high", 20)],
        )
    ],
)
#: What the attribute of the drawn rules can be.
PLANS = [{}, {"plan": "pro"}, {"plan": "free"}]


def counted(engine, ruleset, when=None):
    """Count every distribution from all players."""
    plans = PLANS if any(attribute.key == "plan" for attribute in ruleset.attributes) else [{}]
    return (
        achievement_rarities(engine.players(at=when), ruleset),
        [points_distribution(engine.players(at=when), system.key, plan) for system in ruleset.points for plan in plans],
        [level_distribution(engine.players(at=when), system) for system in ruleset.points if system.levels],
    )


def reported(engine, ruleset, when=None):
    """Read every distribution from the reports."""
    reports = engine.reports
    keys = {attribute.key for attribute in ruleset.attributes if attribute.type == "user"}
    plans = PLANS if "plan" in keys else [{}]
    return (
        reports.rarities(at=when),
        [reports.histogram(system.key, plan, at=when) for system in ruleset.points for plan in plans],
        [reports.level_summary(system.key, at=when) for system in ruleset.points if system.levels],
    )


@given(steps(rulesets()))
def test_the_index_equals_counting_all_players(drawn):
    for look in live(*drawn):
        ruleset = look.engine.ruleset
        for when in (None, from_micros(look.now)):
            assert reported(look.engine, ruleset, when) == counted(look.engine, ruleset, when)


def spread(engine, system="xp", plan=None):
    ranges = engine.reports.histogram(system, plan)
    return {(range_.first, range_.last): range_.users for range_ in ranges if range_.users}


def engine_at(now, users=3):
    """Return an engine whose clock shows ``now[0]``, with users who have a coin each."""
    engine = Engine(RULES, clock=lambda: now[0])
    for number in range(users):
        engine.record("coins", user=f"u{number}", at=at("06-01T12:00"))
    return engine


def test_time_alone_changes_the_numbers_and_the_clock_can_step_back():
    now = [at("06-01T12:00")]
    engine = engine_at(now)
    assert spread(engine) == {(1, 1): 3}
    now[0] = at("06-03T12:00")
    assert spread(engine) == {(5, 5): 3}
    assert [level.users for level in engine.reports.level_summary("xp")] == [3, 0]
    now[0] = at("06-02T12:00")
    assert spread(engine) == {(3, 3): 3}


def test_a_user_with_a_later_command_counts_as_of_it_unless_an_instant_is_named():
    now = [at("06-01T12:00")]
    engine = engine_at(now)
    engine.record("coins", user="u0", value=8, at=at("06-01T13:00"))
    assert engine.reports.rarities()["rich"].completions == 0
    engine.record("coins", user="u0", value=1, at=at("06-01T14:00"))
    assert engine.reports.rarities()["rich"].completions == 1
    assert engine.reports.rarities(at=now[0])["rich"].completions == 0


def test_settling_past_the_instant_of_a_read_counts_its_effects():
    now = [at("06-01T12:00")]
    engine = engine_at(now)
    assert spread(engine) == {(1, 1): 3}
    engine.settle(at=at("06-02T12:00"))
    assert spread(engine) == {(3, 3): 3}


def test_a_failed_batch_counts_for_nothing():
    now = [at("06-01T13:00")]
    engine = engine_at(now)
    inside = None
    with suppress(UnknownKey), engine.batch():
        engine.record("coins", user="u0", value=9)
        inside = spread(engine)
        engine.record("unknown", user="u0")
    assert inside == {(1, 1): 2, (10, 10): 1}
    assert spread(engine) == {(1, 1): 3}


def test_groups_follow_the_attributes_of_their_users():
    now = [at("06-01T13:00")]
    engine = engine_at(now)
    assert spread(engine, plan={"plan": "pro"}) == {}
    engine.identify("u1", attributes={"plan": "pro"})
    assert spread(engine, plan={"plan": "pro"}) == {(1, 1): 1}
    engine.identify("u1", attributes={"plan": "free"})
    assert spread(engine, plan={"plan": "pro"}) == {}
    for number in range(100):  # more groups than are kept
        assert spread(engine, plan={"plan": str(number)}) == {}
    assert spread(engine, plan={"plan": "free"}) == {(1, 1): 1}


def test_a_read_counts_only_those_who_have_changed(monkeypatch):
    now = [at("06-01T13:00")]
    engine = engine_at(now, users=100)
    engine.reports.rarities()
    loaded = []
    state = engine._repository.state
    monkeypatch.setattr(engine._repository, "state", lambda user: loaded.append(user) or state(user))
    engine.reports.rarities()
    assert loaded == []
    engine.record("coins", user="u7", value=9)
    loaded.clear()
    assert engine.reports.rarities()["rich"].completions == 1
    assert loaded == ["u7"]
    now[0] = at("06-02T12:00")
    loaded.clear()
    engine.reports.rarities()
    assert sorted(loaded) == sorted(f"u{number}" for number in range(100))
