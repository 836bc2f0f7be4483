"""Histories by two engines on one storage: with batches, batches that fail, changes of rules, and looks in between."""

from collections.abc import Iterator
from contextlib import suppress

import attrs
from hypothesis import strategies as st

from trophy_engine import Engine, InvalidRules, Ruleset
from trophy_engine.calendar.instants import DAY, LAST, from_micros
from trophy_engine.errors import TrophyError
from trophy_engine.storage import MemoryStorage
from trophy_engine.testing import execute, histories, rulesets

__all__ = ["Look", "Step", "live", "steps"]

#: How far from the last command the clock may be at a look: mostly at or after it.
_SHIFTS = [0, 0, 0, 1, DAY // 2, DAY, 9 * DAY, 400 * DAY, -1, -DAY, -30 * DAY]


class BatchFails(Exception):  # no error
    """Raised to have a batch fail."""


@attrs.frozen
class Look:
    """A moment at which to compare: the engine, whose clock shows ``now``, in microseconds."""

    engine: Engine
    now: int


@attrs.frozen
class Step:
    """What happens next: commands by one of the engines, or other rules.

    Attributes:
        engine: 0 or 1.
        how: ``"plain"``, ``"batch"`` or ``"fail"`` for the commands.
        rules: rules to change to afterwards, or None.
        looks: by engine and shift of the clock, the looks after the step.
        inside: whether to look within the batch, too.
    """

    commands: tuple
    engine: int
    how: str
    rules: Ruleset | None
    looks: tuple
    inside: bool


@st.composite
def _other_rules(draw, rules: Ruleset, drawn: st.SearchStrategy[Ruleset]) -> Ruleset:
    """Draw unrelated rules, or the same with other parts."""
    others = draw(drawn)
    keys = {achievement.key for achievement in rules.achievements}
    parts = ["all", "streaks"] + ["points"] * ({achievement.key for achievement in others.achievements} <= keys)
    part = draw(st.sampled_from(parts))
    try:
        return others if part == "all" else attrs.evolve(rules, leaderboards=(), **{part: getattr(others, part)})
    except InvalidRules:  # the parts refer to what is gone, or pay one another without end
        return others


@st.composite
def steps(draw, rules: st.SearchStrategy[Ruleset] | None = None, **options) -> tuple[Ruleset, list[Step]]:
    """Draw rules and what happens under them; ``options`` are those of ``histories``."""
    rules = rulesets() if rules is None else rules
    ruleset = draw(rules)
    commands = list(draw(histories(ruleset, **options)))
    looks = st.lists(st.tuples(st.integers(0, 1), st.sampled_from(_SHIFTS)), max_size=2)
    drawn, now = [], ruleset
    while commands:
        size = draw(st.sampled_from([1, 1, 1, 2, 4]))
        other = draw(_other_rules(now, rules)) if draw(st.integers(0, 9)) == 9 else None
        how = draw(st.sampled_from(["plain", "plain", "plain", "batch", "fail"]))
        chosen, commands = tuple(commands[:size]), commands[size:]
        drawn.append(
            Step(chosen, draw(st.sampled_from([0, 0, 1])), how, other, tuple(draw(looks)), draw(st.booleans()))
        )
        now = other or now
    return ruleset, drawn


def live(ruleset: Ruleset, drawn: list[Step]) -> Iterator[Look]:
    """Perform the steps, and yield the looks."""
    storage, now = MemoryStorage(), [0]
    engines = [Engine(ruleset, storage=storage, clock=lambda: from_micros(now[0])) for _ in range(2)]
    last = drawn[0].commands[0].at
    for step in drawn:
        engine = engines[step.engine]
        last = step.commands[-1].at
        now[0] = last
        if step.how == "plain":
            for command in step.commands:
                execute(engine, command)
        else:
            with suppress(BatchFails), engine.batch():
                for command in step.commands:
                    execute(engine, command)
                if step.inside:
                    yield Look(engine, last)
                if step.how == "fail":
                    raise BatchFails
        if step.rules is not None:
            with suppress(TrophyError):
                engine.update(step.rules, at=from_micros(last))
        for number, shift in step.looks:
            now[0] = min(last + shift, LAST - 1)
            yield Look(engines[number], now[0])
    for engine in engines:
        now[0] = last
        yield Look(engine, last)
