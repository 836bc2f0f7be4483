"""The bulk path is the same evaluation; only nobody is handed the effects."""

from collections import Counter

import pytest
from hypothesis import given

from trophy_engine import (
    Engine,
    Metric,
    MetricPointsTrigger,
    OutOfPoints,
    PointsSystem,
    Refused,
    Ruleset,
    UnknownKey,
    UserCreationPointsTrigger,
)
from trophy_engine.calendar.instants import DAY
from trophy_engine.core.bulk import Bulk
from trophy_engine.core.commands import Settle
from trophy_engine.core.compile import compile_plan
from trophy_engine.testing import games, play
from trophy_engine.testing.histories import records


@given(games(kinds=records))
def test_bulk_counts_what_the_engine_tells(history):
    plan, told = compile_plan(history.ruleset), Counter()
    engine, bulk = Engine(history.ruleset), Bulk(plan)
    for drawn in history:
        deed = drawn._replace(attributes=(), idempotency_key=None)
        told.update(type(effect) for effect in play(engine, [deed]))
        try:
            bulk.record([(deed.at, deed.user_id, deed.metric, deed.value)])
        except Refused:
            continue
    end = Settle(history.commands[-1].at + 40 * DAY)
    told.update(type(effect) for effect in play(engine, [end]) if effect.user_id)  # bulk knows users, not occasions
    bulk.settle(end.at)
    assert bulk.counts == told
    settled = {
        user: engine._execution.settled_copy(engine._execution.state(user), end.at).dump(plan)
        for user in engine.users()
    }
    assert {user: state.dump(plan) for user, state in bulk.states.items()} == settled


def test_bulk_knows_its_metrics_and_homes():
    bulk = Bulk(compile_plan(Ruleset(metrics=[Metric("words")])), {"jo": "Asia/Tokyo"})
    bulk.record([(0, "jo", "words", 1), (1, "mia", "words", 1)])
    assert [state.zone.name for state in bulk.states.values()] == ["Asia/Tokyo", "UTC"]
    with pytest.raises(UnknownKey, match="did you mean 'words'"):
        bulk.record([(2, "jo", "word", 1)])


def test_a_refused_event_counts_for_nothing():
    energy = PointsSystem(
        "energy",
        triggers=[
            UserCreationPointsTrigger(1),
            MetricPointsTrigger("words", points=-1, block_if_out_of_points=True),
        ],
    )
    bulk = Bulk(compile_plan(Ruleset(metrics=[Metric("words")], points=[energy])))
    bulk.record([(0, "jo", "words", 1)])
    counted = bulk.counts.copy()
    for user in ("jo", "mia"):
        with pytest.raises(OutOfPoints):
            bulk.record([(1, user, "words", 5)])
    bulk.settle(2)
    assert bulk.counts == counted
    assert list(bulk.states) == ["jo"]
