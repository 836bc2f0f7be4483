"""Users commute: in whatever order the commands of different users come, nothing changes."""

from histories import USERS, histories, live, states
from hypothesis import given
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import Engine


@given(rulesets(), histories(), st.permutations(USERS))
def test_one_user_after_the_other_or_all_at_once(rules, history, order):
    together, apart = Engine(rules), Engine(rules)
    effects = live(together, history)
    effects_apart = live(apart, [deed for user in order for deed in history if deed.user == user])
    assert states(together) == states(apart)
    for user in USERS:
        mine = [effect for effect in effects if effect.user_id == user]
        assert mine == [effect for effect in effects_apart if effect.user_id == user]
