"""The law of the points ledger: balances are sums of awards, and awards are computed again with fractions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    AchievementCompleted,
    Effect,
    LevelChanged,
    ManualAward,
    MetricChanged,
    PointsAwarded,
    PointsLimited,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.rules.points import (
    AchievementPointsTrigger,
    Boost,
    MetricPointsTrigger,
    PointsSystem,
)
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.testing.assertions import assert_equal, assert_true
from trophy_engine.testing.driver import effects_of, execute
from trophy_engine.testing.histories import History

__all__ = ["balances_are_sums_of_awards"]


def balances_are_sums_of_awards(ruleset: Ruleset, history: History) -> None:
    """Balances are the sums of their awards, within bounds; levels follow them; every multiple crossed pays once."""
    engine = Engine(ruleset)
    systems = {system.key: system for system in ruleset.points}
    totals: dict[tuple[str, str], int] = {}
    levels: dict[tuple[str, str], str | None] = {}
    gains: Counter[tuple[str, str]] = Counter()
    end = from_micros(history.commands[-1].at)
    for command in history:
        result = execute(engine, command)
        if isinstance(result, Outcome):
            _assert_multiples_pay(result.effects, systems)
        _assert_awards_add_up(effects_of(result), systems, totals, levels, gains)
    _assert_awards_add_up(engine.settle(at=end), systems, totals, levels, gains)
    for user in engine.users():
        for key, balance in engine.user(user, at=end).points.items():
            assert_equal(balance.total, totals.get((user, key), 0), f"{user}'s balance of {key}")
            counted = gains[user, key] if systems[key].levels_by == "earned" else balance.total
            reached_levels = [level.key for level in balance.levels if level.points <= counted]
            expected = reached_levels[-1] if reached_levels else None
            assert_equal(None if balance.level is None else balance.level.key, expected, f"{user}'s level of {key}")
            assert_equal(
                levels.get((user, key), expected), expected, f"the last level of {key} in the effects on {user}"
            )


def _assert_awards_add_up(
    effects: Iterable[Effect],
    systems: Mapping[str, PointsSystem],
    totals: dict[tuple[str, str], int],
    levels: dict[tuple[str, str], str | None],
    gains: Counter[tuple[str, str]],
) -> None:
    for effect in effects:
        if isinstance(effect, PointsAwarded):
            key = effect.user_id, effect.system
            assert_equal(effect.before, totals.get(key, 0), "the balance before {}", effect)
            assert_equal(effect.total, effect.before + effect.awarded, "the balance after {}", effect)
            assert_true(effect.awarded, "{} awards nothing", effect)
            maximum = systems[effect.system].maximum
            assert_true(effect.total >= 0, "{} goes below zero", effect)
            assert_true(maximum is None or effect.total <= maximum, "{} goes above {}", effect, maximum)
            totals[key] = effect.total
            gains[key] += max(effect.awarded, 0)
            by_earned = systems[effect.system].levels_by == "earned"
            assert_equal(effect.earned, gains[key] if by_earned else None, "what is earned after {}", effect)
        elif isinstance(effect, LevelChanged):
            assert_true(effect.previous != effect.level, "{} changes no level", effect)
            levels[effect.user_id, effect.system] = effect.level


def _assert_multiples_pay(effects: Sequence[Effect], systems: Mapping[str, PointsSystem]) -> None:
    """Compute the awards of an event again, except awards for filtered totals, which effects do not record."""
    losses: dict[int, int] = {}
    for loss, award in pairwise(effects):
        if (
            isinstance(loss, PointsLimited)
            and isinstance(award, PointsAwarded)
            and _is_rest_of_limited_award(award, loss)
        ):
            losses[id(award)] = loss.lost
    for changes, awards in _split_effects_into_passes(effects):
        _assert_awards_of_pass(changes, awards, systems, losses)
    _assert_completions_pay(effects, systems)


def _assert_completions_pay(effects: Sequence[Effect], systems: Mapping[str, PointsSystem]) -> None:
    """Check that triggers on achievements pay no more often than something that they name is completed."""
    completions: Counter[str] = Counter()
    for effect in effects:
        if isinstance(effect, AchievementCompleted):
            completions.update({effect.achievement, effect.key})
    awards = [effect for effect in effects if isinstance(effect, PointsAwarded)]
    paid = Counter(
        (award.system, award.trigger) for award in awards if isinstance(award.trigger, AchievementPointsTrigger)
    )
    for (system, trigger), times in paid.items():
        if isinstance(trigger, AchievementPointsTrigger):
            most = systems[system].triggers.count(trigger) * completions[trigger.achievement]
            assert_true(times <= most, f"{times} awards of {trigger} for {most} completions")


def _split_effects_into_passes(effects: Iterable[Effect]) -> Iterator[tuple[list[MetricChanged], list[PointsAwarded]]]:
    """Yield the changes of metrics and the awards of each pass; a pass begins with the changes."""
    changes: list[MetricChanged] = []
    awards: list[PointsAwarded] = []
    begins = True
    for effect in effects:
        if isinstance(effect, MetricChanged):
            if not begins:
                yield changes, awards
                changes, awards = [], []
            changes.append(effect)
        elif isinstance(effect, PointsAwarded):
            awards.append(effect)
        begins = isinstance(effect, MetricChanged)
    yield changes, awards


def _assert_awards_of_pass(
    changes: Sequence[MetricChanged],
    awards: Sequence[PointsAwarded],
    systems: Mapping[str, PointsSystem],
    losses: Mapping[int, int],
) -> None:
    paid = Counter((award.system, award.trigger) for award in awards if _is_expected_once_per_event(award))
    for (system, trigger), times in paid.items():
        declared = systems[system].triggers.count(trigger)
        assert_true(
            times <= declared, f"one event has {times} awards of {trigger}; the rules declare it {declared} times"
        )
    for award in awards:
        if not isinstance(award.trigger, MetricPointsTrigger) or award.trigger.event_attributes:
            continue
        step = Fraction(award.trigger.threshold)
        multiples = [
            floor(Fraction(str(change.after or 0)) / step) - floor(Fraction(str(change.before or 0)) / step)
            for change in changes
            if change.metric == award.trigger.metric
        ]
        times = sum(max(multiple, 0) for multiple in multiples)
        assert_true(times > 0, "{} crosses no multiple of {}", award, step)
        amount = award.trigger.points * times
        expected = _expected_boosted_points(amount, award.boosts) if amount > 0 else amount
        expected -= losses.get(id(award), 0)
        maximum = systems[award.system].maximum
        up_to_maximum = expected if maximum is None else min(expected, maximum - award.before)
        assert_equal(award.awarded, max(up_to_maximum, -award.before), "what {} awards", award)


def _is_rest_of_limited_award(award: PointsAwarded, loss: PointsLimited) -> bool:
    """Return True if an award is what a limit has left of it."""
    return (award.at, award.system, award.trigger_key) == (loss.at, loss.system, loss.trigger_key)


def _is_expected_once_per_event(award: PointsAwarded) -> bool:
    return not isinstance(award.trigger, ManualAward) and award.trigger.once_per_event


def _expected_boosted_points(amount: int, boosts: Iterable[Boost]) -> int:
    """Multiply with fractions and round once: down takes precedence over nearest, nearest over up; halves round up."""
    exact = Fraction(amount)
    for boost in boosts:
        exact *= Fraction(str(boost.multiplier))
    modes = {boost.rounding for boost in boosts}
    if "down" in modes or not modes:
        return floor(exact)
    return floor(exact + Fraction(1, 2)) if "nearest" in modes else ceil(exact)
