"""Achievements for what a user has: a balance, a level, a least value, some of many achievements."""

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    Attribute,
    BalanceTrigger,
    CompositeTrigger,
    Engine,
    InvalidRules,
    Level,
    LevelTrigger,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)

NOON = at("06-01T12:00")
LEVELS = [Level("silver", 50), Level("gold", 100), Level("platinum", 150)]


def engine_with(*achievements, triggers=(), levels=LEVELS, **fields):
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1), *triggers], levels=levels, **fields)
    return Engine(Ruleset([Metric("words")], achievements=achievements, points=[xp]))


def keys(outcome):
    return [view.key for view in outcome.achievements]


def test_the_reward_for_a_level_is_paid_once():
    top = Achievement("golden", LevelTrigger("xp", "gold"))
    engine = engine_with(top, triggers=[AchievementPointsTrigger("golden", 50)], levels=[Level("gold", 100)])
    [outcome] = play(engine, "06-01T10:00 words 100")
    assert keys(outcome) == ["golden"]
    assert [(award.awarded, award.total) for award in outcome.points["xp"].awards] == [(100, 100), (50, 150)]
    assert [effect.type for effect in outcome.effects if effect.type.startswith(("achievement", "points"))] == [
        "points.awarded",
        "points.level_changed",
        "achievement.completed",
        "points.awarded",
    ]
    assert keys(play(engine, "06-01T11:00 words 1")[0]) == []


def test_the_reward_of_a_level_leads_to_the_next_pass():
    top = Achievement("golden", LevelTrigger("xp", "gold"))
    engine = engine_with(top, triggers=[AchievementPointsTrigger("golden", 50)])
    outcomes = play(engine, "06-01T10:00 words 99\n06-01T11:00 words 1")
    assert [keys(outcome) for outcome in outcomes] == [[], ["golden"]]
    assert outcomes[-1].points["xp"].total == 150
    assert outcomes[-1].points["xp"].level.key == "platinum"


def test_a_level_or_a_higher_one_completes_it():
    engine = engine_with(Achievement("silver", LevelTrigger("xp", "silver")))
    assert keys(play(engine, "06-01T10:00 words 120")[0]) == ["silver"]


def test_a_balance_completes_achievements_that_pay_for_one_another():
    achievements = [
        Achievement("rich", BalanceTrigger("xp", 20)),
        Achievement("richer", BalanceTrigger("xp", 30)),
        Achievement("all", CompositeTrigger(["richer", "rich"])),
    ]
    engine = engine_with(*achievements[::-1], triggers=[AchievementPointsTrigger("rich", 10)])
    [outcome] = play(engine, "06-01T10:00 words 20")
    assert (keys(outcome), outcome.points["xp"].total) == (["rich", "richer", "all"], 30)


def test_the_balance_counts_after_all_that_one_event_pays():
    engine = engine_with(Achievement("ten", BalanceTrigger("xp", 10)), triggers=[MetricPointsTrigger("words", -7, 10)])
    outcomes = play(engine, "06-01T10:00 words 10\n06-01T11:00 words 7")
    assert [(keys(outcome), outcome.points["xp"].total) for outcome in outcomes] == [([], 3), (["ten"], 10)]


def test_standing_has_progress_and_explanations():
    rich = Achievement("rich", BalanceTrigger("xp", 20))
    engine = engine_with(rich, Achievement("golden", LevelTrigger("xp", "gold")))
    [outcome] = play(engine, "06-01T10:00 words 8")
    progress = [view.progress for view in engine.user("jo", at=NOON).achievements]
    assert [(one.current, one.target) for one in progress] == [(8, 20), (8, 100)]
    assert [view.key for view in engine.user("jo", at=NOON).next_achievements()] == ["rich", "golden"]
    assert "the points of 'xp': 8 of 20, 12 missing" in engine.explain("jo", achievement="rich", at=NOON).text
    [outcome] = play(engine, "06-01T11:00 words 12")
    assert "'rich' was completed: the balance of xp reached 20" in outcome.explain().text


def test_standing_is_backdated_and_follows_another_level():
    engine = engine_with()
    play(engine, "06-01T10:00 words 60")
    silver, golden = (Achievement(key, LevelTrigger("xp", key)) for key in ("silver", "gold"))
    effects = engine.update(engine_with(silver, golden).ruleset, at=at("06-01T11:00"))
    assert [(effect.type, effect.achievement) for effect in effects] == [("achievement.backdated", "silver")]
    lower = [attrs.evolve(LEVELS[0], points=40), attrs.evolve(LEVELS[1], points=60)]
    effects = engine.update(engine_with(silver, golden, levels=lower).ruleset, at=NOON)
    assert [effect.achievement for effect in effects if effect.type == "achievement.backdated"] == ["gold"]


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        (BalanceTrigger("gems", 5), "unknown points system 'gems'"),
        (LevelTrigger("xp", "golden"), "unknown level 'golden'; did you mean 'gold'"),
    ],
)
def test_unknown_standing_is_refused(trigger, message):
    with pytest.raises(InvalidRules, match=message):
        engine_with(Achievement("a", trigger))


