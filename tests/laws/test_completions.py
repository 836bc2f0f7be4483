"""Completions are never revoked, and the order of declaration does not change which ones happen."""

from attrs import evolve
from histories import histories, live, states
from hypothesis import given
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import AchievementBackdated, AchievementCompleted, Engine


@given(rulesets(), histories())
def test_what_is_completed_stays_completed_and_is_completed_once(rules, history):
    engine = Engine(rules)
    told = set()
    for deed in history:
        for effect in live(engine, [deed]):
            if isinstance(effect, AchievementCompleted | AchievementBackdated):
                name = effect.user_id, effect.achievement
                assert name not in told
                told.add(name)
        held = {(user, key) for user, state in states(engine).items() for key in state["completed"]}
        assert held == told


@given(rulesets(), histories(), st.randoms(use_true_random=False))
def test_the_order_of_declaration_decides_nothing(rules, history, chance):
    shuffled = list(rules.achievements)
    chance.shuffle(shuffled)
    one, other = Engine(rules), Engine(evolve(rules, achievements=shuffled))
    for deed in history:
        live(one, [deed])
        live(other, [deed])
        assert {user: set(state["completed"].items()) for user, state in states(one).items()} == {
            user: set(state["completed"].items()) for user, state in states(other).items()
        }
