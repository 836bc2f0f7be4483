"""Tiers: one achievement in steps, each of which is a completion of its own."""

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    Attribute,
    BalanceTrigger,
    CompositeTrigger,
    Engine,
    InvalidRules,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    Tier,
)
from trophy_engine.core import UserState
from trophy_engine.engine.plugs import compile_ruleset

TIERS = [{"key": "bronze", "value": 10}, {"key": "silver", "value": 50}, {"key": "gold", "value": 100}]
WORDS = Achievement("words", MetricTrigger("words"), name="Words", tiers=TIERS)
NOON = at("06-01T12:00")


def engine_with(*achievements, points=(), **parts):
    return Engine(Ruleset([Metric("words")], achievements=achievements, points=points, **parts))


def completed(outcome):
    return [(effect.achievement, effect.tier) for effect in outcome.effects if effect.type == "achievement.completed"]


def view_of(engine, key="words", when=NOON):
    return next(view for view in engine.user("jo", at=when).achievements if view.key == key)


def test_a_jump_over_two_tiers_completes_both_in_order():
    engine = engine_with(WORDS)
    outcomes = play(engine, "06-01T10:00 words 8\n06-01T11:00 words 50\n06-01T12:00 words 41")
    assert [outcome.total for outcome in outcomes] == [8, 58, 99]
    assert [completed(outcome) for outcome in outcomes] == [[], [("words", "bronze"), ("words", "silver")], []]
    progress = view_of(engine).progress
    assert (progress.current, progress.target, progress.remaining) == (99, 100, 1)


def test_a_view_has_the_highest_tier_and_the_progress_to_the_next():
    engine = engine_with(WORDS)
    play(engine, "06-01T10:00 words 8")
    view = view_of(engine)
    assert (view.tier, view.next_tier, view.times, view.achieved_at) == (None, "bronze", 0, None)
    assert (view.progress.current, view.progress.target) == (8, 10)
    play(engine, "06-01T11:00 words 4\n06-01T11:30 words 40")
    view = view_of(engine)
    assert (view.tier, view.next_tier, view.times) == ("silver", "gold", 2)
    assert (view.achieved_at, view.last_achieved_at) == (at("06-01T11:00"), at("06-01T11:30"))
    play(engine, "06-01T12:00 words 48")
    view = view_of(engine)
    assert (view.tier, view.next_tier, view.times, view.progress) == ("gold", None, 3, None)
    assert engine.user("jo", at=NOON).completed == {
        "words-bronze": at("06-01T11:00"),
        "words-silver": at("06-01T11:30"),
        "words-gold": NOON,
    }


def test_a_tier_can_look_different():
    gold = {"key": "gold", "value": 2, "name": "Gold", "badge_url": "gold.png", "metadata": {"colour": "#ffd700"}}
    tiers = [{"key": "bronze", "value": 1}, gold]
    rule = Achievement(
        "words", MetricTrigger("words"), "Words", "Write", "plain.png", tiers=tiers, metadata={"group": 1}
    )
    engine = engine_with(rule)
    play(engine, "06-01T10:00 words 1")
    view = view_of(engine)
    assert (view.name, view.badge_url, view.metadata) == ("Words: bronze", "plain.png", {"group": 1})
    [earned] = play(engine, "06-01T11:00 words 1")[0].achievements
    assert earned == attrs.evolve(view_of(engine), achieved_at=earned.achieved_at, times=1)
    assert (earned.name, earned.description, earned.badge_url) == ("Gold", "Write", "gold.png")
    assert earned.metadata == {"group": 1, "colour": "#ffd700"}


def test_each_tier_pays_and_one_tier_can_be_named():
    triggers = [AchievementPointsTrigger("words", 5), AchievementPointsTrigger("words-gold", 100)]
    engine = engine_with(WORDS, points=[PointsSystem("xp", triggers=triggers)])
    outcomes = play(engine, "06-01T10:00 words 58\n06-01T11:00 words 42")
    awards = [[award.awarded for award in outcome.points["xp"].awards] for outcome in outcomes]
    assert awards == [[10], [5, 100]]


def test_the_key_of_an_achievement_means_any_tier():
    first = Achievement("first", CompositeTrigger(["words"]))
    last = Achievement("last", CompositeTrigger(["words-gold", "first"]))
    outcomes = play(engine_with(last, first, WORDS), "06-01T10:00 words 10\n06-01T11:00 words 90")
    assert [completed(outcome) for outcome in outcomes] == [
        [("words", "bronze"), ("first", None)],
        [("words", "silver"), ("words", "gold"), ("last", None)],
    ]


def test_lap_times_have_falling_tiers():
    tiers = [{"key": "fast", "at_most": 70}, {"key": "faster", "at_most": 65}, {"key": "fastest", "at_most": 60.5}]
    metrics = [Metric("lap"), Metric("best", source="lap", aggregate="min")]
    engine = Engine(Ruleset(metrics, achievements=[Achievement("lap", MetricTrigger("best"), tiers=tiers)]))
    outcomes = play(engine, "06-01T10:00 lap 71\n06-01T11:00 lap 64.5\n06-01T12:00 lap 62")
    assert [completed(outcome) for outcome in outcomes] == [[], [("lap", "fast"), ("lap", "faster")], []]
    progress = view_of(engine, "lap").progress
    assert (progress.current, progress.target, progress.remaining) == (62, 60.5, 1.5)
    assert progress.fraction == 60.5 / 62


