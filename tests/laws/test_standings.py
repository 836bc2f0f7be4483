"""Leaderboards: the incremental index equals sorting all users by the list of what they did, in any order of them."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st
from leaderboard_oracle import AllUsers

from trophy_engine import (
    Attribute,
    Engine,
    InvalidValue,
    Leaderboard,
    LeaderboardChanged,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    RankChanged,
    Ruleset,
    TimePointsTrigger,
)
from trophy_engine.calendar.instants import DAY, LAST, from_micros, parse_time_of_day
from trophy_engine.calendar.zones import zone
from trophy_engine.core.aggregation import AGGREGATES, RunValues
from trophy_engine.core.backfill import backfill_boards, find_boards_to_backfill
from trophy_engine.core.commands import Settle
from trophy_engine.core.compile import compile_plan
from trophy_engine.testing import LAWS, games, leaderboards, play, rulesets, states, with_leaderboards
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


#: Rules for a leaderboard whose rank changes are announced at once.
CONTEST = Ruleset(
    metrics=[Metric("words")],
    attributes=[Attribute("plan")],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])],
    notifications=Notifications(throttle_minutes=0),
)
contests = games(rulesets().flatmap(with_leaderboards)).filter(is_quick)


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
    expected = AllUsers(history.ruleset)
    for command in [*history, Settle(until)]:
        expected.follow(command)
    for board in history.ruleset.leaderboards:
        for plan in ("pro", "other") if board.breakdown_attributes else (None,):
            for day in days_to_ask_for(board, history):
                ranked = expected.rows(board, day, from_micros(until), plan)
                assert rows(engine, board, day, until, plan) == ranked, (board, day)


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
    """Return, from the rows, the least value that puts a new user on the board, or the value to surpass."""
    most = board.max_participants
    view = engine.leaderboard(board.key, at=from_micros(at), run=day, limit=most, attributes=change.group or None)
    if len(view.rankings) < most:
        return 1 if board.order == "descending" else None
    last = view.rankings[-1].value
    return last + 1 if isinstance(last, int) and board.order == "descending" else last


@few
@given(contests)
def test_an_outcome_has_every_change_of_rank_and_the_queried_rank(history):
    engine, day_start = Engine(history.ruleset), parse_time_of_day(history.ruleset.day_start)
    for command in (command for command in history if not isinstance(command, Settle)):
        before = {}
        for board in history.ruleset.leaderboards:
            for day in (from_micros(command.at).date() + timedelta(days=shift) for shift in (-1, 0, 1)):
                before[board.key, day] = rank_and_value(engine, board, command.user_id, command.at, day)
        outcome = execute(engine, command)
        for key, change in getattr(outcome, "leaderboards", {}).items():
            board = next(board for board in history.ruleset.leaderboards if board.key == key)
            clock = zone(board.time_zone or engine.user(command.user_id, at=outcome.at).time_zone, day_start)
            day = from_micros(command.at + clock.date_offset(command.at)).date()
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
    keys = find_boards_to_backfill(compile_plan(attrs.evolve(history.ruleset, leaderboards=())), plan)
    assert set(keys) == {board.key for board in history.ruleset.leaderboards if board.rank_by != "streak"}
    assert find_boards_to_backfill(plan, plan) == ()
    for user in engine.users():
        state = engine._repository.state(user)
        recounted = state.copy()
        wrong = RunValues(AGGREGATES["sum"], {0: (99, 0)})
        recounted.counters.windows |= {plan.boards[key].values.index: wrong for key in keys}
        backfill_boards(recounted, plan, engine._repository.transitions_of(user, state.clock.settled), keys)
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


@few
@given(contests, st.data())
def test_other_leaderboards_are_counted_from_the_log(history, data):
    others = data.draw(with_leaderboards(attrs.evolve(history.ruleset, leaderboards=())))
    everyone, change = AllUsers(history.ruleset), data.draw(st.integers(0, len(history)))
    until = history.commands[-1].at
    for number, command in enumerate([*history, Settle(until)]):
        if number == change:
            everyone.follow(Settle(command.at))  # what time has made due is awarded before the change
            everyone.engine.update(others, at=from_micros(command.at))
        everyone.follow(command)
    for engine in (everyone.engine, Engine.from_log(everyone.engine.log())):
        for board in others.leaderboards:
            for plan in ("pro", "other") if board.breakdown_attributes else (None,):
                for day in days_to_ask_for(board, history):
                    ranked = everyone.rows(board, day, from_micros(until), plan)
                    assert rows(engine, board, day, until, plan) == ranked, (board, day)


#: What a user does, a minute after the step before: a gain, or a move to another group.
STEPS = st.tuples(
    st.sampled_from(["ann", "ben", "cy", "dee", "eve"]), st.integers(-2, 3) | st.sampled_from(["pro", "x"])
)


@given(leaderboards("one", CONTEST), st.lists(STEPS, min_size=15, max_size=30))
def test_every_change_of_a_rank_by_a_command_is_announced(drawn, steps):
    board = attrs.evolve(drawn, start=date(2025, 1, 1), end=None, start_time=None, end_time=None, user_attributes={})
    engine = Engine(attrs.evolve(CONTEST, leaderboards=[board]))

    def ranks(at):
        return {user: engine.standing(user, "one", at=at, days=0).rank for user in engine.users()}

    numbers = []
    for minute, (user, gain) in enumerate(steps):
        at = datetime(2025, 6, 2, 12, tzinfo=UTC) + timedelta(minutes=minute)
        before = ranks(at)
        if isinstance(gain, int):
            outcome = engine.record("words", user=user, value=gain, at=at)
        else:
            outcome = engine.identify(user, attributes={"plan": gain}, at=at)
        changes = [effect for effect in outcome.effects if isinstance(effect, RankChanged)]
        after = ranks(at)
        expected = {one: (before.get(one), rank) for one, rank in after.items() if before.get(one) != rank}
        assert {change.user_id: (change.previous_rank, change.rank) for change in changes} == expected
        assert len(changes) == len(expected)
        rows = [effect.rankings for effect in outcome.effects if isinstance(effect, LeaderboardChanged)]
        assert rows or not expected
        numbers.append(len(changes))
    event(f"at most {max(numbers)} ranks changed at once")
