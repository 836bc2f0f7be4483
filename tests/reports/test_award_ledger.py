"""The award ledger: at every moment its awards are those that the whole log gives."""

import pytest
from hypothesis import given
from shared_log import live, steps
from stories import at

from trophy_engine import Engine, Metric, MetricPointsTrigger, PointsSystem, Ruleset, TimePointsTrigger, UnknownKey
from trophy_engine.calendar.instants import from_micros
from trophy_engine.reports.awards import last_awards
from trophy_engine.testing import rulesets


@pytest.mark.thorough
@given(steps(rulesets()))
def test_the_awards_equal_those_of_the_whole_log(drawn):
    for look in live(*drawn):
        engine = look.engine
        for user in engine.users():
            player = engine.user(user)
            for when in {None, player.at, max(player.created, from_micros(look.now))}:
                transitions = engine.transitions(user, at=when)
                for system in transitions[-1].plan.ruleset.points:
                    for n in (1, 100):
                        expected = last_awards(transitions, system.key, n)
                        assert engine.reports.awards(user, system.key, n, at=when) == expected


def rules(points, **options):
    trigger = MetricPointsTrigger("coins", points=points)
    daily = TimePointsTrigger(points=1, unit="days", interval=1)
    return Ruleset(metrics=[Metric("coins")], points=[PointsSystem("xp", triggers=[trigger, daily])], **options)


def awarded(engine, n=10):
    return [award.awarded for award in engine.reports.awards("ann", "xp", n)]


def test_awards_have_the_triggers_of_their_time_and_new_ones_come_first():
    now = [at("06-01T12:00")]
    engine = Engine(rules(5), clock=lambda: now[0])
    engine.record("coins", user="ann")
    assert awarded(engine) == [5]
    engine.update(rules(7))
    engine.record("coins", user="ann")
    now[0] = at("06-03T12:00")
    assert awarded(engine) == [1, 1, 7, 5]
    assert awarded(engine, 3) == [1, 1, 7]
    now[0] = at("06-02T12:00")
    assert awarded(engine) == [1, 7, 5]


def test_a_system_that_was_removed_begins_again():
    now = [at("06-01T12:00")]
    engine = Engine(rules(5), clock=lambda: now[0])
    engine.record("coins", user="ann")
    assert awarded(engine) == [5]
    engine.update(Ruleset(metrics=[Metric("coins")]))
    with pytest.raises(UnknownKey, match="unknown points system 'xp'"):
        awarded(engine)
    engine.update(rules(3))
    assert awarded(engine) == []
    engine.record("coins", user="ann")
    assert awarded(engine) == [3]


def test_only_new_entries_are_applied(monkeypatch):
    now = [at("06-01T12:00")]
    engine = Engine(rules(5), clock=lambda: now[0])
    for _ in range(20):
        engine.record("coins", user="ann")
    assert awarded(engine, 100) == [5] * 20
    read = []
    entries = engine._repository.entries_of
    monkeypatch.setattr(
        engine._repository, "entries_of", lambda user, after: read.append((user, after)) or entries(user, after)
    )
    engine.record("coins", user="ann")
    engine.record("coins", user="bob")
    assert awarded(engine, 100) == [5] * 21
    assert awarded(engine, 100) == [5] * 21
    assert [after for user, after in read if user == "ann"] == [21]
