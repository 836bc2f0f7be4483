"""Why a balance has its value: every award, including those of zero points."""

import pytest
from explained import assert_explanation
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    Engine,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakFreezeReward,
    StreakMetric,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)


def test_a_balance_is_explained_by_every_award_and_by_awards_of_zero(story):
    explained = story.explain("ann", points="xp")
    assert_explanation(
        explained,
        r"""
        ann has 0 of at most 60 xp.
          Wednesday 2025-04-02 00:30:00  xp +11 = 11, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Wednesday 2025-04-02 00:30:00  xp +0 = 11, for every period of the streak: nothing, because it requires \
        plan = 'pro'; the value of this user is 'free'
          Friday 2025-04-04 12:00:00  xp +11 = 22, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Friday 2025-04-04 12:00:00  xp +0 = 22, for every period of the streak: nothing, because it requires \
        plan = 'pro'; the value of this user is 'free'
          Saturday 2025-04-05 12:00:00  xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) × 1.1 (spring) \
        = 48.125, rounded down to 48; 10 above the maximum
          Saturday 2025-04-05 12:00:00  xp +0 = 60, for every period of the streak: nothing, because it requires \
        plan = 'pro'; the value of this user is 'free'
          Saturday 2025-04-05 13:00:00  xp -60 = 0, for views: 2 × -50 = -100; 40 below the floor of 0
        """,
    )
    assert sum(award.awarded for award in explained.awards) == explained.total
    assert story.explain("ann", points="xp", at=at("04-01T09:00")).text == (
        "ann has 0 of at most 60 xp. There are no awards yet."
    )
    assert "level 'reader'" in story.explain("ann", points="xp", at=at("04-05T10:30")).text


def test_every_trigger_has_a_description():
    rules = Ruleset(
        metrics=[Metric("words")],
        achievements=[Achievement("called", ApiTrigger())],
        points=[
            PointsSystem(
                "energy",
                maximum=7,
                triggers=[
                    UserCreationPointsTrigger(5),
                    TimePointsTrigger(1, "hours", 2),
                    AchievementPointsTrigger("called", 4),
                ],
            )
        ],
    )
    engine = Engine(rules)
    engine.identify("ann", at=at("04-01T10:00"))
    engine.complete("called", user="ann", at=at("04-01T12:30"))
    assert_explanation(
        engine.explain("ann", points="energy", at=at("04-01T20:00")),
        """
        ann has 7 of at most 7 energy.
          Tuesday 2025-04-01 10:00:00  energy +5 = 5, for signing up: 5
          Tuesday 2025-04-01 12:00:00  energy +1 = 6, every 2 hours: 1
          Tuesday 2025-04-01 12:30:00  energy +1 = 7, for the achievement 'called': 4; 3 above the maximum
        """,
    )


@pytest.mark.parametrize("when", [{"levels": {"xp": "gold"}}, {"achievements": ["rich"]}])
def test_an_award_of_zero_has_the_boosts_of_when_it_was_due(when):
    rules = Ruleset(
        metrics=[Metric("words"), Metric("gained", source={"points": "xp"})],
        achievements=[Achievement("rich", MetricTrigger("gained", 10))],
        points=[
            PointsSystem(
                "xp",
                maximum=10,
                triggers=[MetricPointsTrigger("words", 10), MetricPointsTrigger("words", 4)],
                levels=[Level("gold", 10)],
                boosts=[Boost("golden", 2, when=when)],
            )
        ],
    )
    engine = Engine(rules)
    for hour in (8, 9):
        engine.record("words", user="ann", at=at(f"04-02T{hour:02}:00"))
    assert [award.text for award in engine.explain("ann", points="xp").awards] == [
        "xp +10 = 10, for words: 10",
        "xp +0 = 10, for words: 4; 4 above the maximum",
        "xp +0 = 10, for words: 10 × 2 (golden) = 20; 20 above the maximum",
        "xp +0 = 10, for words: 4 × 2 (golden) = 8; 8 above the maximum",
    ]


def test_an_award_has_the_attributes_and_the_time_zone_of_when_it_was_due():
    when = {"user_attributes": {"plan": "pro"}}
    triggers = [AchievementPointsTrigger("year", 5, when=when), AchievementPointsTrigger("year", 3)]
    rules = Ruleset(
        attributes=[Attribute("plan")],
        achievements=[Achievement("year", AnniversaryTrigger(1))],
        points=[PointsSystem("xp", triggers=triggers)],
    )
    engine = Engine(rules)
    engine.identify("ann", sign_up_date="2024-04-02", at=at("04-01T10:00"))
    engine.identify("ann", attributes={"plan": "pro"}, time_zone="Asia/Tokyo", at=at("04-03T10:00"))
    assert_explanation(
        engine.explain("ann", points="xp"),
        r"""
        ann has 3 xp.
          Wednesday 2025-04-02 00:00:00  xp +0 = 0, for the achievement 'year': nothing, because it requires \
        plan = 'pro'; the value of this user is not set
          Wednesday 2025-04-02 00:00:00  xp +3 = 3, for the achievement 'year': 3
        """,
    )


def test_a_balance_is_explained_where_freezes_are_earned_too():
    freezes = Freezes(max_count=3, rewards=[StreakFreezeReward(1)])
    rules = Ruleset(
        metrics=[Metric("words")],
        streaks=[Streak("daily", metrics=[StreakMetric("words")], freezes=freezes)],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)])],
    )
    engine = Engine(rules)
    engine.record("words", user="ann", at=at("04-01T10:00"))
    assert [award.text for award in engine.explain("ann", points="xp").awards] == ["xp +5 = 5, for words: 5"]


def test_a_points_system_that_is_added_later_is_explained():
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 3)])
    other = PointsSystem("gems", triggers=[MetricPointsTrigger("words", 1)])
    engine = Engine(Ruleset(metrics=[Metric("words")]))
    engine.record("words", user="ann", at=at("04-02T10:00"))
    for systems in ([system], [other, system]):
        engine.update(Ruleset(metrics=[Metric("words")], points=systems), at=at(f"04-02T1{len(systems)}:30"))
        engine.record("words", user="ann", at=at(f"04-02T1{len(systems)}:45"))
    totals = [engine.explain("ann", points=key, at=at("04-03T10:00")).total for key in ("xp", "gems")]
    assert totals == [6, 1]
    assert len(engine.explain("ann", points="xp", at=at("04-03T10:00")).awards) == 2
