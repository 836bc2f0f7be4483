"""Leaderboards: the incremental index equals sorting all users, in any order of the users."""

from datetime import UTC, date, datetime, time, timedelta

import attrs
import pytest
from dateutil.relativedelta import relativedelta
from drawn_boards import ranked
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trophy_engine import (
    Engine,
    InvalidValue,
    Leaderboard,
    MetricChanged,
    PointsAwarded,
    TimePointsTrigger,
    UserChanged,
    UserCreated,
)
from trophy_engine.calendar.instants import DAY, LAST, from_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core.aggregation import RunValues
from trophy_engine.core.backfill import boards_to_recount, recount_boards
from trophy_engine.core.commands import Settle
from trophy_engine.core.compile import compile_plan
from trophy_engine.testing import LAWS, games, play, rulesets, states
from trophy_engine.testing.driver import execute

#: The laws that concern leaderboards.
CONCERNED = {"settling_is_path_independent", "replay_equals_live", "users_commute", "views_change_nothing"}
CONCERNED |= {"repeats_and_refusals_change_nothing", "encoding_round_trips"}


few = settings(max_examples=max(settings().max_examples * 2 // 5, 1))  # each makes many queries


def is_quick(history) -> bool:
    """Return False for months of timed awards that are announced: one such example takes seconds."""
    ruleset, commands = history.ruleset, history.commands
    is_timed = any(isinstance(trigger, TimePointsTrigger) for system in ruleset.points for trigger in system.triggers)
    return not (ruleset.notifications and is_timed) or not commands or commands[-1].at - commands[0].at < 100 * DAY


contests = games(rulesets().flatmap(ranked)).filter(is_quick)


class Sorted:
    """All users of a history, sorted by their effects."""

    def __init__(self, history, until: int) -> None:
        self.engine = Engine(history.ruleset)
        self.effects = play(self.engine, [*history, Settle(until)])
        self.until = from_micros(until)

    def rows(self, board: Leaderboard, day: date, plan: str | None) -> list[tuple]:
        first, last = run_of(board, day)
        entries = []
        for user in self.engine.users():
            player = self.engine.user(user, at=self.until)
            if board.user_attributes.mismatch(player.attributes) is not None:
                continue
            if board.breakdown_attributes and player.attributes.get("plan") != plan:
                continue
            value, reached = self.value(board, user, first, last)
            if value > 0:
                entries.append((-value, reached, player.created, user))
        entries.sort()
        return [(rank, user, -value) for rank, (value, _, _, user) in enumerate(entries[: board.max_participants], 1)]

    def value(self, board: Leaderboard, user: str, first: date, last: date):
        if board.rank_by == "streak":
            streak = self.engine.user(user, at=self.until).streak
            return streak.length, streak.extended_at
        value, reached, home = 0, None, "UTC"
        for effect in (effect for effect in self.effects if effect.user_id == user):
            change = 0
            match effect:
                case UserCreated(time_zone=name):
                    home = name
                case UserChanged(field="time_zone", after=name):
                    home = name
                case MetricChanged(metric=board.metric):
                    change = effect.value
                case PointsAwarded(system=board.points):
                    change = effect.awarded
            if change and counts(board, effect.at, home, first, last):
                value, reached = value + change, effect.at
        return value, reached


def counts(board: Leaderboard, at: datetime, home: str, first: date, last: date) -> bool:
    since = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    local = at.replace(tzinfo=None) + timedelta(microseconds=zone(home).offset(since))
    opens = time.fromisoformat(board.start_time or "00:00")
    closes = time.fromisoformat(board.end_time or "23:59:59.999999")
    early = local.time() < closes if board.end_time else True
    return first <= local.date() <= last and opens <= local.time() and early


def run_of(board: Leaderboard, day: date) -> tuple[date, date]:
    """Return the run that contains a day, by a walk from the first."""
    end = board.end or date(2200, 1, 1)
    if board.run_unit is None:
        return board.start, end
    number = 0

    def start(index: int) -> date:
        return board.start + relativedelta(**{f"{board.run_unit}s": index * board.run_interval})

    if board.run_unit == "day":
        number = (day - board.start).days // board.run_interval
    while start(number + 1) <= day:
        number += 1
    return start(number), min(start(number + 1) - timedelta(days=1), end)


def days_to_ask_for(board: Leaderboard, history) -> list[date]:
    days = {from_micros(command.at).date() + timedelta(days=shift) for command in history for shift in (-1, 0, 1, 30)}
    return sorted(day for day in days if board.start <= day <= (board.end or day))


def rows(engine: Engine, board: Leaderboard, day: date, at: int, plan: str | None) -> list[tuple]:
    attributes = {"plan": plan} if board.breakdown_attributes else None
    view = engine.leaderboard(
        board.key, at=from_micros(at), run=day, limit=board.max_participants, attributes=attributes
    )
    return [(row.rank, row.user_id, row.value) for row in view.rankings]


@few
@given(contests, st.lists(st.integers(0, 40 * DAY), max_size=3), st.data())
def test_the_index_equals_sorting_all_users(history, looks, data):
    until = history.commands[-1].at + data.draw(st.sampled_from([0, DAY, 9 * DAY, 400 * DAY]))
    assume(until < LAST)
    engine = Engine(history.ruleset)
    for command in history:
        execute(engine, command)
        for ahead in looks:  # queries forwards and backwards change nothing
            engine.leaderboards(at=from_micros(min(command.at + ahead, LAST - 1)))
            for board in history.ruleset.leaderboards:
                some = {"plan": "pro"} if board.breakdown_attributes else None
                engine.leaderboard(
                    board.key, at=from_micros(min(command.at + ahead, LAST - 1)), limit=1, attributes=some
                )
    expected = Sorted(history, until)
    for board in history.ruleset.leaderboards:
        for plan in ("pro", "other") if board.breakdown_attributes else (None,):
            for day in days_to_ask_for(board, history):
                assert rows(engine, board, day, until, plan) == expected.rows(board, day, plan), (board, day)


@few
@given(contests)
def test_the_order_of_users_does_not_matter(history):
    commands = [command for command in history if not isinstance(command, Settle)]
    assume(commands)
    mixed, apart = Engine(history.ruleset), Engine(history.ruleset)
    play(mixed, commands)
    play(apart, sorted(commands, key=lambda command: command.user_id, reverse=True))
    until = history.commands[-1].at
    for board in history.ruleset.leaderboards:
        for plan in ("pro", "other") if board.breakdown_attributes else (None,):
            for day in days_to_ask_for(board, history):
                assert rows(mixed, board, day, until, plan) == rows(apart, board, day, until, plan)


def rank_and_value(engine: Engine, board: Leaderboard, user: str, at: int, day: date):
    """Return rank and value, or None without a rank or a run."""
    try:
        standing = engine.standing(user, board.key, at=from_micros(at), run=day, days=0)
    except (InvalidValue, LookupError):
        return None, None
    return standing.rank, standing.value


def least_value(engine: Engine, board: Leaderboard, change, at: int, day: date):
    """Return, from the rows, the least value that puts a new user on the board, or the value to exceed."""
    most = board.max_participants
    view = engine.leaderboard(board.key, at=from_micros(at), run=day, limit=most, attributes=change.group or None)
    if len(view.rankings) < most:
        return 1
    lowest = view.rankings[-1].value
    return lowest + 1 if isinstance(lowest, int) else lowest


@few
@given(contests)
def test_an_outcome_has_every_change_of_rank_and_the_queried_rank(history):
    engine = Engine(history.ruleset)
    for command in (command for command in history if not isinstance(command, Settle)):
        before = {}
        for board in history.ruleset.leaderboards:
            for day in (from_micros(command.at).date() + timedelta(days=shift) for shift in (-1, 0, 1)):
                before[board.key, day] = rank_and_value(engine, board, command.user_id, command.at, day)
        outcome = execute(engine, command)
        for key, change in getattr(outcome, "leaderboards", {}).items():
            board = next(board for board in history.ruleset.leaderboards if board.key == key)
            day = from_micros(
                command.at + zone(engine.user(command.user_id, at=outcome.at).time_zone).offset(command.at)
            ).date()
            assert change.start <= day <= (change.end or day)
            rank, value = rank_and_value(engine, board, command.user_id, command.at, day)
            assert change.rank == rank
            assert rank is None or change.value == value
            assert change.previous_rank == before[key, day][0]
            assert rank is None or change.threshold == least_value(engine, board, change, command.at, day)


@few
@given(contests, st.sampled_from([0, DAY, 9 * DAY]))
def test_the_history_of_a_rank_ends_with_the_present_rank(history, later):
    engine = Engine(history.ruleset)
    play(engine, history)
    until = history.commands[-1].at + later
    assume(until < LAST)
    for board in history.ruleset.leaderboards:
        for user in engine.users():
            standing = engine.standing(user, board.key, at=from_micros(until), days=100)
            if standing.history:
                assert (standing.history[-1].rank, standing.history[-1].value) == (standing.rank, standing.value)
            else:
                assert standing.rank is None
            for earlier, following in zip(standing.history, standing.history[1:], strict=False):
                assert earlier.date < following.date
                assert (following.previous_rank, following.previous_value) == (earlier.rank, earlier.value)


@few
@given(contests)
def test_a_board_counted_from_the_log_is_equal(history):
    engine = Engine(history.ruleset)
    play(engine, history)
    plan = engine._repository.plan
    keys = boards_to_recount(compile_plan(attrs.evolve(history.ruleset, leaderboards=())), plan)
    assert set(keys) == {board.key for board in history.ruleset.leaderboards if board.rank_by != "streak"}
    assert boards_to_recount(plan, plan) == ()
    for user in engine.users():
        state = engine._repository.state(user)
        recounted = state.copy()
        recounted.counters.windows |= {plan.boards[key].values.index: RunValues({0: (99, 0)}) for key in keys}
        recount_boards(recounted, plan, engine._repository.transitions_of(user, state.clock.settled), keys)
        assert recounted.dump(plan)["counters"] == state.dump(plan)["counters"]


@pytest.mark.parametrize("law", [law for law in LAWS if law.__name__ in CONCERNED], ids=lambda law: law.__name__)
@few
@given(history=contests)
def test_the_laws_hold_with_leaderboards(law, history):
    law(history.ruleset, history)


@few
@given(contests, st.data())
def test_a_reopened_engine_has_equal_ranks(history, data):
    engine = Engine(history.ruleset)
    engine._repository.storage.snapshot_every = data.draw(st.sampled_from([1, 3, None]))
    play(engine, history)
    again = Engine(history.ruleset, storage=engine._repository.storage)
    until = history.commands[-1].at
    for board in history.ruleset.leaderboards:
        for day in days_to_ask_for(board, history):
            assert rows(again, board, day, until, "pro") == rows(engine, board, day, until, "pro")
    assert states(again) == states(engine)
