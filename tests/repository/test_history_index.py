"""An index of histories that follows the log has what one that is built anew has."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from shared_log import live, steps
from stories import at

from trophy_engine import Engine, Metric, Ruleset, UnknownKey
from trophy_engine.calendar.instants import to_micros
from trophy_engine.repository.history_index import HistoryIndex
from trophy_engine.repository.schedule import next_scheduled_change
from trophy_engine.testing import rulesets

RULES = Ruleset(metrics=[Metric("coins")])
NOON = at("06-01T12:00")


class Effects(HistoryIndex):
    """The numbers of effects by user and type."""

    def __init__(self, repository, instant):
        self.counts = Counter()
        super().__init__(repository, instant)

    @staticmethod
    def count(transitions):
        return Counter((effect.user_id, effect.kind) for transition in transitions for effect in transition.effects)

    def add(self, transitions):
        self.counts += self.count(transitions)

    def remove(self, transitions):
        self.counts.subtract(self.count(transitions))

    def next_change(self, state):
        return next_scheduled_change(state)


@pytest.mark.thorough
@given(steps(rulesets().filter(lambda rules: rules.notifications is None)))
def test_an_index_that_follows_equals_a_new_one(drawn):
    indexes = {}
    for look in live(*drawn):
        engine = look.engine
        engine.ruleset  # noqa: B018  # a call that reads what others wrote
        index = indexes.get(id(engine))
        if index is None or index.plan is not engine._repository.plan or not index.follow(look.now):
            index = indexes[id(engine)] = Effects(engine._repository, look.now)
        assert +index.counts == Effects(engine._repository, look.now).counts


def index_of(engine, when=NOON):
    return Effects(engine._repository, to_micros(when))


def test_a_command_after_the_instant_counts_when_the_instant_has_come():
    engine = Engine(RULES, clock=lambda: NOON)
    engine.record("coins", user="ann")
    engine.record("coins", user="ann", at=at("06-02T12:00"))
    index = index_of(engine)
    first = +index.counts
    assert index.follow(to_micros(at("06-02T12:00")))
    assert (first.total(), (+index.counts).total()) == (2, 3)
    assert index.follow(to_micros(NOON))
    assert +index.counts == first


def test_a_failed_batch_that_counts_cannot_be_followed():
    engine = Engine(RULES, clock=lambda: NOON)
    engine.record("coins", user="ann")
    index = index_of(engine)
    with suppress(UnknownKey), engine.batch():
        engine.record("coins", user="ann")
        assert index.follow(to_micros(NOON))
        engine.record("unknown", user="ann")
    engine.ruleset  # noqa: B018  # a call that drops the batch
    assert not index.follow(to_micros(NOON))
    assert index_of(engine).counts.total() == 2
