"""Reachable achievements are found in linear time, and cycles are named."""

import pytest
from steps import growth

from trophy_engine import (
    Achievement,
    ApiTrigger,
    CompositeTrigger,
    Ruleset,
)
from trophy_engine.core.compile import compile_plan
from trophy_engine.rules.check import check_ruleset_parts

LINEAR = 5  # for four times as much


def chain(length):
    """Return composites that each require the previous one, the last declared first."""
    first = Achievement("a0", ApiTrigger())
    return [*(Achievement(f"a{n}", CompositeTrigger([f"a{n - 1}"])) for n in range(length, 0, -1)), first]


def cycle(length):
    return [Achievement(f"a{n}", CompositeTrigger([f"a{(n + 1) % length}"])) for n in range(length)]


def checking(achievements, metrics=()):
    return lambda: check_ruleset_parts(metrics, (), (), achievements, ())


def problems_of(achievements, metrics=()):
    return [str(problem) for problem in check_ruleset_parts(metrics, (), (), achievements, ())]


@pytest.mark.parametrize("shape", [chain, cycle])
def test_composites_are_checked_in_linear_time(shape):
    assert growth(lambda size: checking(shape(size)), 300) < LINEAR


def test_composites_around_a_hub_are_checked_in_linear_time():
    def hub(size):
        spokes = [Achievement(f"a{n}", CompositeTrigger(["hub"])) for n in range(size)]
        return [*spokes, Achievement("hub", CompositeTrigger([one.key for one in spokes]))]

    assert growth(lambda size: checking(hub(size)), 300) < LINEAR


def test_a_chain_of_thousands_is_valid_and_compiles():
    compile_plan(Ruleset(achievements=chain(5000)))


def test_unreachable_achievements_are_found_along_a_chain():
    links = [one for one in chain(2000) if one.key != "a0"]
    problems = problems_of([*links, Achievement("a0", CompositeTrigger(["a0"]))])
    assert (
        problems[-1] == "error: achievements[2000].trigger.achievements: depends on itself: a0 -> a0; break the cycle"
    )
    assert len(problems) == 2001
    assert "'a1999' can never be completed, so 'a2000' cannot be completed either" in problems[0]


def test_a_long_cycle_is_reported_by_its_first_step():
    [problem] = problems_of(cycle(300))
    assert problem.endswith("depends on itself: a0 -> a1 -> … -> a0; break the cycle")
    [problem] = problems_of(cycle(4))
    assert problem.endswith("depends on itself: a0 -> a1 -> a2 -> a3 -> a0; break the cycle")


def test_the_reported_path_of_a_cycle_is_within_the_cycle():
    outside = [Achievement(f"x{n}", CompositeTrigger([f"x{n + 1}"])) for n in range(200)] + [
        Achievement("x200", ApiTrigger())
    ]
    [first] = problems_of(
        [Achievement("a", CompositeTrigger(["x0", "b"])), Achievement("b", CompositeTrigger(["a"])), *outside]
    )
    assert first.endswith("depends on itself: a -> b -> a; break the cycle")
