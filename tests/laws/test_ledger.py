"""The ledger adds up, and every award is what an accountant with fractions would make of it."""

from fractions import Fraction
from math import ceil, floor

from histories import do, histories, live
from hypothesis import given
from rulesets import rulesets

from trophy_engine import Engine, LevelChanged, MetricChanged, PointsAwarded
from trophy_engine.rules.points import MetricPointsTrigger


@given(rulesets(), histories())
def test_a_total_is_the_sum_of_its_awards_and_within_bounds(rules, history):
    engine = Engine(rules)
    totals, levels = {}, {}
    for effect in [*live(engine, history), *engine.settle(at=history[-1].at)]:
        if isinstance(effect, PointsAwarded):
            name = effect.user_id, effect.system
            assert effect.before == totals.get(name, 0)
            assert effect.total == effect.before + effect.awarded
            assert effect.awarded
            totals[name] = effect.total
            maximum = next(system.maximum for system in rules.points if system.key == effect.system)
            assert 0 <= effect.total <= (effect.total if maximum is None else maximum)
        if isinstance(effect, LevelChanged):
            assert effect.previous != effect.level
            levels[effect.user_id, effect.system] = effect.level
    for user in engine.users():
        for key, balance in engine.user(user, at=history[-1].at).points.items():
            assert balance.total == totals.get((user, key), 0)
            reached = [level.key for level in balance.levels if level.points <= balance.total]
            held = reached[-1] if reached else None
            assert (balance.level and balance.level.key) == held
            assert levels.get((user, key), held) == held


def product(amount, boosts):
    """Multiply with fractions and round once: down beats nearest beats up, halves go up."""
    exact = Fraction(amount)
    for boost in boosts:
        exact *= Fraction(str(boost.multiplier))
    modes = {boost.rounding for boost in boosts}
    if "down" in modes or not modes:
        return floor(exact)
    return floor(exact + Fraction(1, 2)) if "nearest" in modes else ceil(exact)


@given(rulesets(), histories())
def test_every_event_pays_each_multiple_it_crosses_once(rules, history):
    engine = Engine(rules)
    for effects in (getattr(one, "effects", ()) for one in (do(engine, deed) for deed in history)):
        moved = [effect for effect in effects if isinstance(effect, MetricChanged)]
        for award in effects:
            if not (isinstance(award, PointsAwarded) and isinstance(award.trigger, MetricPointsTrigger)):
                continue
            if award.trigger.event_attributes:
                continue  # filtered totals are told in the scenarios
            [move] = moved
            step = award.trigger.threshold
            times = floor(Fraction(str(move.after)) / step) - floor(Fraction(str(move.before)) / step)
            assert times > 0
            amount = award.trigger.points * times
            wanted = product(amount, award.boosts) if amount > 0 else amount
            maximum = next(system.maximum for system in rules.points if system.key == award.system)
            room = wanted if maximum is None else min(wanted, maximum - award.before)
            assert award.awarded == max(room, -award.before)
