"""Behaviors: the chance that a user acts, day by day."""

from datetime import date
from itertools import islice
from random import Random

import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis.simulation.behavior import Chance, Churn, TwoStates, Weekdays

START = date(2025, 1, 1)  # a Wednesday
FIRST = START.toordinal()


def chances(behavior, days, seed=0, first=FIRST):
    return list(islice(behavior.days(Random(seed), first), days))


def test_weekdays_begin_on_the_weekday_of_the_first_day():
    assert chances(Weekdays(wednesday=0.3, sunday=0.1), 5) == [0.3, 1.0, 1.0, 1.0, 0.1]


def test_behaviors_multiply():
    assert chances(Chance(0.5) * Weekdays(thursday=0.5), 2) == [0.5, 0.25]


def test_a_churned_user_is_absent_and_can_return():
    gone = chances(Churn(1.0), 50)
    assert gone == [1.0] + [0.0] * 49
    flutter = chances(Churn(1.0, comeback=1.0), 4)
    assert flutter == [1.0, 0.0, 1.0, 0.0]
    away = [chances(Churn(0.1), 200, seed).count(1.0) for seed in range(500)]
    assert 9 < sum(away) / 500 < 11  # the mean of a geometric distribution


def test_two_states_alternate_with_the_given_chances():
    walk = chances(TwoStates(Chance(0.9), Chance(0.1), tire=0.25, rouse=0.5), 30_000)
    keen = walk.count(0.9) / len(walk)
    assert walk[0] == 0.9
    assert 0.65 < keen < 0.68  # rouse / (tire + rouse)


@pytest.mark.parametrize("make", [lambda: Chance(1.1), lambda: Churn(-0.1), lambda: Weekdays(monday=2)])
def test_a_chance_is_between_0_and_1(make):
    with pytest.raises(InvalidValue, match="must lie between 0 and 1"):
        make()
