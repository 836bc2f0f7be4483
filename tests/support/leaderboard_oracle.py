"""Leaderboards from the list of what all users did: every ranking is computed again from all of it."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import NamedTuple

import attrs
from metric_oracle import Event, aggregate, counts, months_after

from trophy_engine import (
    AchievementBackdated,
    AchievementCompleted,
    CompletionsSource,
    Engine,
    Leaderboard,
    MetricChanged,
    PointsAwarded,
    PointsSource,
    Ruleset,
    UserChanged,
    UserCreated,
)
from trophy_engine.calendar.instants import from_micros, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core.commands import Record
from trophy_engine.testing import execute
from trophy_engine.testing.driver import effects_of

__all__ = ["AllUsers", "run_of"]


class _Gain(NamedTuple):
    """An event of a metric, an award of points or a completion, with its source, and the zone that the user had."""

    at: int
    source: str | PointsSource | CompletionsSource
    value: object
    attributes: dict[str, str]
    zone: str


@attrs.define
class _User:
    created: datetime
    zone: str
    gains: list[_Gain] = attrs.field(factory=list)


class AllUsers:
    """What all users of an engine did, by their commands and effects."""

    def __init__(self, ruleset: Ruleset, engine: Engine | None = None) -> None:
        self.rules = ruleset
        self.engine = Engine(ruleset) if engine is None else engine
        self.users: dict[str, _User] = {}
        self.completions = {one.source for one in ruleset.metrics if isinstance(one.source, CompletionsSource)}

    def follow(self, command):
        """Execute a command, note what it did, and return its result."""
        result = execute(self.engine, command)
        for effect in effects_of(result):
            self._note(effect, command)
        return result

    def _note(self, effect, command):
        def add(source, value, attributes=()):
            user = self.users[effect.user_id]
            user.gains.append(_Gain(to_micros(effect.at), source, value, dict(attributes), user.zone))

        match effect:
            case UserCreated():
                self.users[effect.user_id] = _User(effect.at, effect.time_zone)
            case UserChanged(field="time_zone"):
                self.users[effect.user_id].zone = effect.after
            case PointsAwarded():
                add(PointsSource(effect.system), effect.awarded)
            case AchievementCompleted() | AchievementBackdated():
                for source in self.completions:
                    if effect.achievement in source:
                        add(source, 1)
            case MetricChanged() if isinstance(command, Record) and effect.metric == command.metric:
                add(command.metric, command.value, command.attributes)

    def rows(self, board: Leaderboard, day: date, until: datetime, plan: str | None = None) -> list[tuple]:
        """Return rank, user and value of each ranked user in the run that contains a date."""
        entries = []
        for user, known in self.users.items():
            player = self.engine.user(user, at=until)
            if any(player.attributes.get(key) != value for key, value in board.user_attributes.items()):
                continue
            if board.breakdown_attributes and player.attributes.get("plan") != plan:
                continue
            value, reached = self._value(board, player, known, day)
            if value is not None and (board.order == "ascending" or value > 0):
                entries.append((value if board.order == "ascending" else -value, reached, known.created, user, value))
        entries.sort()
        rows = []
        for position, (key, _, _, user, value) in enumerate(entries[: board.max_participants], 1):
            better = sum(other < key for other, *_ in entries)
            rows.append((better + 1 if board.ties == "shared" else position, user, value))
        return rows

    def _value(self, board: Leaderboard, player, known: _User, day: date):
        """Return the value of a user in the run that contains a date, and the instant at which it was reached."""
        if board.rank_by == "streak":
            streak = player.streak if board.streak is None else player.streaks[board.streak]
            return streak.length or None, streak.extended_at
        gains = [gain for gain in known.gains if board.points and gain.source == PointsSource(board.points)]
        total = lambda some: sum(gain.value for gain in some)  # noqa: E731
        if board.rank_by == "metric":
            metric = next(metric for metric in self.rules.metrics if metric.key == board.metric)
            gains = [gain for gain in known.gains if counts(metric, self._dated(board, gain), {})]
            if isinstance(metric.source, PointsSource):
                gains = [gain for gain in gains if gain.value > 0]  # a deduction is no event of it
            total = lambda some: aggregate(metric, [self._dated(board, gain) for gain in some])  # noqa: E731
        gains = [gain for gain in gains if self._is_counted(board, gain, day)]
        value = reached = None
        for number, gain in enumerate(gains, 1):
            after = total(gains[:number])
            if after != value:
                value, reached = after, from_micros(gain.at)
        return value, reached

    def _dated(self, board: Leaderboard, gain: _Gain) -> Event:
        return Event(gain.at, self._local(board, gain)[0], gain.source, gain.value, gain.attributes)

    def _local(self, board: Leaderboard, gain: _Gain) -> tuple[date, time]:
        """Return the date and the time of day on which something counts for a leaderboard."""
        clock = zone(board.time_zone or gain.zone)
        local = from_micros(gain.at).replace(tzinfo=None) + timedelta(microseconds=clock.offset(gain.at))
        late = time.fromisoformat(self.rules.day_start)
        return (local - timedelta(hours=late.hour, minutes=late.minute)).date(), local.time()

    def _is_counted(self, board: Leaderboard, gain: _Gain, day: date) -> bool:
        first, last = run_of(board, day)
        local, hour = self._local(board, gain)
        early = board.end_time is None or hour < time.fromisoformat(board.end_time)
        return first <= local <= last and hour >= time.fromisoformat(board.start_time or "00:00") and early


def run_of(board: Leaderboard, day: date) -> tuple[date, date]:
    """Return the first and the last date of the run that contains a date, by a walk from the first run."""
    end = board.end or date(2200, 1, 1)
    if board.run_unit is None:
        return board.start, end

    def start(number: int) -> date:
        units = number * board.run_interval
        if board.run_unit in {"day", "week"}:
            return board.start + timedelta(days=units * {"day": 1, "week": 7}[board.run_unit])
        return months_after(board.start, units * {"month": 1, "year": 12}[board.run_unit])

    far = (day - board.start).days // (board.run_interval * 7) if board.run_unit in {"day", "week"} else 0
    number = next(number for number in count(max(far, 0)) if start(number + 1) > day)
    return start(number), min(start(number + 1) - timedelta(days=1), end)