def test_streaks_years_and_balances_have_tiers():
    streak = Achievement("streak", StreakTrigger(), tiers=[Tier("two", 2), Tier("three", 3)])
    years = Achievement("years", AnniversaryTrigger(), tiers=[Tier("one", 1), Tier("ten", 10)])
    rich = Achievement("rich", BalanceTrigger("xp"), tiers=[Tier("some", 5), Tier("more", 15)])
    paid = PointsSystem("xp", triggers=[AchievementPointsTrigger("streak", 8)])
    engine = engine_with(streak, years, rich, points=[paid], streaks=[Streak("daily", metrics=[StreakMetric("words")])])
    engine.identify("jo", sign_up_date="2024-06-03", at=at("06-01T09:00"))
    outcomes = play(engine, "06-01T10:00 words 1\n06-02T10:00 words 1\n06-03T10:00 words 1")
    assert [completed(outcome) for outcome in outcomes] == [
        [],
        [("streak", "two"), ("rich", "some")],
        [("years", "one"), ("streak", "three"), ("rich", "more")],
    ]


def test_a_hidden_achievement_shows_itself_with_its_first_tier():
    engine = engine_with(attrs.evolve(WORDS, hidden=True))
    play(engine, "06-01T10:00 words 9")
    view = view_of(engine)
    assert (view.name, view.trigger, view.progress, view.next_tier) == ("???", None, None, None)
    assert engine.user("jo", at=NOON).next_achievements() == ()
    assert "hidden" in engine.explain("jo", achievement="words-gold", at=NOON).text
    assert "10" not in engine.explain("jo", achievement="words", at=NOON).text.partition(".")[2]
    play(engine, "06-01T11:00 words 1")
    view = view_of(engine)
    assert (view.name, view.next_tier, view.progress.target) == ("Words: bronze", "silver", 50)
    assert [view.key for view in engine.user("jo", at=NOON).next_achievements()] == ["words"]


def test_new_tiers_are_backdated_and_tiers_that_are_held_keep_their_instants():
    engine = engine_with(attrs.evolve(WORDS, tiers=TIERS[:1]))
    play(engine, "06-01T10:00 words 60")
    effects = engine.update(engine_with(WORDS).ruleset, at=at("06-01T11:00"))
    assert [(effect.type, effect.tier) for effect in effects] == [("achievement.backdated", "silver")]
    assert engine.user("jo", at=NOON).completed == {
        "words-bronze": at("06-01T10:00"),
        "words-silver": at("06-01T11:00"),
    }
    named = attrs.evolve(WORDS, name="All words", tiers=[attrs.evolve(tier, name="x") for tier in WORDS.tiers[:2]])
    assert engine.update(engine_with(named).ruleset, at=NOON) == ()
    assert view_of(engine).name == "x"


def test_an_achievement_that_gets_tiers_is_completed_anew_by_them():
    engine = engine_with(Achievement("words", MetricTrigger("words", 10)))
    play(engine, "06-01T10:00 words 12")
    effects = engine.update(engine_with(WORDS).ruleset, at=at("06-01T11:00"))
    assert [(effect.type, effect.key) for effect in effects] == [("achievement.backdated", "words-bronze")]
    assert list(engine.user("jo", at=NOON).completed) == ["words-bronze"]


def test_an_explanation_tells_of_the_tier_and_of_the_next():
    engine = engine_with(WORDS)
    play(engine, "06-01T10:00 words 12")
    assert engine.explain("jo", achievement="words", at=NOON).text.splitlines() == [
        "jo has 'words-bronze': it was completed on Sunday 2025-06-01 10:00:00, UTC.",
        "  words went from 0 to 12, reaching the threshold of 10",
        "  next: 'words-silver': words: 12 of 50, 38 missing",
    ]
    assert engine.explain("jo", achievement="words-gold", at=NOON).text.splitlines() == [
        "jo does not have 'words-gold' on Sunday 2025-06-01 12:00:00, UTC.",
        "  words: 12 of 100, 88 missing",
    ]


def test_an_event_explains_each_tier():
    [outcome] = play(engine_with(WORDS), "06-01T10:00 words 60")
    lines = [line.strip() for line in outcome.explain().text.splitlines()]
    assert "'words-bronze' was completed: words went from 0 to 60, reaching the threshold of 10" in lines
    assert "'words-silver' was completed: words went from 0 to 60, reaching the threshold of 50" in lines


def test_a_state_with_tiers_reads_back_equal():
    engine = engine_with(WORDS)
    play(engine, "06-01T10:00 words 60")
    dumped = engine.export_user("jo")
    plan = compile_ruleset(engine.ruleset)
    assert UserState.load(plan, dumped).dump(plan) == dumped


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ([Achievement("words-gold", MetricTrigger("words", 5))], "rules name it 'words-gold', which already names"),
        ([Achievement("x", CompositeTrigger(["words-platinum"]))], "unknown achievement 'words-platinum'"),
    ],
)
def test_keys_of_tiers_are_checked(others, message):
    with pytest.raises(InvalidRules, match=message):
        engine_with(WORDS, *others)


def test_attributes_of_users_hold_for_all_tiers():
    pro = attrs.evolve(WORDS, when={"user_attributes": {"plan": "pro"}})
    engine = engine_with(pro, attributes=[Attribute("plan")])
    assert completed(play(engine, "06-01T10:00 words 60")[0]) == []
    engine.identify("jo", attributes={"plan": "pro"}, at=at("06-01T11:00"))
    assert completed(play(engine, "06-01T12:00 words 1")[0]) == [("words", "bronze"), ("words", "silver")]
