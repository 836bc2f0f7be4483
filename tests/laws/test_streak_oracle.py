"""The engine tells the same story of every streak as the oracle that walks the calendar day by day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import attrs
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from streak_oracle import Account, Add, Command, Fact, GiveUp, Move, Rest, Restore, Resume, account, zone_of

from trophy_engine import (
    Effect,
    Engine,
    FreezeConsumed,
    FreezeEarned,
    Metric,
    Player,
    Ruleset,
    StreakExtended,
    StreakLost,
    StreakReset,
    StreakRestored,
    StreakStarted,
    TrophyError,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core.commands import Pause, Record, ResetStreak, RestoreStreak, Unpause
from trophy_engine.testing import games, perform, streak_rules, time_zones
from trophy_engine.testing.histories import journeys, records
from trophy_engine.testing.moments import later
from trophy_engine.testing.performance import effects_of

METRICS = ("lessons", "minutes", "words")
RULES = streak_rules(METRICS).map(lambda streak: Ruleset(metrics=tuple(map(Metric, METRICS)), streak=streak))


def deeds(rules, user, at):
    """Draw what the oracle knows: events without keys, moves, pauses, pauses taken back, resets and restoring."""
    chances = {
        "record": records(rules, user, at).map(lambda record: record._replace(idempotency_key=None)),
        "move": journeys(user, at),
        "pause": st.tuples(st.integers(0, 3), st.sampled_from([0, 1, 5, 40])).map(
            lambda days: Pause(user, at, str(days[0]), str(days[1]))
        ),
        "care": st.sampled_from(
            [Unpause(user, at, 1), Unpause(user, at, 2), ResetStreak(user, at), RestoreStreak(user, at)]
        ),
    }
    names = ["record"] * 6 + ["move"] * 2 + ["pause", "care"]
    return st.sampled_from(names).flatmap(lambda name: chances[name])


def credits_and_care(rules, user, at):
    """Draw deeds of which many credit a period, and streaks that are reset and restored again and again."""
    metrics = [condition.key for condition in rules.streak.metrics] or METRICS
    credited = st.sampled_from(metrics).map(lambda metric: Record(user, at, metric, 1000, (), None))
    care = st.sampled_from([RestoreStreak(user, at), ResetStreak(user, at)])
    chances = {"record": credited, "move": journeys(user, at), "care": care}
    return st.sampled_from(["record"] * 4 + ["move"] + ["care"] * 2).flatmap(lambda name: chances[name])


def as_oracle(deed) -> Command:
    """Say a command in the oracle's words."""
    at = from_micros(deed.at)
    match deed:
        case Record(_, _, metric, value):
            return at, Add(metric, value)
        case Pause(_, _, start, end):
            return at, Rest(date.fromisoformat(start), date.fromisoformat(end))
        case Unpause(_, _, number):
            return at, Resume(number)
        case ResetStreak():
            return at, GiveUp()
        case RestoreStreak():
            return at, Restore()
        case _:
            return at, Move(dict(deed.changes)["time_zone"])


@st.composite
def looks(draw, history) -> list[datetime]:
    """Choose instants to look at after the end of a history."""
    found = [history.commands[-1].at]
    for _ in range(draw(st.integers(0, 3))):
        found.append(draw(later(found[-1], zone(draw(time_zones())))))
    return [from_micros(at) for at in found]


# The comparison -----------------------------------------------------------------------------------------------------


LENGTHS = {
    StreakStarted: "started",
    StreakExtended: "extended",
    StreakLost: "lost",
    StreakReset: "reset",
    StreakRestored: "restored",
}


def fact(effect: Effect) -> Fact | None:
    match effect:
        case StreakStarted() | StreakExtended() | StreakLost() | StreakReset() | StreakRestored():
            return Fact(LENGTHS[type(effect)], effect.at, effect.period_start, effect.length)
        case FreezeConsumed():
            return Fact("frozen", effect.at, effect.period_start, effect.length, effect.freezes)
        case FreezeEarned():
            return Fact("earned", effect.at, None, None, effect.freezes)
        case _:
            return None


def seen(player: Player, facts: Sequence[Fact]) -> Account:
    streak = player.streak
    return Account(
        length=streak.length,
        longest=streak.longest,
        started=streak.started,
        period_start=streak.period_start,
        period_end=streak.period_end,
        expires=streak.expires,
        extended_at=streak.extended_at,
        freezes=player.freezes,
        freezes_used=player.freezes_used,
        facts=tuple(facts),
    )


def told(of: Account) -> str:
    """Write an account line by line, so that two of them are easy to compare."""
    head = "\n".join(f"{name}: {value}" for name, value in attrs.asdict(of, recurse=False).items() if name != "facts")
    return "\n".join((head, *map(str, of.facts)))


@pytest.mark.parametrize("kinds", [deeds, credits_and_care])
@settings(max_examples=2 * settings.default.max_examples)
@given(st.data())
def test_the_engine_agrees_with_a_walk_through_the_calendar(kinds, data):
    history = data.draw(games(RULES, users=("jo",), max_size=24, kinds=kinds))
    engine, rule = Engine(history.ruleset), history.ruleset.streak
    commands: list[Command] = []
    facts: list[Fact] = []
    for deed in history:
        result = perform(engine, deed)
        if isinstance(result, TrophyError):
            continue
        facts += filter(None, map(fact, effects_of(result)))
        commands.append(as_oracle(deed))
        expected = account(rule, commands, commands[-1][0])
        assert told(seen(engine.user("jo", at=commands[-1][0]), facts)) == told(expected)
    assume(commands)
    ends = data.draw(looks(history))
    for look in ends:
        expected = account(rule, commands, look)
        assert told(seen(engine.user("jo", at=look), expected.facts)) == told(expected)
    facts += filter(None, map(fact, engine.settle(at=ends[-1])))
    assert told(seen(engine.user("jo", at=ends[-1]), facts)) == told(expected)
    for kind in sorted({fact.kind for fact in facts}):
        event(kind)


def test_the_oracle_knows_offsets_by_name():
    assert zone_of("-09:30").utcoffset(None) == timedelta(hours=-9, minutes=-30)
