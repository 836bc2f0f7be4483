"""Tiers are achievements of their own; repeats are those of the list of totals; no order of declaration matters."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    AchievementPointsTrigger,
    CompositeTrigger,
    Engine,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)
from trophy_engine.calendar.instants import DAY, from_micros
from trophy_engine.testing import execute, games, histories, rulesets
from trophy_engine.testing.assertions import assert_equal
from trophy_engine.testing.driver import effects_of, states

FEW = settings(max_examples=settings.default.max_examples // 2)


def in_parts(ruleset):
    """Return rules with an achievement of its own in place of each tier; what names all of them names the tiers."""
    tiers = {rule.key: [part.key for part in rule.parts] for rule in ruleset.achievements if rule.tiers}

    points = [
        attrs.evolve(
            system,
            triggers=[
                attrs.evolve(trigger, achievement=name) if isinstance(trigger, AchievementPointsTrigger) else trigger
                for trigger in system.triggers
                for name in (
                    tiers.get(trigger.achievement, [trigger.achievement])
                    if isinstance(trigger, AchievementPointsTrigger)
                    else [None]
                )
            ],
        )
        for system in ruleset.points
    ]
    streaks = [streak_in_parts(streak, tiers) for streak in ruleset.streaks]
    return attrs.evolve(ruleset, achievements=ruleset.achievement_parts, points=points, streaks=streaks)


def streak_in_parts(streak, tiers):
    """Return a streak whose rewards of freezes name the tiers."""
    if streak.freezes is None:
        return streak
    rewards = [
        attrs.evolve(reward, achievement=name) if name else reward
        for reward in streak.freezes.rewards
        for name in tiers.get(getattr(reward, "achievement", None), [None])
    ]
    return attrs.evolve(streak, freezes=attrs.evolve(streak.freezes, rewards=rewards))


def names_whole(ruleset):
    """Return whether a composite or a gate names all tiers of an achievement at once."""
    tiered = {rule.key for rule in ruleset.achievements if rule.tiers}
    composites = (rule.trigger for rule in ruleset.achievements if isinstance(rule.trigger, CompositeTrigger))
    gated = (
        *ruleset.metrics,
        *ruleset.achievements,
        *(rule for system in ruleset.points for rule in (*system.triggers, *system.boosts)),
    )
    named = (*composites, *(rule.when for rule in gated))
    return any(tiered.intersection(one.achievements) for one in named)


@FEW
@given(rulesets().filter(lambda rules: not names_whole(rules)), st.data())
def test_tiers_behave_like_achievements_of_their_own(rules, data):
    history = data.draw(histories(rules, max_size=14))
    whole, apart = Engine(rules), Engine(in_parts(rules))
    for command in history:
        found = [effects_of(execute(engine, command)) for engine in (whole, apart)]
        completed, expected = (
            [(effect.key, effect.times, effect.number) for effect in effects if hasattr(effect, "times")]
            for effects in found
        )
        assert_equal(sorted(completed), sorted(expected), f"the completions by {command}")
    for user, state in states(whole).items():
        other = states(apart)[user]
        assert_equal(dict(state["counters"]["completed"]), dict(other["counters"]["completed"]), "what is held")
        assert_equal(state["points"]["balances"].keys(), other["points"]["balances"].keys(), "the balances")


@FEW
@given(games(), st.randoms(use_true_random=False))
def test_any_order_of_declaration_completes_the_same(history, random):
    achievements = list(history.ruleset.achievements)
    random.shuffle(achievements)
    declared, shuffled = Engine(history.ruleset), Engine(attrs.evolve(history.ruleset, achievements=achievements))
    for command in history:
        found = [effects_of(execute(engine, command)) for engine in (declared, shuffled)]
        counted = [
            sorted((effect.user_id, effect.key, effect.times) for effect in effects if hasattr(effect, "times"))
            for effects in found
        ]
        assert_equal(counted[0], counted[1], f"the completions by {command} in another order of declaration")


_values = st.sampled_from([1, 3, -2, 0, 7, Decimal("0.5"), Decimal("-1.25"), 40])
_steps = st.sampled_from([1, 2, 5, 50, Decimal("2.5"), Decimal("7.5")])


@FEW
@given(st.lists(_values, max_size=30), _steps, st.sampled_from(["sum", "count", "max", "days"]))
def test_repeats_are_the_multiples_between_the_totals(values, step, aggregate):
    step = step if aggregate in {"sum", "max"} else floor(step)
    metric = Metric("m", source="words", aggregate=aggregate)
    badge = Achievement("badge", MetricTrigger("m", step), repeatable=True)
    paid = PointsSystem("xp", triggers=[AchievementPointsTrigger("badge", 3)])
    engine = Engine(Ruleset([Metric("words"), metric], achievements=[badge], points=[paid]))
    before, times, awarded = 0, 0, 0
    for number, value in enumerate(values):
        outcome = engine.record("words", user="jo", value=value, at=from_micros(number * DAY // 2))
        total = engine.user("jo", at=outcome.at).metrics["m"]
        brought = max(floor(Fraction(total) / Fraction(step)) - floor(Fraction(before) / Fraction(step)), 0)
        completions = [effect for effect in outcome.effects if isinstance(effect, AchievementCompleted)]
        assert [effect.times for effect in completions] == [brought] * (brought > 0)
        before, times, awarded = total, times + brought, awarded + 3 * brought
        player = engine.user("jo", at=outcome.at)
        assert (player.achievements[0].times, player.points["xp"].total) == (times, awarded)


@FEW
@given(st.lists(st.tuples(st.integers(0, 3 * 24), _values), max_size=30), st.sampled_from([1, 2, 5]))
def test_in_a_window_an_achievement_repeats_once(gaps, number):
    metric = Metric("today", source="words", window="day")
    badge = Achievement("badge", MetricTrigger("today", number), repeatable=True)
    engine = Engine(Ruleset([Metric("words"), metric], achievements=[badge]))
    at, totals, reached = 0, {}, set()
    for gap, value in gaps:
        at += gap * DAY // 24
        outcome = engine.record("words", user="jo", value=value, at=from_micros(at))
        totals[at // DAY] = totals.get(at // DAY, 0) + value
        is_new = totals[at // DAY] >= number and at // DAY not in reached
        assert len([effect for effect in outcome.effects if isinstance(effect, AchievementCompleted)]) == is_new
        reached |= {at // DAY} if is_new else set()
    if gaps:
        assert engine.user("jo", at=from_micros(at)).achievements[0].times == len(reached)
