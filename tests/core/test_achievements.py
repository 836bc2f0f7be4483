"""Achievements are completed once, each by its trigger, and are permanent."""

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AlreadyCompleted,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    CompositeTrigger,
    Engine,
    GateClosed,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    Tier,
    UnknownKey,
)


def engine_with(*achievements, points=()):
    return Engine(
        Ruleset(
            metrics=[Metric("words")],
            attributes=[Attribute("plan"), Attribute("device", "event")],
            streaks=[Streak("habit", metrics=[StreakMetric("words")])],
            achievements=achievements,
            points=points,
        )
    )


def keys(outcome):
    return [achievement.key for achievement in outcome.achievements]


def test_the_application_completes_an_achievement_once():
    engine = engine_with(Achievement("onboarded", ApiTrigger(), name="Finish onboarding"))
    outcome = engine.complete("onboarded", user="18", at=at("04-02T10:00"))
    [earned] = outcome.achievements
    assert (earned.name, earned.achieved_at) == ("Finish onboarding", at("04-02T10:00"))
    assert earned.completion_id == outcome.effects[-1].completion_id
    with pytest.raises(AlreadyCompleted, match="already completed achievement 'onboarded', at 2025-04-02T10:00"):
        engine.complete("onboarded", user="18", at=at("04-02T10:01"))
    with pytest.raises(UnknownKey, match="unknown api achievement 'onbordet'; did you mean 'onboarded'"):
        engine.complete("onbordet", user="18", at=at("04-02T10:01"))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("hundred", "has a trigger of the type metric, not api"),
        ("week", "has a trigger of the type streak, not api"),
        ("many", "has a trigger of the type metric, not api"),
        ("many-gold", "has a trigger of the type metric, not api"),
        ("former", "is inactive"),
    ],
)
def test_only_api_achievements_can_be_completed_by_a_call(key, reason):
    engine = engine_with(
        Achievement("hundred", MetricTrigger("words", 100)),
        Achievement("week", StreakTrigger(7)),
        Achievement("many", MetricTrigger("words"), tiers=[Tier("gold", 5)]),
        Achievement("former", ApiTrigger(), status="inactive"),
        Achievement("onboarded", ApiTrigger()),
    )
    with pytest.raises(UnknownKey) as caught:
        engine.complete(key, user="18")
    assert str(caught.value) == (
        f"no call completes the achievement {key!r}, because it {reason}; known api achievements: 'onboarded'"
    )
    assert (caught.value.kind, caught.value.key, caught.value.known) == ("api achievement", key, ("onboarded",))
    assert list(engine.users()) == []


def test_the_last_prerequisite_completes_the_composite_which_awards_points():
    engine = engine_with(
        Achievement("everything", CompositeTrigger(["called", "week", "thousand"])),
        Achievement("called", ApiTrigger()),
        Achievement("week", StreakTrigger(7)),
        Achievement("thousand", MetricTrigger("words", 1000)),
        points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("everything", points=100)])],
    )
    engine.complete("called", user="jo", at=at("04-01T10:00"))
    play(engine, "\n".join(f"04-{day:02}T10:00 words 110" for day in range(1, 10)))
    [outcome] = play(engine, "04-09T11:00 words 15")
    assert outcome.total == 1005
    assert keys(outcome) == ["thousand", "everything"]
    [award] = outcome.points["xp"].awards
    assert (award.awarded, award.trigger.achievement) == (100, "everything")


def test_nested_composites_complete_with_one_event():
    engine = engine_with(
        Achievement("top", CompositeTrigger(["middle"])),
        Achievement("middle", CompositeTrigger(["bottom"])),
        Achievement("bottom", MetricTrigger("words", 1)),
    )
    assert keys(play(engine, "04-02T10:00 words 1")[0]) == ["bottom", "middle", "top"]


def test_a_filter_keeps_an_achievement_until_an_event_after_the_user_qualifies():
    engine = engine_with(
        Achievement("pro-hundred", MetricTrigger("words", 100), when={"user_attributes": {"plan": "pro"}})
    )
    assert keys(play(engine, "04-02T10:00 words 120")[0]) == []
    assert engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T10:01")).achievements == ()
    [outcome] = play(engine, "04-02T10:02 words 1")
    assert (outcome.total, keys(outcome)) == (121, ["pro-hundred"])


