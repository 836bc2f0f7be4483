"""Settling is idempotent and free of paths: when and how often one settles never changes a result."""

from datetime import timedelta

from histories import histories, live, states
from hypothesis import given
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import Engine

SPANS = st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=1), timedelta(days=9), timedelta(days=800)])


def ordered(effects):
    """Order effects of several users by instant; those of one user keep their order."""
    return sorted(effects, key=lambda effect: (effect.at, effect.user_id))


@given(rulesets(), histories(), SPANS, SPANS)
def test_settling_to_one_instant_and_then_to_a_later_one_is_settling_to_the_later_one(rules, history, first, second):
    stops, straight = Engine(rules), Engine(rules)
    for engine in (stops, straight):
        live(engine, history)
    start = history[-1].at
    once = [*stops.settle(at=start + first), *stops.settle(at=start + first + second)]
    assert ordered(once) == ordered(straight.settle(at=start + first + second))
    assert states(stops) == states(straight)
    assert stops.settle(at=start + first + second) == ()


@given(rulesets(), histories(users=("ann",)), st.data())
def test_settling_between_commands_changes_nothing_but_when_effects_are_told(rules, history, data):
    settled, left_alone = Engine(rules), Engine(rules)
    effects = []
    for deed, following in zip(history, [*history[1:], history[-1]], strict=True):
        effects += live(settled, [deed])
        span = following.at - deed.at
        effects += settled.settle(at=deed.at + span * data.draw(st.sampled_from([0, 0.3, 1])))
    assert effects == [*live(left_alone, history), *left_alone.settle(at=history[-1].at)]
    assert states(settled) == states(left_alone)
