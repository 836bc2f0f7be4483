"""The laws of streaks: freezes are conserved, the length counts credited periods, streaks are independent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from trophy_engine.calendar.frequencies import Frequency
from trophy_engine.calendar.instants import from_micros, parse_time_of_day
from trophy_engine.calendar.zones import zone
from trophy_engine.core import (
    ALL_STREAKS,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    FreezeReturned,
    Identify,
    Record,
    Settle,
    StreakCommand,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakReset,
    StreakRestored,
    StreakStarted,
    UserChanged,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.errors import TrophyError
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak, StreakFreezeReward
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.driver import HistoryCommand, effects_of, execute, play
from trophy_engine.testing.histories import History
from trophy_engine.views.progress import StreakView

__all__ = [
    "acting_on_every_date_loses_nothing",
    "freezes_are_conserved",
    "length_counts_credited_periods",
    "streaks_are_independent",
]


def _play_to_end(ruleset: Ruleset, history: History) -> tuple[Engine, list[Effect]]:
    """Execute a history, settle to its end, and return the engine and all effects."""
    engine = Engine(ruleset)
    effects = play(engine, history)
    return engine, [*effects, *engine.settle(at=from_micros(history.commands[-1].at))]


def freezes_are_conserved(ruleset: Ruleset, history: History) -> None:
    """Freezes are those granted, earned and returned minus those spent: one a period, none without a streak."""
    engine, effects = _play_to_end(ruleset, history)
    end = from_micros(history.commands[-1].at)
    for user in engine.users():
        streaks = engine.user(user, at=end).streaks
        for rule in ruleset.streaks:
            if rule.freezes is None:
                continue
            own = [effect for effect in effects if _is_effect_to_check(effect, user, rule.key)]
            consumed = _assert_freezes_add_up(own, rule.freezes.max_count)
            actual = (streaks[rule.key].freezes, streaks[rule.key].freezes_used)
            expected = sum(map(_expected_freeze_change, own)), consumed
            assert_equal(actual, expected, f"the current and the used freezes of {user} for {rule.key}")


def _is_effect_to_check(effect: Effect, user: str, streak: str) -> bool:
    """Return True if an effect is on a streak of a user, or on the user without a streak."""
    return effect.user_id == user and getattr(effect, "streak", streak) == streak


def _expected_freeze_change(effect: Effect) -> int:
    match effect:
        case FreezeGranted(granted=granted):
            return granted
        case FreezeEarned(earned=earned):
            return earned
        case FreezeConsumed(consumed=consumed):
            return -consumed
        case FreezeReturned(returned=returned):
            return returned
        case _:
            return 0


def _assert_freezes_add_up(effects: Iterable[Effect], maximum: int) -> int:
    """Check a user's freezes for a streak effect by effect; return the number of consumed ones."""
    freezes = 0
    periods: set[date] = set()
    for effect in effects:
        if not isinstance(effect, FreezeGranted | FreezeEarned | FreezeConsumed | FreezeReturned):
            continue
        freezes += _expected_freeze_change(effect)
        assert_equal(effect.freezes, freezes, "the freezes after {}", effect)
        assert_true(0 <= freezes <= maximum, "{} freezes, not 0 to {}, after {}", freezes, maximum, effect)
        if isinstance(effect, FreezeReturned):
            assert_true(effect.period_start in periods, "{} returns a freeze that was not spent", effect)
            assert_true(
                effect.returned or freezes == maximum,
                "{} returns no freeze, although the user has fewer than the maximum",
                effect,
            )
            periods.remove(effect.period_start)
            continue
        assert_true(_expected_freeze_change(effect), "{} does not change the freezes", effect)
        if isinstance(effect, FreezeConsumed):
            assert_true(effect.length > 0, "{} spends a freeze without a streak", effect)
            assert_true(effect.consumed == 1, "{} does not spend exactly one freeze", effect)
            assert_true(effect.period_start not in periods, "{} spends a second freeze on its period", effect)
            periods.add(effect.period_start)
    return len(periods)


