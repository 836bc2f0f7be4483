"""Moving everything by whole weeks moves all results by whole weeks, where no clock changes."""

from datetime import timedelta

from attrs import evolve
from histories import histories, live
from hypothesis import given
from hypothesis import strategies as st
from rulesets import rulesets

from trophy_engine import Engine

#: The calendar repeats itself every 400 years of 20,871 weeks; 28 years of 1,461 weeks do between 1901 and 2099.
CYCLE = timedelta(weeks=1461)


@given(rulesets(), histories(), st.sampled_from([timedelta(weeks=1), timedelta(weeks=53), CYCLE]))
def test_whole_weeks(rules, history, shift):
    steady = [deed for deed in history if deed.what not in {"move", "signed_up"}]
    weekly = rules.streak is None or rules.streak.frequency != "monthly" or shift == CYCLE
    plain = evolve(rules, points=[evolve(system, boosts=()) for system in rules.points])
    moved = [evolve(deed, at=deed.at + shift) for deed in steady]
    there, here = live(Engine(plain), moved), live(Engine(plain), steady)
    if weekly:
        assert [evolve(effect, at=effect.at - shift, **_back(effect, shift)) for effect in there] == here


def _back(effect, shift):
    return {"period_start": effect.period_start - shift} if hasattr(effect, "period_start") else {}
