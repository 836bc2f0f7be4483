"""The state machine runs under rules of its own, finds faults soon, and tells their story."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import ROUGH
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from trophy_engine import (
    Freezes,
    InvalidValue,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.core import streaks
from trophy_engine.testing import (
    LAWS,
    StreakMachine,
    invariant,
)

RULES = Ruleset([Metric("lessons")], streaks=[Streak("habit", metrics=[StreakMetric("lessons")], freezes=Freezes(1))])
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "test-your-rules.md"


class Learner(StreakMachine):
    ruleset = RULES
    laws = LAWS

    @invariant()
    def freezes_do_not_multiply(self):
        assert self.player.freezes + self.player.freezes_used == 1


TestLearner = Learner.TestCase
TestLearner.settings = settings(
    TestLearner.settings, max_examples=20, stateful_step_count=15, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.mark.thorough
def test_the_machine_finds_a_planted_fault(monkeypatch):
    real = streaks._credit_period

    def credit(agenda, state, streak, period, at):
        real(agenda, state, streak, period, at)
        if state.streak.length == 2:
            state.streak.length = 3

    monkeypatch.setattr(streaks, "_credit_period", credit)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Learner, settings=ROUGH)


@pytest.mark.thorough
@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
def test_long_streaks_are_reached_with_few_examples(frequency):
    class Short(StreakMachine):
        ruleset = Ruleset([Metric("lessons")], streaks=[Streak("habit", frequency, [StreakMetric("lessons")])])

        @invariant()
        def no_streak_is_long(self):
            assert self.player.streak.length < 4, f"a streak of {self.player.streak.length}"

    with pytest.raises(AssertionError, match="a streak of 4") as failure:
        run_state_machine_as_test(Short, settings=settings(ROUGH, max_examples=60, phases=tuple(Phase)[:-1]))
    assert "record_every_period(event=1 for lessons, times=4)" in "".join(failure.value.__notes__)


@pytest.mark.thorough
def test_a_false_invariant_is_told_as_a_short_story_after_a_few_hundred_histories():
    machines = []

    class Frozen(StreakMachine):
        ruleset = RULES

        def __init__(self):
            super().__init__()
            machines.append(self)

        @invariant()
        def no_freeze_is_ever_used(self):
            assert self.player.freezes_used == 0

    frozen = Frozen.TestCase
    shrunk = settings(frozen.settings, max_examples=100, derandomize=True, database=None, phases=tuple(Phase)[:-1])
    with pytest.raises(AssertionError) as failure:
        run_state_machine_as_test(Frozen, settings=shrunk)
    assert len(machines) < 500  # it was 1113 when the strategies were made at every step
    notes = "\n".join(failure.value.__notes__)
    assert "state.record(event=1 for lessons)" in notes
    assert re.search(r"state\.wait\(gap=\d+ days\)", notes)
    assert re.search(r"ann recorded 1 for lessons on \w+day \d{4}-\d\d-\d\d", notes)
    assert not re.search(r"\d{12}|lambda|Draw|Explanation", notes)


def test_the_tests_have_no_deadline_and_no_lines_of_the_engine():
    assert Learner.TestCase.settings.deadline is None
    assert Phase.explain not in Learner.TestCase.settings.phases


def test_a_machine_without_rules_says_what_it_lacks():
    class Bare(StreakMachine):
        pass

    with pytest.raises(InvalidValue, match=r"^set the ruleset of Bare: ruleset = Ruleset\(...\)$"):
        Bare()


@pytest.mark.thorough
@pytest.mark.parametrize("runner", [("pytest", "-q", "-p", "no:cacheprovider"), ("unittest", "-q")])
def test_the_documented_example_is_a_whole_test_file(tmp_path, runner):
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    [example] = [block for block in blocks if "(StreakMachine)" in block]
    (tmp_path / "test_lessons.py").write_text(example, encoding="utf-8")
    command = [sys.executable, "-m", *runner, "test_lessons.py"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert re.search("1 passed|Ran 1 test", done.stdout + done.stderr)
    example = example.replace("freezes_used <= 1", "freezes_used <= 0")
    (tmp_path / "test_lessons.py").write_text(example, encoding="utf-8")
    failed = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert failed.returncode == 1
    assert "1 freeze granted; 1 available" in failed.stdout + failed.stderr