def length_counts_credited_periods(ruleset: Ruleset, history: History) -> None:
    """Streak lengths are numbers of credited periods, at most the number of periods since the start."""
    if not ruleset.streaks:
        return
    engine, effects = _play_to_end(ruleset, history)
    end = from_micros(history.commands[-1].at)
    for user in engine.users():
        player = engine.user(user, at=end)
        assert_equal(list(player.streaks), [rule.key for rule in ruleset.streaks], f"the streaks of {user}")
        for rule in ruleset.streaks:
            own = [effect for effect in effects if _is_effect_to_check(effect, user, rule.key)]
            _assert_streak_length(
                player.streaks[rule.key],
                _expected_credited_periods(rule.key, own),
                rule.calendar(ruleset.first_weekday),
            )


def _assert_streak_length(streak: StreakView, credited: list[date], calendar: Frequency) -> None:
    assert_true(streak.is_declared, "the rules have a streak, but the user has none")
    assert_equal(streak.length, len(credited), f"the length of the streak {streak.key}")
    if credited:
        first, last = (calendar.index(day.toordinal()) for day in (min(credited), max(credited)))
        assert_true(
            len(credited) <= last - first + 1, f"{len(credited)} periods from {min(credited)} to {max(credited)}"
        )


def _expected_credited_periods(streak: str, effects: Iterable[Effect]) -> list[date]:
    """Check a user's streak effect by effect; return the credited periods of the running one."""
    credited: list[date] = []
    lost: list[list[date]] = []
    before_loss: list[list[date]] = []
    is_reset = False
    for effect in effects:
        match effect:
            case StreakReset(length=length):
                assert_equal(length, len(credited), "the length in {}", effect)
                is_reset = True
            case StreakLost(length=length, period_start=start):
                # Periods credited after the missed one, on a date shown early, belong to the next streak.
                before_loss.append(credited)
                lost.append([period for period in credited if is_reset or period < start])
                is_reset = False
                assert_equal(length, len(lost[-1]), "the length in {}", effect)
                credited = []
            case StreakLossUndone(length=length):
                lost.pop()
                credited = before_loss.pop()
                assert_equal(length, len(credited), "the length in {}", effect)
            case FreezeReturned(length=length):
                assert_equal(length, len(credited), "the length in {}", effect)
            case StreakRestored(before=before, length=length):
                assert_equal(before, len(credited), "the length before {}", effect)
                assert_true(length > before, "{} does not lengthen the streak", effect)
                credited = next((periods.copy() for periods in reversed(lost) if len(periods) == length), [])
            case UserChanged(field=field, after="false") if field == f"preferences.streaks.{streak}.enabled":
                credited = []
            case FreezeConsumed(length=length):
                assert_equal(length, len(credited), "the length in {}", effect)
            case StreakStarted(length=length, period_start=start) | StreakExtended(length=length, period_start=start):
                assert_true(start not in credited, "{} credits a period twice", effect)
                credited.append(start)
                assert_equal(length, len(credited), "the length in {}", effect)
            case _:
                pass
    return credited


def streaks_are_independent(ruleset: Ruleset, history: History) -> None:
    """Each of several streaks is as it is under rules that declare it alone."""
    # A command on another streak is replaced by one that changes nothing: any command makes decisions final.
    if len(ruleset.streaks) < 2:  # noqa: PLR2004
        return
    together = _isolate_streak_rules(ruleset, ruleset.streaks)
    expected, accounts = (
        Engine(together),
        {streak.key: Engine(_isolate_streak_rules(ruleset, [streak])) for streak in together.streaks},
    )
    for command in (*history, Settle(history.commands[-1].at)):
        result = execute(expected, command)
        is_refused = isinstance(result, TrophyError)
        for key, alone in accounts.items():
            own = _isolate_streak_command(command, key, ruleset.streaks[0].key)
            if own is None and is_refused:
                continue
            actual = execute(alone, _isolate_unrelated_command(command) if own is None else own)
            assert_equal(
                _streak_results_to_compare(actual, key),
                _streak_results_to_compare(result, key),
                f"the effects of {command} on {key}",
            )
        for user in expected.users():
            _assert_equal_streaks(expected, accounts, user, command.at)


