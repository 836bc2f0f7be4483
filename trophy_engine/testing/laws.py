"""The laws of the engine: functions of a ruleset and a history that raise ``AssertionError`` if a law is broken.

``check_laws`` checks all of them. They are valid for every ruleset and every history, so a broken law is a fault of
the engine. The first line of each docstring is the law; it is a note of the error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import attrs

from trophy_engine.analysis.tables.effects import effect_columns, effect_row
from trophy_engine.analysis.tables.text import json_row
from trophy_engine.calendar.instants import DAY, HOUR, LAST, from_micros, to_micros
from trophy_engine.core import (
    AchievementBackdated,
    AchievementCompleted,
    Award,
    Effect,
    Record,
    Settle,
    UserCommand,
    UserState,
    decode_command,
    encode_command,
    idempotency_key_of_command,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.errors import TrophyError, UnknownUser
from trophy_engine.notifications.broadcasts import ALL_USERS
from trophy_engine.notifications.effects import EFFECTS, RankChanged
from trophy_engine.rules.formats import Format
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.sources import RulesSource, as_ruleset
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.sqlite import SQLiteStorage
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.driver import HistoryCommand, effects_of, execute, play, states
from trophy_engine.testing.histories import History
from trophy_engine.testing.ledger_laws import balances_are_sums_of_awards
from trophy_engine.testing.limit_laws import limits_are_never_exceeded
from trophy_engine.testing.streak_laws import (
    freezes_are_conserved,
    length_counts_credited_periods,
    streaks_are_independent,
)
from trophy_engine.testing.translation_laws import (
    shifting_by_weeks_shifts_effects,
    shifting_offsets_and_instants_changes_nothing,
)

__all__ = ["LAWS", "Law", "check_laws"]

#: A function that raises an ``AssertionError`` if a history under rules breaks the law.
Law = Callable[[Ruleset, History], None]

_SPANS: Final = (0, 5 * HOUR, DAY, 9 * DAY, 800 * DAY)
_AHEAD: Final = (2_000_000, 0, 20 * HOUR, 2_000_000, 5 * HOUR, 9 * DAY)


def settling_is_path_independent(ruleset: Ruleset, history: History) -> None:
    """Settling twice equals settling once to the later instant; when and how often one settles changes no result."""
    end = history.commands[-1].at
    for first, second in pairwise(_SPANS):
        target = end + first + second
        if target >= LAST:
            break
        in_two_steps, in_one_step = Engine(ruleset), Engine(ruleset)
        play(in_two_steps, history)
        play(in_one_step, history)
        effects = play(in_two_steps, [Settle(end + first), Settle(target)])
        assert_equal(
            _sort_effects_to_compare(effects),
            _sort_effects_to_compare(play(in_one_step, [Settle(target)])),
            "the effects of settling in two steps",
        )
        assert_equal(states(in_two_steps), states(in_one_step), "the states after settling in two steps")
        assert_equal(play(in_two_steps, [Settle(target)]), [], "the effects of settling again")
    _assert_settling_between(ruleset, history)
    _assert_settling_ahead(ruleset, history)


def _assert_settling_between(ruleset: Ruleset, history: History) -> None:
    settled, unsettled = Engine(ruleset), Engine(ruleset)
    between: list[HistoryCommand] = []
    for command, following in pairwise([*history, history.commands[-1]]):
        between += [command, Settle(command.at + (following.at - command.at) // 3), Settle(following.at)]
    commands = [command for command in history if not isinstance(command, Settle)]
    end = Settle(history.commands[-1].at)
    assert_equal(
        _user_effects_to_compare(play(settled, [*between, end])),
        _user_effects_to_compare(play(unsettled, [*commands, end])),
        "the effects when all users are settled between commands",
    )
    assert_equal(states(settled), states(unsettled), "the states when all users are settled between commands")


def _assert_settling_ahead(ruleset: Ruleset, history: History) -> None:
    """Settle beyond the next command, which is refused only if something happened to its user after it."""
    ahead, unsettled = Engine(ruleset), Engine(ruleset)
    last_effects: dict[str, datetime] = {}
    commands = [command for command in history if not isinstance(command, Settle)]
    for index, command in enumerate(commands):
        target = command.at + _AHEAD[index % len(_AHEAD)]
        if target >= LAST:
            break
        for effect in play(ahead, [Settle(target)]):
            if not isinstance(effect, RankChanged):  # a rank changes by commands of other users
                last_effects[effect.user_id] = max(effect.at, last_effects.get(effect.user_id, effect.at))
        latest = last_effects.get(command.user_id)
        result = execute(ahead, command)
        if latest is not None and from_micros(command.at) < latest:
            if isinstance(result, Outcome) and result.replayed:
                continue  # a repeated key changes nothing at any instant
            assert_true(
                isinstance(result, TrophyError), f"{command} was accepted, although an effect at {latest} is later"
            )
            continue
        expected = execute(unsettled, command)
        assert_equal(
            _result_to_compare(result),
            _result_to_compare(expected),
            f"the answer to {command} after settling to a later instant",
        )
    end = Settle(max(history.commands[-1].at, *map(to_micros, last_effects.values()), 0))
    play(ahead, [end])
    play(unsettled, [end])
    assert_equal(states(ahead), states(unsettled), "the states when all users are settled to later instants")
    assert_equal(states(Engine.from_log(ahead.log())), states(ahead), "the states after a replay of that log")


def _result_to_compare(result: Outcome | tuple[Effect, ...] | TrophyError) -> tuple[Any, ...]:
    return (result.event_id, result.total, result.streaks) if isinstance(result, Outcome) else (str(result),)


def _sort_effects_to_compare(effects: Iterable[Effect]) -> list[Effect]:
    """Sort effects of several users by instant; effects of one user keep their order."""
    return sorted(effects, key=lambda effect: (effect.at, effect.user_id))


def _user_effects_to_compare(effects: Iterable[Effect]) -> dict[str, list[Effect]]:
    """Return effects by user.

    Broadcasts depend on when users are settled, and changes of ranks on other users, so both are sorted.
    """
    by_user: dict[str, list[Effect]] = {}
    for effect in effects:
        key = ALL_USERS if isinstance(effect, RankChanged) else effect.user_id
        by_user.setdefault(key, []).append(effect)
    if ALL_USERS in by_user:
        by_user[ALL_USERS].sort(key=lambda effect: (effect.at, effect.type, str(effect)))
    return by_user


def replay_equals_live(ruleset: Ruleset, history: History) -> None:
    """Replaying the log results in the same states, effects and log, on every storage, and from snapshots."""
    engine = Engine(ruleset)
    effects = play(engine, history)
    end = from_micros(history.commands[-1].at)
    engine.settle(at=end)
    replayed = Engine.from_log(engine.log())
    assert_equal(states(replayed), states(engine), "the states after a replay of the log")
    assert_equal(list(replayed.log()), list(engine.log()), "the log after a replay of the log")
    with Engine(ruleset, storage=SQLiteStorage(":memory:")) as sqlite_engine:
        assert_equal(play(sqlite_engine, history), effects, "the effects on SQLite")
        sqlite_engine.settle(at=end)
        assert_equal(states(sqlite_engine), states(engine), "the states on SQLite")
    storage = MemoryStorage()
    storage.snapshot_every = 1
    for command in history:
        play(Engine(ruleset, storage=storage), [command])
    reopened = Engine(ruleset, storage=storage)
    reopened.settle(at=end)
    assert_equal(states(reopened), states(engine), "the states when a new engine executes each command")


def repeats_and_refusals_change_nothing(ruleset: Ruleset, history: History) -> None:
    """Repeated idempotency keys and refused commands change nothing."""
    engine, reported = Engine(ruleset), list[Effect]()
    engine.subscribe(Effect, reported.append)
    for command in history:
        before = _states_and_log_to_compare(engine), len(reported)
        result = execute(engine, command)
        if isinstance(result, TrophyError):
            assert_equal(
                (_states_and_log_to_compare(engine), len(reported)),
                before,
                f"the states and the log after the refused {command}",
            )
        elif isinstance(result, Outcome) and idempotency_key_of_command(command) is not None:
            before = _states_and_log_to_compare(engine), len(reported)
            later = command._replace(at=command.at + 9 * DAY)
            if isinstance(later, Record):
                later = later._replace(value=99)
            elif isinstance(later, Award):
                later = later._replace(points=-10_000)
            for repeat in (command, later):
                repeated = execute(engine, repeat)
                assert_true(
                    isinstance(repeated, Outcome) and repeated.replayed, f"{repeat} was not recognized as a repeat"
                )
                assert_equal(effects_of(repeated), (), f"the effects of the repeat {repeat}")
                assert_equal(
                    (_states_and_log_to_compare(engine), len(reported)),
                    before,
                    f"the states and the log after the repeat {repeat}",
                )


def _states_and_log_to_compare(engine: Engine) -> tuple[Any, ...]:
    return states(engine), list(engine.log())


def users_commute(ruleset: Ruleset, history: History) -> None:
    """Users are independent: the order of commands of different users changes no result."""
    commands = [command for command in history if isinstance(command, UserCommand)]
    users = sorted({command.user_id for command in commands}, reverse=True)
    together, apart = Engine(ruleset), Engine(ruleset)
    effects = play(together, commands)
    effects_apart = play(apart, [command for user in users for command in commands if command.user_id == user])
    assert_equal(states(together), states(apart), "the states when the users act one after the other")
    alone, alone_apart = _user_effects_to_compare(effects), _user_effects_to_compare(effects_apart)
    for effects_by_user in (alone, alone_apart):
        effects_by_user.pop(ALL_USERS, None)  # their rank changes depend on the order of users
    assert_equal(alone, alone_apart, "the effects when the users act one after the other")


def completions_are_permanent(ruleset: Ruleset, history: History) -> None:
    """Completed achievements stay so; each is completed once unless repeatable; the order of declaration is nothing."""
    engine = Engine(ruleset)
    mirrored = Engine(attrs.evolve(ruleset, achievements=ruleset.achievements[::-1]))
    repeatable = {achievement.key for achievement in ruleset.achievements if achievement.repeatable}
    reported: dict[tuple[str, str], int] = {}
    for command in history:
        for effect in play(engine, [command]):
            if isinstance(effect, AchievementCompleted | AchievementBackdated):
                completion = effect.user_id, effect.key
                assert_true(
                    completion not in reported or effect.achievement in repeatable, f"{effect} repeats a completion"
                )
                reported[completion] = reported.get(completion, 0) + effect.times
                assert_equal(effect.number, reported[completion], f"the number of {effect}")
        play(mirrored, [command])
        completed, completed_in_mirror = _completions_to_compare(engine), _completions_to_compare(mirrored)
        assert_equal(
            {(user, key) for user, keys in completed.items() for key in keys},
            reported.keys(),
            "the completed achievements and the effects",
        )
        assert_equal(
            completed_in_mirror, completed, "the completed achievements when the rules declare them in reverse order"
        )


def _completions_to_compare(engine: Engine) -> dict[str, dict[str, int]]:
    return {user: dict(state["counters"]["completed"]) for user, state in states(engine).items()}


def encoding_round_trips(ruleset: Ruleset, history: History) -> None:
    """Rules, commands, states and effects read back equal."""
    for format_ in _FORMATS:
        decoded = Ruleset.from_text(ruleset.to_text(format_), format_)
        assert_equal(decoded, ruleset, f"the rules as {format_}")
        assert_equal(decoded.digest, ruleset.digest, f"the digest of the rules as {format_}")
    engine = Engine(ruleset)
    for effect in play(engine, history):
        encoded = json.loads(json_row(effect_columns(type(effect)), effect_row(effect)))
        assert_equal(
            (EFFECTS[encoded["type"]], encoded["user_id"]), (type(effect), effect.user_id), "an effect as JSON"
        )
    for entry in engine.log():
        assert_equal(decode_command(encode_command(entry.command)), entry.command, "a command")
        assert_equal(type(decode_command(encode_command(entry.command))), type(entry.command), "the kind of a command")
    plan = compile_ruleset(ruleset)
    for user, state in states(engine).items():
        assert_equal(UserState.load(plan, json.loads(json.dumps(state))).dump(plan), state, f"the state of {user}")


def views_change_nothing(ruleset: Ruleset, history: History) -> None:
    """Every view is the state settled to its instant; views change nothing."""
    viewed, unviewed = Engine(ruleset), Engine(ruleset)
    users = sorted({command.user_id for command in history if isinstance(command, UserCommand)})
    for command in history:
        assert_equal(
            str(execute(viewed, command)),
            str(execute(unviewed, command)),
            "the results when views are read between commands",
        )
        before = _states_and_log_to_compare(viewed)
        for user, span in zip(users, _SPANS[2:], strict=False):
            _views_to_compare(viewed, user, min(command.at + span, LAST - 1))
        assert_equal(_states_and_log_to_compare(viewed), before, "the states and the log after reading views")
    for user in users:
        target = min(history.commands[-1].at + _SPANS[-1], LAST - 1)
        settled = Engine.from_log(unviewed.log())
        play(settled, [Settle(target)])
        assert_equal(
            _views_to_compare(unviewed, user, target),
            _views_to_compare(settled, user, target),
            f"the views of {user} without and with settling",
        )


def _views_to_compare(engine: Engine, user: str, at: int) -> tuple[Any, ...]:
    """Return all views of a user, empty if the user does not exist."""
    try:
        player = engine.user(user, at=from_micros(at))
    except UnknownUser:
        return ()
    return player.streaks, player.points, player.achievements, player.metrics, player.completed


_FORMATS: Final[tuple[Format, ...]] = ("toml", "json")

#: Every law.
LAWS: Final[tuple[Law, ...]] = (
    settling_is_path_independent,
    replay_equals_live,
    repeats_and_refusals_change_nothing,
    users_commute,
    balances_are_sums_of_awards,
    limits_are_never_exceeded,
    freezes_are_conserved,
    length_counts_credited_periods,
    streaks_are_independent,
    completions_are_permanent,
    shifting_by_weeks_shifts_effects,
    shifting_offsets_and_instants_changes_nothing,
    encoding_round_trips,
    views_change_nothing,
)


def check_laws(ruleset: RulesSource, history: History, laws: Iterable[Law] = LAWS) -> None:
    """Check that a history under a ruleset breaks no law.

    Raises:
        AssertionError: it breaks one; the notes of the error state the law and the history.
    """
    rules = as_ruleset(ruleset)
    for law in laws:
        try:
            law(rules, history)
        except AssertionError as error:
            error.add_note(f"This law is broken: {law.__doc__}")
            error.add_note(str(attrs.evolve(history, ruleset=rules)))
            raise
