"""The engine tells the same story of every streak as the oracle that walks the calendar day by day."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import attrs
from hypothesis import event, given
from hypothesis import strategies as st
from streak_oracle import Account, Add, Command, Fact, Move, account, end_of, local, zone_of

from trophy_engine import (
    Effect,
    Engine,
    FreezeConsumed,
    FreezeEarned,
    Freezes,
    Metric,
    Player,
    Ruleset,
    Streak,
    StreakExtended,
    StreakLost,
    StreakMetric,
    StreakStarted,
)
from trophy_engine.calendar.frequencies import WEEKDAYS

METRICS = ("lessons", "minutes", "words")
PLAIN_ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Tokyo", "+05:30", "-09:30", "+14:00", "-11:00")
ODD_ZONES = (
    "Australia/Lord_Howe",  # clocks move by half an hour
    "Pacific/Apia",  # 30 December 2011 never was
    "Asia/Kathmandu",  # 45 minutes off the hour
    "America/St_Johns",  # clocks went back at 00:01, so that a new day ended after a minute and began again
    "Africa/Casablanca",  # summer time pauses for Ramadan
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/Havana",  # clocks go back at 01:00, so that midnight happens twice
)

# The instants -------------------------------------------------------------------------------------------------------

MICROSECOND = timedelta(microseconds=1)
STARTS = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2025-04-02 10:00",
        "2024-02-28 23:59:59.999999",
        "2023-12-31 12:00",
        "2011-12-28 09:59:59.999999",
        "2010-11-05 02:29:00",
        "2010-09-25 10:59:00",
        "2018-11-03 02:30",
        "2012-11-04 03:30",
        "2019-05-04 22:00",
        "2000-02-29 00:00",
    )
)
HURRY = tuple(timedelta(seconds=seconds) for seconds in (0, 1, 59, 61, 1800, 3600, 5400, 6 * 3600, 23 * 3600))
STRIDES = tuple(timedelta(days=days) for days in (1, 2, 3, 6, 7, 8, 28, 29, 30, 31, 60, 365, 366))
EDGES = (
    timedelta(0),
    -MICROSECOND,
    MICROSECOND,
    timedelta(seconds=30),
    -timedelta(seconds=30),
    timedelta(minutes=59),
    -timedelta(minutes=59),
    timedelta(hours=12),
)
LATEST = datetime(2120, 1, 1, tzinfo=UTC)


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """Find the instants of the years 2000 to 2030 at which the clocks of a zone move."""
    days = [datetime(2000, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(31 * 365)]
    return tuple(
        _bisect(zone, before, after)
        for before, after in pairwise(days)
        if local(before, zone).utcoffset() != local(after, zone).utcoffset()
    )


def _bisect(zone: str, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if local(middle, zone).utcoffset() == local(before, zone).utcoffset():
            before = middle
        else:
            after = middle
    return after


@st.composite
def later(draw, now: datetime, zone: str) -> datetime:
    """Choose an instant not before now: soon, around a midnight or a transition of the zone, or after years."""
    way = draw(st.sampled_from(("hurry", "midnight", "stride", "transition", "hurry", "midnight", "date", "years")))
    match way:
        case "hurry":
            return now + draw(st.sampled_from(HURRY))
        case "stride":
            return now + draw(st.sampled_from(STRIDES))
        case "midnight":
            day = local(now, zone).date() + timedelta(days=draw(st.integers(0, 3)))
            goal = end_of(day, zone)
        case "date":
            goal = now + draw(st.sampled_from(STRIDES))
            goal = end_of(local(goal, zone).date().replace(day=1) - timedelta(days=draw(st.integers(1, 2))), zone)
        case "transition":
            goal = next((moment for moment in transitions(zone) if moment > now), now)
        case _:
            return min(now + timedelta(days=draw(st.integers(200, 4000))), max(now, LATEST))
    return max(goal + draw(st.sampled_from(EDGES)), now)


# The stories --------------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.sampled_from((1, 2, 5)),
    st.integers(-3, 6),
    st.sampled_from((Decimal("0.1"), Decimal("0.2"), 0.1, 0.3, Decimal("2.5"), -0.5, Decimal("-1.25"))),
)
THRESHOLDS = st.sampled_from((1, 2, 5, Decimal("0.3"), Decimal("2.5")))


@st.composite
def supplies(draw) -> Freezes:
    most = draw(st.integers(0, 4))
    interval = draw(st.none() | st.sampled_from((1, 2, 3, 7, 30)))
    return Freezes(
        start_count=draw(st.integers(0, most)),
        max_count=most,
        auto_earn_interval=interval,
        auto_earn_amount=None if interval is None else draw(st.integers(1, 3)),
    )


@st.composite
def streaks(draw) -> Streak:
    keys = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True))
    return Streak(
        frequency=draw(st.sampled_from(("daily", "daily", "weekly", "monthly"))),
        metrics=[StreakMetric(key, draw(THRESHOLDS)) for key in keys],
        evaluation_mode=draw(st.sampled_from(("OR", "AND"))),
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
        freezes=draw(st.none() | supplies()),
    )


@attrs.frozen(repr=False)
class Story:
    """A rule, one user's commands in order of time, and the instants at which somebody looks."""

    rule: Streak
    commands: tuple[Command, ...]
    looks: tuple[datetime, ...]

    def __repr__(self) -> str:
        """Tell it line by line, with the local time beside each instant."""
        return "\n".join(("", repr(self.rule), *self._lines()))

    def _lines(self) -> Iterator[str]:
        zone = "UTC"
        for at, deed in self.commands:
            zone = deed.zone if isinstance(deed, Move) else zone
            what = f"moves to {zone}" if isinstance(deed, Move) else f"{deed.metric} {deed.value!r}"
            yield f"  {at:%Y-%m-%d %H:%M:%S.%f}  ({local(at, zone).replace(tzinfo=None)} {zone})  {what}"
        for look in self.looks:
            yield f"  {look:%Y-%m-%d %H:%M:%S.%f}  ({local(look, zone).replace(tzinfo=None)} {zone})  somebody looks"


