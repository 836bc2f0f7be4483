"""The bulk path is the same evaluation; only nobody is handed the effects."""

from collections import Counter
from datetime import timedelta

import pytest
from histories import histories, live, states
from hypothesis import given
from rulesets import rulesets

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
from trophy_engine.calendar.instants import to_micros
from trophy_engine.core.bulk import Bulk
from trophy_engine.core.plan import compile_plan
from trophy_engine.numbers import exact


@given(rulesets(), histories())
def test_bulk_counts_what_the_engine_tells(rules, history):
    events = [deed for deed in history if deed.what == "record"]
    plain = [type(deed)(deed.at, deed.user, "record", (*deed.given[:2], None)) for deed in events]
    engine, bulk, told = Engine(rules), Bulk(compile_plan(rules)), Counter()
    for deed in plain:
        metric, value, _ = deed.given
        told.update(type(effect) for effect in live(engine, [deed]))
        try:
            bulk.record([(to_micros(deed.at), deed.user, metric, exact(value))])
        except Refused:
            continue
    end = history[-1].at + timedelta(days=40)
    told.update(type(effect) for effect in engine.settle(at=end))
    bulk.settle(to_micros(end))
    assert bulk.counts == told
    uncounted = {"commands": None}  # the bulk path keeps no log, and so numbers nothing
    dumped = {user: state.dump(compile_plan(rules)) | uncounted for user, state in bulk.states.items()}
    assert dumped == {user: state | uncounted for user, state in states(engine).items()}


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
