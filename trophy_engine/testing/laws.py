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

from trophy_engine.analysis.replay.output import effect_as_json
from trophy_engine.calendar.instants import DAY, HOUR, LAST, from_micros, to_micros
from trophy_engine.core import (
    EFFECTS,
    AchievementBackdated,
    AchievementCompleted,
    Effect,
    RankChanged,
    Record,
    Settle,
    UserCommand,
    UserState,
    decode,
    encode,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.engine.plugs import compile_ruleset
from trophy_engine.errors import TrophyError, UnknownUser
from trophy_engine.notifications.broadcasts import EVERYBODY
from trophy_engine.rules.files import Format
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.sqlite import SQLiteStorage
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.driver import HistoryCommand, effects_of, execute, play, states
from trophy_engine.testing.histories import History
from trophy_engine.testing.ledger_laws import ledger_adds_up
from trophy_engine.testing.streak_laws import freezes_are_conserved, length_counts_credited_periods
from trophy_engine.testing.translation_laws import offsets_and_instants_together_move_nothing, whole_weeks_move_all

__all__ = ["LAWS", "Law", "check_laws"]

Law = Callable[[Ruleset, History], None]

_SPANS: Final = (0, 5 * HOUR, DAY, 9 * DAY, 800 * DAY)
_AHEAD: Final = (2_000_000, 0, 20 * HOUR, 2_000_000, 5 * HOUR, 9 * DAY)


def settling_is_path_free(ruleset: Ruleset, history: History) -> None:
    """Settling twice equals settling once to the later instant; when and how often one settles changes no result."""
    end = history.commands[-1].at
    for first, second in pairwise(_SPANS):
        goal = end + first + second
        if goal >= LAST:
            break
        stops, straight = Engine(ruleset), Engine(ruleset)
        play(stops, history)
        play(straight, history)
        once = play(stops, [Settle(end + first), Settle(goal)])
        assert_equal(_ordered(once), _ordered(play(straight, [Settle(goal)])), "the effects of settling in two steps")
        assert_equal(states(stops), states(straight), "the states after settling in two steps")
        assert_equal(play(stops, [Settle(goal)]), [], "the effects of settling again")
    _settle_between(ruleset, history)
    _settle_ahead(ruleset, history)


def _settle_between(ruleset: Ruleset, history: History) -> None:
    settled, left_alone = Engine(ruleset), Engine(ruleset)
    between: list[HistoryCommand] = []
    for command, following in pairwise([*history, history.commands[-1]]):
        between += [command, Settle(command.at + (following.at - command.at) // 3), Settle(following.at)]
    commands = [command for command in history if not isinstance(command, Settle)]
    end = Settle(history.commands[-1].at)
    assert_equal(
        _by_user(play(settled, [*between, end])),
        _by_user(play(left_alone, [*commands, end])),
        "the effects when all users are settled between commands",
    )
    assert_equal(states(settled), states(left_alone), "the states when all users are settled between commands")


def _settle_ahead(ruleset: Ruleset, history: History) -> None:
    """Settle beyond the next command, which is refused only if something happened to its user after it."""
    ahead, left_alone = Engine(ruleset), Engine(ruleset)
    happened: dict[str, datetime] = {}
    commands = [command for command in history if not isinstance(command, Settle)]
    for index, command in enumerate(commands):
        goal = command.at + _AHEAD[index % len(_AHEAD)]
        if goal >= LAST:
            break
        for effect in play(ahead, [Settle(goal)]):
            if not isinstance(effect, RankChanged):  # a rank changes by commands of other users
                happened[effect.user_id] = max(effect.at, happened.get(effect.user_id, effect.at))
        latest = happened.get(command.user_id)
        result = execute(ahead, command)
        if latest is not None and from_micros(command.at) < latest:
            if isinstance(result, Outcome) and result.replayed:
                continue  # a repeated key changes nothing at any instant
            assert_true(
                isinstance(result, TrophyError), f"{command} was accepted, although an effect at {latest} is later"
            )
            continue
        expected = execute(left_alone, command)
        assert_equal(_answer(result), _answer(expected), f"the answer to {command} after settling to a later instant")
    end = Settle(max(history.commands[-1].at, *map(to_micros, happened.values()), 0))
    play(ahead, [end])
    play(left_alone, [end])
    assert_equal(states(ahead), states(left_alone), "the states when all users are settled to later instants")
    assert_equal(states(Engine.from_log(ahead.log())), states(ahead), "the states after a replay of that log")


def _answer(result: Outcome | tuple[Effect, ...] | TrophyError) -> tuple[Any, ...]:
    return (result.event_id, result.total, result.streak) if isinstance(result, Outcome) else (str(result),)


def _ordered(effects: Iterable[Effect]) -> list[Effect]:
    """Sort effects of several users by instant; effects of one user keep their order."""
    return sorted(effects, key=lambda effect: (effect.at, effect.user_id))


def _by_user(effects: Iterable[Effect]) -> dict[str, list[Effect]]:
    """Return effects by user.

    Broadcasts depend on when users are settled, and changes of ranks on other users, so both are sorted.
    """
    found: dict[str, list[Effect]] = {}
    for effect in effects:
        name = EVERYBODY if isinstance(effect, RankChanged) else effect.user_id
        found.setdefault(name, []).append(effect)
    if EVERYBODY in found:
        found[EVERYBODY].sort(key=lambda effect: (effect.at, effect.type, str(effect)))
    return found


def replay_is_live(ruleset: Ruleset, history: History) -> None:
    """Replaying the log results in the same states, effects and log, on every storage, and from snapshots."""
    engine = Engine(ruleset)
    effects = play(engine, history)
    end = from_micros(history.commands[-1].at)
    engine.settle(at=end)
    again = Engine.from_log(engine.log())
    assert_equal(states(again), states(engine), "the states after a replay of the log")
    assert_equal(list(again.log()), list(engine.log()), "the log after a replay of the log")
    with Engine(ruleset, storage=SQLiteStorage(":memory:")) as in_sqlite:
        assert_equal(play(in_sqlite, history), effects, "the effects on SQLite")
        in_sqlite.settle(at=end)
        assert_equal(states(in_sqlite), states(engine), "the states on SQLite")
    memory = MemoryStorage()
    memory.snapshot_every = 1
    for command in history:
        play(Engine(ruleset, storage=memory), [command])
    reopened = Engine(ruleset, storage=memory)
    reopened.settle(at=end)
    assert_equal(states(reopened), states(engine), "the states when a new engine executes each command")


def repeats_and_refusals_change_nothing(ruleset: Ruleset, history: History) -> None:
    """Repeated idempotency keys and refused commands change nothing."""
    engine, told = Engine(ruleset), list[Effect]()
    engine.subscribe(Effect, told.append)
    for command in history:
        before = _states_and_log(engine), len(told)
        result = execute(engine, command)
        if isinstance(result, TrophyError):
            assert_equal(
                (_states_and_log(engine), len(told)), before, f"the states and the log after the refused {command}"
            )
        elif isinstance(result, Outcome) and isinstance(command, Record) and command.idempotency_key is not None:
            before = _states_and_log(engine), len(told)
            for again in (command, command._replace(value=99, at=command.at + 9 * DAY)):
                repeated = execute(engine, again)
                assert_true(
                    isinstance(repeated, Outcome) and repeated.replayed, f"{again} was not recognized as a repeat"
                )
                assert_equal(effects_of(repeated), (), f"the effects of the repeat {again}")
                assert_equal(
                    (_states_and_log(engine), len(told)), before, f"the states and the log after the repeat {again}"
                )


def _states_and_log(engine: Engine) -> tuple[Any, ...]:
    return states(engine), list(engine.log())


def users_commute(ruleset: Ruleset, history: History) -> None:
    """Users are independent: the order of commands of different users changes no result."""
    commands = [command for command in history if isinstance(command, UserCommand)]
    users = sorted({command.user_id for command in commands}, reverse=True)
    together, apart = Engine(ruleset), Engine(ruleset)
    effects = play(together, commands)
    effects_apart = play(apart, [command for user in users for command in commands if command.user_id == user])
    assert_equal(states(together), states(apart), "the states when the users act one after the other")
    alone, alone_apart = _by_user(effects), _by_user(effects_apart)
    for effects_by_user in (alone, alone_apart):
        effects_by_user.pop(EVERYBODY, None)  # their rank changes depend on the order of users
    assert_equal(alone, alone_apart, "the effects when the users act one after the other")


def completions_stay(ruleset: Ruleset, history: History) -> None:
    """Completed achievements stay completed and are completed once; the order of declaration changes nothing."""
    engine = Engine(ruleset)
    mirrored = Engine(attrs.evolve(ruleset, achievements=ruleset.achievements[::-1]))
    told: set[tuple[str, str]] = set()
    for command in history:
        for effect in play(engine, [command]):
            if isinstance(effect, AchievementCompleted | AchievementBackdated):
                name = effect.user_id, effect.achievement
                assert_true(name not in told, f"{effect} repeats a completion")
                told.add(name)
        play(mirrored, [command])
        held, mirror = _completed(engine), _completed(mirrored)
        assert_equal(
            {(user, key) for user, keys in held.items() for key in keys},
            told,
            "the completed achievements and the effects",
        )
        assert_equal(mirror, held, "the completed achievements when the rules declare them in reverse order")


def _completed(engine: Engine) -> dict[str, dict[str, int]]:
    return {user: dict(state["counters"]["completed"]) for user, state in states(engine).items()}


def what_is_written_reads_back(ruleset: Ruleset, history: History) -> None:
    """Rules, commands, states and effects read back equal."""
    for format_ in _FORMATS:
        again = Ruleset.from_text(ruleset.to_text(format_), format_)
        assert_equal(again, ruleset, f"the rules as {format_}")
        assert_equal(again.digest, ruleset.digest, f"the digest of the rules as {format_}")
    engine = Engine(ruleset)
    for effect in play(engine, history):
        written = json.loads(json.dumps(effect_as_json(effect)))
        assert_equal(
            (EFFECTS[written["type"]], written["user_id"]), (type(effect), effect.user_id), "an effect as JSON"
        )
    for entry in engine.log():
        assert_equal(decode(encode(entry.command)), entry.command, "a command")
        assert_equal(type(decode(encode(entry.command))), type(entry.command), "the kind of a command")
    plan = compile_ruleset(ruleset)
    for user, state in states(engine).items():
        assert_equal(UserState.load(plan, json.loads(json.dumps(state))).dump(plan), state, f"the state of {user}")


def looking_changes_nothing(ruleset: Ruleset, history: History) -> None:
    """Every view is the state settled to its instant; views change nothing."""
    watched, alone = Engine(ruleset), Engine(ruleset)
    users = sorted({command.user_id for command in history if isinstance(command, UserCommand)})
    for command in history:
        assert_equal(
            str(execute(watched, command)),
            str(execute(alone, command)),
            "the results when views are read between commands",
        )
        before = _states_and_log(watched)
        for user, span in zip(users, _SPANS[2:], strict=False):
            _look(watched, user, min(command.at + span, LAST - 1))
        assert_equal(_states_and_log(watched), before, "the states and the log after reading views")
    for user in users:
        goal = min(history.commands[-1].at + _SPANS[-1], LAST - 1)
        settled = Engine.from_log(alone.log())
        play(settled, [Settle(goal)])
        assert_equal(
            _look(alone, user, goal), _look(settled, user, goal), f"the views of {user} without and with settling"
        )


def _look(engine: Engine, user: str, at: int) -> tuple[Any, ...]:
    """Return all views of a user, empty if the user does not exist."""
    try:
        player = engine.user(user, at=from_micros(at))
    except UnknownUser:
        return ()
    return player.streak, player.freezes, player.points, player.achievements, player.metrics, player.completed


_FORMATS: Final[tuple[Format, ...]] = ("toml", "json")

#: Every law.
LAWS: Final[tuple[Law, ...]] = (
    settling_is_path_free,
    replay_is_live,
    repeats_and_refusals_change_nothing,
    users_commute,
    ledger_adds_up,
    freezes_are_conserved,
    length_counts_credited_periods,
    completions_stay,
    whole_weeks_move_all,
    offsets_and_instants_together_move_nothing,
    what_is_written_reads_back,
    looking_changes_nothing,
)


def check_laws(ruleset: Ruleset, history: History, laws: Iterable[Law] = LAWS) -> None:
    """Check that a history under a ruleset breaks no law.

    Raises:
        AssertionError: it breaks one; the notes of the error state the law and the history.
    """
    for law in laws:
        try:
            law(ruleset, history)
        except AssertionError as error:
            error.add_note(f"This law is broken: {law.__doc__}")
            error.add_note(repr(attrs.evolve(history, ruleset=ruleset)))
            raise