def test_some_of_many_are_enough():
    parts = [Achievement(key, ApiTrigger()) for key in "abc"]
    engine = engine_with(Achievement("some", CompositeTrigger(["a", "b", "c"], at_least=2)), *parts)
    assert keys(engine.complete("c", user="jo", at=at("06-01T10:00"))) == ["c"]
    [view] = [view for view in engine.user("jo", at=NOON).achievements if view.key == "some"]
    assert (view.progress.current, view.progress.target, view.progress.missing) == (1, 2, ("a", "b"))
    text = engine.explain("jo", achievement="some", at=at("06-01T10:00")).text
    assert "1 of 3 prerequisites completed, 2 wanted; missing: a and b" in text
    outcome = engine.complete("a", user="jo", at=at("06-01T11:00"))
    assert keys(outcome) == ["a", "some"]
    assert "'some' was completed: 2 of its 3 prerequisites are completed" in outcome.explain().text
    assert keys(engine.complete("b", user="jo", at=NOON)) == ["b"]


def test_some_of_many_are_backdated():
    parts = [Achievement(key, ApiTrigger()) for key in "abc"]
    engine = engine_with(*parts)
    for key in "ab":
        engine.complete(key, user="jo", at=at("06-01T10:00"))
    some = Achievement("some", CompositeTrigger(["a", "b", "c"], at_least=2))
    [effect] = engine.update(engine_with(*parts, some).ruleset, at=NOON)
    assert (effect.type, effect.achievement) == ("achievement.backdated", "some")


# --- at most ----------------------------------------------------------------------------------------------------------

LAPS = [
    Metric("lap-time"),
    Metric("best-lap", source="lap-time", aggregate="min", event_attributes={"track": "spa"}),
]
FAST = Achievement("fast", MetricTrigger("best-lap", at_most=65))


def garage(*achievements, metrics=LAPS):
    return Engine(Ruleset(metrics, [Attribute("track", "event")], achievements=achievements))


def drive(engine, seconds, track="spa"):
    return engine.record("lap-time", user="jo", value=seconds, at=NOON, attributes={"track": track})


def test_a_best_lap_of_at_most_so_much():
    engine = garage(FAST)
    engine.identify("jo", at=at("06-01T11:00"))
    [view] = engine.user("jo", at=NOON).achievements
    assert (view.progress.current, view.progress.target, view.progress.fraction) == (None, 65, 0)
    laps = [(71, "spa"), (50, "monza"), (64.5, "spa"), (66, "spa")]
    outcomes = [drive(engine, *lap) for lap in laps]
    assert [keys(outcome) for outcome in outcomes] == [[], [], ["fast"], []]
    assert engine.user("jo", at=NOON).metrics["best-lap"] == 64.5
    text = "'fast' was completed: least value of best-lap went from 71 to 64.5, at most 65"
    assert text in outcomes[2].explain().text


def test_progress_to_at_most_is_wanted_over_total():
    engine = garage(FAST, Achievement("never", MetricTrigger("best-lap", at_most=-1)))
    drive(engine, 130)
    fast, never = engine.user("jo", at=NOON).achievements
    assert (fast.progress.fraction, fast.progress.remaining) == (0.5, 65)
    assert never.progress.fraction == 0
    text = engine.explain("jo", achievement="fast", at=NOON).text
    assert "least value of best-lap: 130, 65 above 65" in text


def test_a_latest_value_of_at_most_so_much():
    weight = Metric("weight", aggregate="last")
    engine = Engine(Ruleset([weight], achievements=[Achievement("slim", MetricTrigger("weight", at_most=70))]))
    outcomes = play(engine, "06-01T10:00 weight 75\n06-01T11:00 weight 70\n06-01T12:00 weight 72")
    assert [keys(outcome) for outcome in outcomes] == [[], ["slim"], []]


def test_at_most_and_at_least_on_one_total():
    slow = Achievement("slow", MetricTrigger("best-lap", 60))
    engine = garage(slow, FAST)
    assert [keys(drive(engine, seconds)) for seconds in (71, 64)] == [["slow"], ["fast"]]


def test_at_most_is_backdated_from_the_log():
    engine = garage(metrics=LAPS[:1])
    drive(engine, 64)
    effects = engine.update(garage(FAST).ruleset, at=NOON)
    assert [(effect.type, effect.achievement) for effect in effects] == [("achievement.backdated", "fast")]


@pytest.mark.parametrize("aggregate", ["sum", "count", "max", "days"])
def test_at_most_of_what_only_rises_is_refused(aggregate):
    metrics = [Metric("lap-time"), Metric("best-lap", source="lap-time", aggregate=aggregate)]
    with pytest.raises(InvalidRules, match=r"use a metric with the aggregate 'min' or 'last'"):
        garage(FAST, metrics=metrics)


def test_metadata_is_carried_and_changes_nothing():
    rules = garage(FAST).ruleset
    engine = Engine(rules)
    drive(engine, 64)
    data = {"icon": "star", "order": 3, "share": 0.5, "rare": True}
    described = attrs.evolve(
        rules,
        achievements=[attrs.evolve(FAST, metadata=data)],
        metrics=[attrs.evolve(metric, metadata=data) for metric in rules.metrics],
    )
    assert engine.update(described, at=NOON) == ()
    assert engine.user("jo", at=NOON).achievements[0].metadata == data
    assert Ruleset.from_text(described.to_text()) == described
    assert engine.ruleset.metrics[0].metadata == data


@pytest.mark.parametrize("value", [None, [1], {"a": 1}, float("nan"), 10**18])
def test_metadata_are_strings_numbers_and_booleans(value):
    with pytest.raises(ValueError, match="metadata"):
        Achievement("a", ApiTrigger(), metadata={"key": value})