@st.composite
def stories(draw) -> Story:
    """Choose a rule and a life: bursts, midnights, transitions, absences, and now and then a journey."""
    rule = draw(streaks())
    zones = draw(st.lists(st.sampled_from(PLAIN_ZONES + ODD_ZONES * 2), min_size=1, max_size=3))
    keys = [one.key for one in rule.metrics] * 4 + list(METRICS)
    zone, now = zones[0], draw(st.sampled_from(STARTS))
    commands: list[Command] = [(now, Move(zone))] if draw(st.booleans()) else []
    zone = zone if commands else "UTC"
    for _ in range(draw(st.integers(1, 24))):
        if commands:
            now = draw(later(now, zone))
        if draw(st.integers(0, 5)) == 5:
            zone = draw(st.sampled_from(zones))
            commands.append((now, Move(zone)))
        else:
            commands.append((now, Add(draw(st.sampled_from(keys)), draw(VALUES))))
    looks = [now]
    for _ in range(draw(st.integers(0, 3))):
        looks.append(draw(later(looks[-1], zone)))
    return Story(rule, tuple(commands), tuple(looks))


# The comparison -----------------------------------------------------------------------------------------------------


def obey(engine: Engine, command: Command) -> tuple[Effect, ...]:
    match command:
        case at, Add(metric, value):
            return engine.record(metric, user="jo", value=value, at=at).effects
        case at, Move(zone):
            return engine.identify("jo", time_zone=zone, at=at).effects


def fact(effect: Effect) -> Fact | None:
    match effect:
        case StreakStarted():
            return Fact("started", effect.at, effect.period_start, effect.length)
        case StreakExtended():
            return Fact("extended", effect.at, effect.period_start, effect.length)
        case StreakLost():
            return Fact("lost", effect.at, effect.period_start, effect.length)
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


@given(stories())
def test_the_engine_agrees_with_a_walk_through_the_calendar(story):
    engine = Engine(Ruleset(metrics=tuple(map(Metric, METRICS)), streak=story.rule))
    facts: list[Fact] = []
    for number, command in enumerate(story.commands, start=1):
        facts += filter(None, map(fact, obey(engine, command)))
        expected = account(story.rule, story.commands[:number], command[0])
        assert told(seen(engine.user("jo", at=command[0]), facts)) == told(expected)
    for look in story.looks:
        expected = account(story.rule, story.commands, look)
        assert told(seen(engine.user("jo", at=look), expected.facts)) == told(expected)
    facts += filter(None, map(fact, engine.settle(at=story.looks[-1])))
    assert told(seen(engine.user("jo", at=story.looks[-1]), facts)) == told(expected)
    for kind in sorted({fact.kind for fact in facts}):
        event(kind)


def test_the_transitions_are_those_that_make_the_zones_odd():
    assert datetime(2011, 12, 30, 10, tzinfo=UTC) in transitions("Pacific/Apia")
    assert datetime(2010, 11, 7, 2, 31, tzinfo=UTC) in transitions("America/St_Johns")
    assert zone_of("-09:30").utcoffset(None) == timedelta(hours=-9, minutes=-30)