def _assert_equal_streaks(expected: Engine, accounts: Mapping[str, Engine], user: str, at: int) -> None:
    exported, player = expected.export_user(user), expected.user(user, at=from_micros(at))
    for key, alone in accounts.items():
        actual = alone.export_user(user)
        assert_equal(actual["streaks"][key], exported["streaks"][key], f"the state of {key} of {user}")
        assert_equal(
            _undoable_misses_to_compare(actual, key),
            _undoable_misses_to_compare(exported, key),
            f"the missed periods of {key} of {user}",
        )
        assert_equal(alone.user(user, at=from_micros(at)).streak, player.streaks[key], f"the view of {key} of {user}")


def _undoable_misses_to_compare(exported: dict[str, Any], key: str) -> list[list[Any]]:
    """Return the decisions on missed periods of a streak that no command has made final."""
    return [miss for miss in exported["misses"] if miss[0] == key and miss[1] == exported["commands"]]


def _isolate_streak_rules(ruleset: Ruleset, streaks: Sequence[Streak]) -> Ruleset:
    """Return rules with only metrics, attributes and streaks, whose freezes are rewards of lengths at most."""
    plain = []
    for streak in streaks:
        freezes = streak.freezes
        if freezes is not None:
            rewards = [reward for reward in freezes.rewards if isinstance(reward, StreakFreezeReward)]
            freezes = attrs.evolve(freezes, rewards=rewards)
        known = {metric.key for metric in _isolate_recorded_metrics(ruleset)}
        metrics = [condition for condition in streak.metrics if condition.key in known]
        plain.append(attrs.evolve(streak, freezes=freezes, metrics=metrics))
    return Ruleset(
        metrics=_isolate_recorded_metrics(ruleset),
        attributes=ruleset.attributes,
        streaks=plain,
        day_start=ruleset.day_start,
        first_weekday=ruleset.first_weekday,
    )


def _isolate_recorded_metrics(ruleset: Ruleset) -> list[Metric]:
    """Return the metrics that neither points nor completions move, without the conditions on the user's progress."""
    return [
        attrs.evolve(metric, when=attrs.evolve(metric.when, achievements=(), levels={}, streak=None))
        for metric in ruleset.metrics
        if isinstance(metric.source, str | None)
    ]


def _isolate_streak_command(command: HistoryCommand, key: str, primary: str) -> HistoryCommand | None:
    """Return a command as it is under rules with one streak, or None if it is about another one."""
    if isinstance(command, StreakCommand):
        named = command.streak or primary
        return command._replace(streak=key) if named in {key, ALL_STREAKS} else None
    if isinstance(command, Identify):
        preferences = [field.split(".")[2] for field, _ in command.changes if field.startswith("preferences.streaks.")]
        return command if not preferences or key in preferences else None
    return command


def _isolate_unrelated_command(command: HistoryCommand) -> HistoryCommand:
    return command if isinstance(command, Settle) else Identify(command.user_id, command.at, ())


def _streak_results_to_compare(result: Outcome | tuple[Effect, ...] | TrophyError, key: str) -> tuple[object, ...]:
    """Return what a command did to a streak: its effects, and its view after the command."""
    effects = tuple(effect for effect in effects_of(result) if getattr(effect, "streak", None) == key)
    return (*effects, result.streaks[key]) if isinstance(result, Outcome) else effects


def acting_on_every_date_loses_nothing(history: History) -> None:
    """Check that a user who acts on every date of their own clock loses no streak and spends no freeze, in any zones.

    The history is one of ``travellers``: the events of each instant meet all conditions of the streak.
    """
    streak = history.ruleset.primary_streak
    if streak is None:
        return
    calendar, day_start = streak.calendar(history.ruleset.first_weekday), parse_time_of_day(history.ruleset.day_start)
    engine, time_zone, last, length = Engine(history.ruleset), zone("UTC"), 0, 0
    for command, following in zip(history, (*history.commands[1:], None), strict=True):
        result = execute(engine, command)
        assert_true(not isinstance(result, TrophyError), f"{command} is refused: {result}")
        if isinstance(command, Identify):
            time_zone = zone(str(dict(command.changes)["time_zone"]), day_start)
        if isinstance(command, Record):
            period = calendar.index(time_zone.window(command.at)[0])
            if period > last:  # an earlier period can only be before the user's creation
                last, length = period, length + 1
            if not isinstance(following, Record):
                player = engine.user(command.user_id, at=from_micros(command.at))
                actual = (player.streak.length, player.freezes_used)
                assert_equal(actual, (length, 0), f"the length of the streak and the freezes used after {command}")
