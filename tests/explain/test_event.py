"""What an event did, and why."""

from datetime import date
from decimal import Decimal

import pytest
from explained import assert_explanation
from stories import at

from trophy_engine import (
    Attribute,
    Boost,
    Engine,
    Freezes,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)


def test_an_event_falls_on_the_local_day_of_its_user(engine):
    outcome = engine.record("words", user="ann", value=25, at=at("04-01T22:30"), attributes={"device": "ios"})
    explained = outcome.explain()
    assert (explained.day, explained.time_zone, explained.is_repeated) == (
        date(2025, 4, 2),
        "Europe/Berlin (+02:00)",
        False,
    )
    assert_explanation(
        explained,
        """
        ann recorded 25 for words (device = 'ios') on Wednesday 2025-04-02 00:30:00, Europe/Berlin (+02:00).
          words: 0 + 25 = 25
          the streak started: Wednesday 2025-04-02 is credited
          xp +11 = 11, for every 10 words: 2 × 5 × 1.1 (spring) = 11
        """,
    )


def test_boosts_multiply_exactly_in_order_round_once_and_the_maximum_takes_the_rest(engine):
    engine.record("words", user="ann", value=40, at=at("04-04T10:00"))
    explained = engine.record("words", user="ann", value=75, at=at("04-05T10:00")).explain()
    assert_explanation(
        explained,
        r"""
        ann recorded 75 for words on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
          words: 40 + 75 = 115
          the streak grew to 2 days: Saturday 2025-04-05 is credited
          'hundred' was completed: words went from 40 to 115, reaching the threshold of 100
          xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) × 1.1 (spring) = 48.125, \
        rounded down to 48; 10 above the maximum
        """,
    )
    award = explained.consequences[-1].award
    assert [(step.name, step.multiplier, step.product) for step in award.boosts] == [
        ("weekend", Decimal("1.25"), Decimal("43.75")),
        ("spring", Decimal("1.1"), Decimal("48.125")),
    ]
    assert (award.times, award.amount, award.boosted, award.rounding) == (7, 35, 48, "down")
    assert (award.bound, award.clipped, award.awarded, award.before, award.total) == ("maximum", 10, 38, 22, 60)


def test_effects_of_time_are_explained_before_the_event(story):
    outcome = story.record("views", user="ann", at=at("04-08T10:00"))
    assert_explanation(
        outcome.explain(),
        """
        ann recorded 1 for views on Tuesday 2025-04-08 12:00:00, Europe/Berlin (+02:00).
          earlier, on Monday 2025-04-07 00:00:00: the streak of 3 days was lost: Sunday 2025-04-06 was missed
          views: 2 + 1 = 3
        """,
    )


def test_a_repeated_key_a_call_and_a_change_of_fields(engine):
    for _ in range(2):
        outcome = engine.record("words", user="ann", value=-3.5, at=at("04-02T10:00"), idempotency_key="k")
    assert_explanation(
        outcome.explain(),
        r"""
        ann recorded -3.5 for words on Wednesday 2025-04-02 12:00:00, Europe/Berlin (+02:00). \
        Its idempotency key was used before: nothing changed.
        """,
    )
    called = engine.complete("onboarded", user="ann", at=at("04-02T11:00")).explain()
    assert called.text.endswith("  'onboarded' was completed: the application completed it")
    moved = engine.identify("ann", time_zone="Asia/Tokyo", sign_up_date="2023-01-01", at=at("04-02T12:00")).explain()
    assert_explanation(
        moved,
        r"""
        ann was identified with sign up date 2023-01-01 and time zone Asia/Tokyo on Wednesday 2025-04-02 21:00:00, \
        Asia/Tokyo (+09:00).
          sign up date changed from none to 2023-01-01
          time zone changed from Europe/Berlin to Asia/Tokyo
          'veteran' was backdated: 2 years since the sign-up
        """,
    )


def test_a_filtered_award_is_explained_by_the_fewest_steps():
    device = {"device": "ios"}
    triggers = [MetricPointsTrigger("words", points=2, threshold=5, event_attributes=device)]
    rules = Ruleset(
        metrics=[Metric("words")],
        attributes=[Attribute("device", "event")],
        points=[PointsSystem("xp", triggers=triggers)],
    )
    engine = Engine(rules)
    engine.record("words", user="ann", value=4, at=at("04-01T10:00"), attributes=device)
    engine.record("words", user="ann", value=90, at=at("04-01T10:00"))
    outcome = engine.record("words", user="ann", value=11, at=at("04-01T10:00"), attributes=device)
    assert outcome.explain().consequences[-1].text == ("xp +6 = 6, for every 5 words with device = 'ios': 3 × 2 = 6")


@pytest.mark.parametrize(
    ("frequency", "next_period", "names"),
    [
        ("daily", "04-02T09:00", ["Tuesday 2025-04-01", "Wednesday 2025-04-02", "Thursday 2025-04-03"]),
        ("weekly", "04-07T09:00", [f"the week of Monday 2025-{day}" for day in ("03-31", "04-07", "04-14")]),
        (
            "monthly",
            "05-07T09:00",
            ["the month of Tuesday 2025-04-01", "the month of Thursday 2025-05-01", "the month of Sunday 2025-06-01"],
        ),
    ],
)
def test_a_period_of_a_streak_is_named_by_its_unit(frequency, next_period, names):
    habit = Streak("habit", frequency, [StreakMetric("words")], freezes=Freezes(1))
    engine = Engine(Ruleset([Metric("words")], first_weekday="monday", streaks=[habit]))
    noun = {"daily": "day", "weekly": "week", "monthly": "month"}[frequency]
    started = engine.record("words", user="ann", at=at("04-01T09:00")).explain()
    extended = engine.record("words", user="ann", at=at(next_period)).explain()
    late = engine.record("words", user="ann", at=at("12-01T09:00")).explain()
    assert f"the streak started: {names[0]} is credited" in started.text
    assert f"the streak grew to 2 {noun}s: {names[1]} is credited" in extended.text
    assert f"a freeze was spent on {names[2]}, so the streak continues; 0 left" in late.text
    [lost] = [consequence.text for consequence in late.consequences if consequence.type == "streak.lost"]
    assert lost.startswith(f"the streak of 2 {noun}s was lost: {'' if noun == 'day' else f'the {noun} of '}")
    assert lost.endswith(" was missed")


@pytest.mark.parametrize("freezes", [0, 1])
def test_a_flight_names_the_period_that_goes_on(freezes):
    habit = Streak("habit", "weekly", [StreakMetric("words")], freezes=Freezes(freezes))
    engine = Engine(Ruleset([Metric("words")], first_weekday="monday", streaks=[habit]))
    engine.identify("ann", time_zone="Asia/Tokyo", at=at("04-01T09:00"))
    engine.record("words", user="ann", at=at("04-01T09:00"))
    engine.settle(at=at("04-13T15:30"))  # the week after it is over in Tokyo
    text = engine.identify("ann", time_zone="America/New_York", at=at("04-13T16:00")).explain().text
    assert "the local date is in the week of Monday 2025-04-07 again: " in text


def test_a_boosted_award_is_one_product():
    boosts = [Boost("A", 1.5), Boost("B", 1.5)]
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)], boosts=boosts)
    engine = Engine(Ruleset([Metric("words")], points=[xp]))
    text = engine.record("words", user="ann", at=at("04-01T09:00")).explain().text
    assert text.endswith("xp +11 = 11, for words: 5 × 1.5 (A) × 1.5 (B) = 11.25, rounded down to 11")
