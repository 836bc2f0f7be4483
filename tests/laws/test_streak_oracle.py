"""The engine has the same history of every streak as the oracle, which walks the calendar day by day."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import attrs
import pytest
from calendar_oracle import zone_of
from datetimes import utc
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from streak_oracle import Account, Add, Command, Fact, GiveUp, Move, Rest, Restore, Resume, Walk

from trophy_engine import (
    Effect,
    Engine,
    FreezeConsumed,
    FreezeEarned,
    FreezeReturned,
    Metric,
    Player,
    Ruleset,
    Streak,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakMetric,
    StreakReset,
    StreakRestored,
    StreakStarted,
    TrophyError,
)
from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import HOUR, from_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import PeriodDecisions, undecided_protected_periods
from trophy_engine.core.commands import Pause, Record, ResetStreak, RestoreStreak, Unpause
from trophy_engine.testing import execute, games, streak_rules, time_zones
from trophy_engine.testing.datetimes import Gap, all_time_zones, gaps, later
from trophy_engine.testing.driver import effects_of
from trophy_engine.testing.histories import journeys, records

METRICS = ("lessons", "minutes", "words")


def with_streak(metrics):
    first, second, third = (streak_rules(metrics, key) for key in ("s0", "s1", "s2"))
    return st.builds(
        Ruleset,
        metrics=st.just([Metric(key) for key in metrics]),
        streaks=st.one_of(
            st.tuples(first), st.tuples(first), st.tuples(first, second), st.tuples(second, third, first)
        ),
        first_weekday=st.sampled_from(WEEKDAYS),
        day_start=st.sampled_from(["00:00", "00:00", "03:00", "11:59"]),
    )


RULES = with_streak(METRICS)
ONE_CONDITION = with_streak(METRICS[:1])


def commands(rules, user, at):
    """Draw commands of the oracle: events without keys, moves, pauses, removed pauses, resets and restoring."""
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
    """Draw commands of which many credit a period, and streaks that are reset and restored again and again."""
    metrics = [condition.key for condition in rules.primary_streak.metrics] or METRICS
    credited = st.sampled_from(metrics).map(lambda metric: Record(user, at, metric, 1000, (), None))
    care = st.sampled_from([RestoreStreak(user, at), ResetStreak(user, at)])
    chances = {"record": credited, "move": journeys(user, at), "care": care}
    return st.sampled_from(["record"] * 4 + ["move"] + ["care"] * 2).flatmap(lambda name: chances[name])


def travels(rules, user, at):
    """Draw travel between all zones: events that credit, moves, pauses, resets and restoring."""
    metrics = [condition.key for condition in rules.primary_streak.metrics]
    far_apart = st.sampled_from(["+14:00", "Asia/Tokyo", "Europe/London", "America/New_York", "-11:00"])
    chances = {
        "record": st.sampled_from(metrics).map(lambda metric: Record(user, at, metric, 1000, (), None)),
        "move": journeys(user, at, st.one_of(far_apart, far_apart, time_zones(), all_time_zones())),
        "pause": st.sampled_from([0, 1, 2]).flatmap(
            lambda start: st.sampled_from([0, 1, 3]).map(lambda days: Pause(user, at, str(start), str(days)))
        ),
        "care": st.sampled_from([Unpause(user, at, 1), ResetStreak(user, at), RestoreStreak(user, at)]),
    }
    names = ["record"] * 8 + ["move"] * 5 + ["pause", "care"]
    return st.sampled_from(names).flatmap(lambda name: chances[name])


EDGES = (HOUR, 0, -1, 1, 5 * HOUR, 9 * HOUR)
JET_LAG = st.one_of(
    st.builds(Gap, st.just("span"), st.sampled_from([hours * HOUR for hours in (8, 0, 1, 3, 5, 13, 16, 20, 23, 25)])),
    st.builds(Gap, st.just("midnight"), st.sampled_from([1, 1, 0, 2]), st.sampled_from(EDGES)),
)


def as_oracle(command) -> Command:
    """Convert a command to one of the oracle."""
    at = from_micros(command.at)
    match command:
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
            return at, Move(dict(command.changes)["time_zone"])


@st.composite
def looks(draw, history) -> list[datetime]:
    """Return instants of queries after the end of a history."""
    instants = [history.commands[-1].at]
    for _ in range(draw(st.integers(0, 3))):
        instants.append(draw(later(instants[-1], zone(draw(time_zones())))))
    return [from_micros(at) for at in instants]


# The comparison -----------------------------------------------------------------------------------------------------


LENGTHS = {
    StreakStarted: "started",
    StreakExtended: "extended",
    StreakLost: "lost",
    StreakLossUndone: "loss undone",
    StreakReset: "reset",
    StreakRestored: "restored",
}


def fact(effect: Effect) -> Fact | None:
    match effect:
        case FreezeReturned():
            return Fact("returned", effect.at, effect.period_start, effect.length, effect.freezes)
        case _ if type(effect) in LENGTHS:
            return Fact(LENGTHS[type(effect)], effect.at, effect.period_start, effect.length)
        case FreezeConsumed():
            return Fact("frozen", effect.at, effect.period_start, effect.length, effect.freezes)
        case FreezeEarned():
            return Fact("earned", effect.at, None, None, effect.freezes)
        case _:
            return None


def seen(player: Player, key: str, facts: Sequence[Fact]) -> Account:
    streak = player.streaks[key]
    return Account(
        length=streak.length,
        longest=streak.longest,
        started=streak.started,
        period_start=streak.period_start,
        period_end=streak.period_end,
        expires=streak.expires,
        extended_at=streak.extended_at,
        freezes=streak.freezes or 0,
        freezes_used=streak.freezes_used,
        facts=tuple(facts),
    )


def decided_by(engine: Engine, key: str, at: datetime) -> dict[date, str]:
    """Return the last decision on each period of a streak, by its first day."""
    transitions = engine.transitions("jo", at=at)
    last = transitions[-1]
    in_force = [decision for decision, _ in PeriodDecisions(key, transitions)]
    plan = last.plan.streak_of(key)
    visible = last.state.streaks[plan.place].custom_streak or plan
    decided: dict[date, str] = {}
    for decision in (*in_force, *undecided_protected_periods(last.state, visible)):
        for period in range(decision.first, decision.last + 1):
            day = date.fromordinal(decision.streak.first_day(period))
            if not (decision.is_protection and decided.get(day) == "restored"):
                decided[day] = decision.kind
    return decided


def lines_of(of: Account) -> str:
    """Return an account as lines, so that two of them are easy to compare."""
    head = "\n".join(f"{name}: {value}" for name, value in attrs.asdict(of, recurse=False).items() if name != "facts")
    return "\n".join((head, *map(str, of.facts)))


class SeveralWalks:
    """An oracle for each streak of rules, and the facts of the engine about it."""

    def __init__(self, rules):
        self.primary = rules.streaks[0].key
        self.walks = {streak.key: Walk(attrs.evolve(rules, streaks=[streak])) for streak in rules.streaks}
        self.facts: dict[str, list[Fact]] = {key: [] for key in self.walks}

    def note(self, effects):
        for effect in effects:
            if (noted := fact(effect)) is not None:
                self.facts[effect.streak].append(noted)

    def obey(self, command):
        """Let every oracle obey a command; one on another streak changes nothing."""
        at, action = as_oracle(command)
        for key, walk in self.walks.items():
            is_own = not hasattr(command, "streak") or (command.streak or self.primary) == key
            walk.obey(at, action if is_own else Add("of another streak", 1))

    def compare(self, player, look=None):
        for key, walk in self.walks.items():
            expected = walk.account(player.at) if look is None else walk.look(look)
            assert lines_of(seen(player, key, self.facts[key])) == lines_of(expected)

    def look(self, engine, at):
        for key, walk in self.walks.items():
            expected = walk.look(at)
            assert decided_by(engine, key, at) == walk.decided_by(at)
            assert lines_of(seen(engine.user("jo", at=at), key, expected.facts)) == lines_of(expected)


@pytest.mark.parametrize(
    ("rules", "kinds", "pace", "size"),
    [(RULES, commands, gaps(), 1), (RULES, credits_and_care, gaps(), 1), (ONE_CONDITION, travels, JET_LAG, 12)],
    ids=["commands", "credits and care", "travels"],
)
@settings(max_examples=2 * settings.default.max_examples)
@given(st.data())
def test_the_engine_agrees_with_the_oracle(rules, kinds, pace, size, data):
    history = data.draw(games(rules, users=("jo",), min_size=size, max_size=24, kinds=kinds, pace=pace))
    engine, several = Engine(history.ruleset), SeveralWalks(history.ruleset)
    for command in history:
        if hasattr(command, "streak"):
            named = data.draw(st.sampled_from([None, *several.walks]))
            command = command._replace(streak=named)  # noqa: PLW2901  # the drawn one names no streak
        result = execute(engine, command)
        if not isinstance(result, TrophyError):
            several.note(effects_of(result))
            several.obey(command)
            several.compare(engine.user("jo", at=from_micros(command.at)))
    assume(several.walks[several.primary].now)
    ends = data.draw(looks(history))
    for look in ends:
        several.look(engine, look)
    several.note(engine.settle(at=ends[-1]))
    several.compare(engine.user("jo", at=ends[-1]), ends[-1])
    for kind in sorted({noted.kind for facts in several.facts.values() for noted in facts}):
        event(kind)


def obey(engine: Engine, walk: Walk, at: datetime, action: Add | Move) -> None:
    """Let an engine and an oracle obey a command on jo."""
    walk.obey(at, action)
    match action:
        case Move(zone):
            engine.identify("jo", time_zone=zone, at=at)
        case Add(metric, value):
            engine.record(metric, user="jo", value=value, at=at)


@pytest.mark.parametrize("days_off", [["friday"], ["saturday"], []])
@pytest.mark.parametrize("day_start", ["00:00", "03:00"])
def test_the_engine_agrees_with_the_oracle_on_a_date_that_a_zone_skipped(days_off, day_start):
    streak = Streak("habit", metrics=[StreakMetric("words")], days_off=days_off)
    rules = Ruleset(metrics=[Metric("words")], streaks=[streak], day_start=day_start)
    engine, walk = Engine(rules), Walk(rules)
    for at, action in (
        (utc("2011-12-29 01:00"), Move("Pacific/Apia")),
        (utc("2011-12-29 02:00"), Add("words", 1)),
        (utc("2011-12-30 01:00"), Add("words", 1)),  # Thursday, 15:00; Saturday began at midnight
    ):
        obey(engine, walk, at, action)
    end = utc("2012-01-01 12:00")
    assert decided_by(engine, "habit", end) == walk.decided_by(end)


def test_a_protected_date_that_is_open_again_is_not_decided():
    rules = Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])])
    engine, walk = Engine(rules), Walk(rules)
    for at, action in (
        (utc("2024-03-06 21:00"), Add("words", 1)),
        (utc("2024-03-06 21:00"), Move("+14:00")),  # Thursday, 11:00, which travel east protects
        (utc("2024-03-07 22:00"), Move("America/St_Johns")),  # back from Friday, noon, to Thursday, 18:30
    ):
        obey(engine, walk, at, action)
    thursday = date(2024, 3, 7)
    for end, expected in (("2024-03-07 22:00", None), ("2024-03-08 12:00", "protected")):
        decided = decided_by(engine, "habit", utc(end))
        assert decided == walk.decided_by(utc(end))
        assert decided.get(thursday) == expected


@pytest.mark.parametrize(
    ("commands", "monday"),
    [
        ([("2024-03-04 01:00", Add("words", 1)), ("2024-03-04 09:00", Move("-11:00"))], "credited"),
        (
            [
                ("2024-03-02 09:00", Move("+14:00")),
                ("2024-03-04 10:01", Add("other", 1)),  # Tuesday, 0:01
                ("2024-03-04 10:01", Move("-11:00")),
            ],
            "missed",
        ),
    ],
)
def test_a_day_off_before_a_decision_that_stands_is_decided_when_it_is_open_again(commands, monday):
    streak = Streak("habit", metrics=[StreakMetric("words")], days_off=["sunday"])
    rules = Ruleset(metrics=[Metric("words"), Metric("other")], streaks=[streak])
    engine, walk = Engine(rules), Walk(rules)
    for at, action in (("2024-03-02 08:00", Add("words", 1)), *commands):  # the last one goes back to Sunday evening
        obey(engine, walk, utc(at), action)
    for end in (commands[-1][0], "2024-03-04 12:00"):  # while it is Sunday, and when it is over
        decided = decided_by(engine, "habit", utc(end))
        assert decided == walk.decided_by(utc(end))
        assert (decided[date(2024, 3, 3)], decided[date(2024, 3, 4)]) == ("day_off", monday)


def test_the_oracle_parses_offsets():
    assert zone_of("-09:30").utcoffset(None) == timedelta(hours=-9, minutes=-30)