def test_a_filtered_composite_is_checked_at_the_next_event():
    engine = engine_with(
        Achievement("first", MetricTrigger("words", 1)),
        Achievement("pro-first", CompositeTrigger(["first"]), when={"user_attributes": {"plan": "pro"}}),
    )
    assert keys(play(engine, "04-02T10:00 words 1")[0]) == ["first"]
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T10:01"))
    assert keys(play(engine, "04-02T10:02 words 1")[0]) == ["pro-first"]


def test_an_api_achievement_for_other_users_is_refused():
    engine = engine_with(Achievement("vip", ApiTrigger(), when={"user_attributes": {"plan": "pro"}}))
    engine.identify("jo", attributes={"plan": "free"}, at=at("04-02T10:00"))
    with pytest.raises(
        GateClosed,
        match="'vip' cannot be completed for user 'jo': it requires plan = 'pro'; the value of this user is 'free'",
    ):
        engine.complete("vip", user="jo", at=at("04-02T10:01"))


def test_a_filtered_total_counts_matching_events_only():
    engine = engine_with(Achievement("ios", MetricTrigger("words", 4, {"device": "ios"})))
    outcomes = [
        engine.record("words", user="jo", value=3, attributes={"device": device}, at=at("04-02T10:00"))
        for device in ("ios", "android", "ios")
    ]
    assert [keys(outcome) for outcome in outcomes] == [[], [], ["ios"]]


def test_several_thresholds_are_reached_at_once_in_order_and_kept_when_the_total_falls():
    engine = engine_with(*(Achievement(f"w{n}", MetricTrigger("words", n)) for n in (100, 10, 1)))
    outcomes = play(engine, "04-02T10:00 words 100\n04-02T10:01 words -100\n04-02T10:02 words 100")
    assert [keys(outcome) for outcome in outcomes] == [["w1", "w10", "w100"], [], []]


def test_the_anniversary_of_a_leap_day_is_the_28th_at_local_midnight():
    engine = engine_with(Achievement("a-year", AnniversaryTrigger(1)))
    engine.identify("jo", time_zone="Europe/London", sign_up_date="2020-02-29", at=at("2020-03-01T10:00"))
    [effect] = engine.settle(at=at("2021-03-01T00:00"))
    assert (effect.type, effect.at) == ("achievement.completed", at("2021-02-28T00:00"))


def test_an_anniversary_completes_its_composite_at_the_same_midnight():
    engine = engine_with(
        Achievement("a-year", AnniversaryTrigger(1)),
        Achievement("first-year", CompositeTrigger(["a-year", "first"])),
        Achievement("first", MetricTrigger("words", 1)),
        points=[PointsSystem("xp", triggers=[AchievementPointsTrigger("first-year", points=10)])],
    )
    engine.identify("jo", time_zone="Europe/London", sign_up_date="2024-06-01", at=at("2025-04-02T10:00"))
    play(engine, "2025-04-02T10:00 words 1")
    effects = [effect for effect in engine.settle(at=at("2025-06-01T00:00")) if effect.type != "streak.lost"]
    assert [(effect.type, effect.at) for effect in effects] == [
        ("achievement.completed", at("2025-05-31T23:00")),
        ("achievement.completed", at("2025-05-31T23:00")),
        ("points.awarded", at("2025-05-31T23:00")),
    ]
    assert list(engine.user("jo", at=at("2025-06-01T00:00")).completed) == ["first", "a-year", "first-year"]


def test_past_anniversaries_are_completed_without_announcement():
    engine = engine_with(
        *(Achievement(f"y{n}", AnniversaryTrigger(n)) for n in (1, 2, 3)),
        points=[PointsSystem("xp", triggers=[AchievementPointsTrigger(f"y{n}", points=10) for n in (1, 2, 3)])],
    )
    outcome = engine.identify("jo", sign_up_date="2023-02-01", at=at("2025-04-02T10:00"))
    assert [effect.type for effect in outcome.effects].count("achievement.backdated") == 2
    player = engine.user("jo", at=at("2026-02-01T00:00"))
    assert list(player.completed) == ["y1", "y2", "y3"]
    assert player.points["xp"].total == 10
