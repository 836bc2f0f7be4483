"""The state machine runs under rules of its own, and finds a planted fault."""

import pytest
from drawn import ROUGH
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from trophy_engine import (
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.core import streaks
from trophy_engine.testing import (
    StreakMachine,
)


class Learner(StreakMachine):
    ruleset = Ruleset([Metric("lessons")], streak=Streak(metrics=[StreakMetric("lessons")], freezes=Freezes(1)))

    @invariant()
    def freezes_do_not_multiply(self):
        if self.commands:
            assert self.player.freezes + self.player.freezes_used == 1


TestLearner = Learner.TestCase
TestLearner.settings = settings(max_examples=20, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.thorough
def test_the_machine_finds_a_planted_fault(monkeypatch):
    real = streaks._credit

    def credit(agenda, state, streak, period, at):
        real(agenda, state, streak, period, at)
        if state.streak.length == 2:
            state.streak.length = 3

    monkeypatch.setattr(streaks, "_credit", credit)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Learner, settings=ROUGH)
