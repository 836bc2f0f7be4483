"""Why something happened, and why something did not."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from explained import told
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    Attribute,
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    TimePointsTrigger,
    UnknownKey,
    UnknownUser,
    UserCreationPointsTrigger,
)

# --- an event ---------------------------------------------------------------------------------------------------------


def test_an_event_falls_on_the_local_day_of_its_user(engine):
    outcome = engine.record("words", user="ann", value=25, at=at("04-01T22:30"), attributes={"device": "ios"})
    explained = outcome.explain()
    assert (explained.day, explained.time_zone, explained.repeated) == (
        date(2025, 4, 2),
        "Europe/Berlin (+02:00)",
        False,
    )
    told(
        explained,
        """
        ann recorded 25 for words (device = 'ios') on Wednesday 2025-04-02 00:30:00, Europe/Berlin (+02:00).
          words: 0 + 25 = 25
          a streak started: the day of Wednesday 2025-04-02 is credited
          xp +11 = 11, for every 10 words: 2 × 5 × 1.1 (spring) = 11
        """,
    )


def test_boosts_multiply_exactly_in_order_round_once_and_the_maximum_takes_the_rest(engine):
    engine.record("words", user="ann", value=40, at=at("04-04T10:00"))
    explained = engine.record("words", user="ann", value=75, at=at("04-05T10:00")).explain()
    told(
        explained,
        r"""
        ann recorded 75 for words on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
          words: 40 + 75 = 115
          the streak grew to 2 days: Saturday 2025-04-05 is credited
          'hundred' was completed: words went from 40 to 115, reaching the threshold of 100
          xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) = 43.75 × 1.1 (spring) = 48.125, \
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


def test_what_time_had_made_due_comes_before(story):
    outcome = story.record("views", user="ann", at=at("04-08T10:00"))
    told(
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
    told(
        outcome.explain(),
        r"""
        ann recorded -3.5 for words on Wednesday 2025-04-02 12:00:00, Europe/Berlin (+02:00). \
        Its idempotency key was used before: nothing changed.
        """,
    )
    called = engine.complete("onboarded", user="ann", at=at("04-02T11:00")).explain()
    assert called.text.endswith("  'onboarded' was completed: the application said so")
    moved = engine.identify("ann", time_zone="Asia/Tokyo", sign_up_date="2023-01-01", at=at("04-02T12:00")).explain()
    told(
        moved,
        r"""
        ann was identified with sign up date 2023-01-01 and time zone Asia/Tokyo on Wednesday 2025-04-02 21:00:00, \
        Asia/Tokyo (+09:00).
          sign up date changed from none to 2023-01-01
          time zone changed from Europe/Berlin to Asia/Tokyo
          'veteran' was backdated: 2 years since the sign-up
        """,
    )


def test_an_award_for_certain_events_is_explained_by_the_fewest_steps():
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


# --- an achievement ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (
            "hundred",
            """
            ann has 'hundred': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              words went from 40 to 115, reaching the threshold of 100
            """,
        ),
        (
            "three",
            """
            ann has 'three': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              the streak went from 2 to 3, reaching the threshold of 3
            """,
        ),
        (
            "ios",
            """
            ann does not have 'ios' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words with device = 'ios': 25 of 30, 5 missing; events with other attributes add up to 94
            """,
        ),
        (
            "pro",
            """
            ann does not have 'pro' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words: 119, at or above the threshold of 20
              it requires plan = 'pro'; the value of this user is 'free'
            """,
        ),
        (
            "both",
            """
            ann does not have 'both' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              1 of 2 prerequisites completed; missing: onboarded
            """,
        ),
        (
            "onboarded",
            """
            ann does not have 'onboarded' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              the application has not completed it
            """,
        ),
        (
            "veteran",
            """
            ann does not have 'veteran' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              years since the sign-up: 0 of 2, 2 missing
            """,
        ),
    ],
)
def test_why_an_achievement_is_held_or_not(story, key, expected):
    told(story.explain("ann", achievement=key), expected)


def test_an_achievement_is_explained_as_of_any_instant(story):
    then = story.explain("ann", achievement="hundred", at=at("04-05T09:59"))
    assert (then.completed, then.progress.after, then.progress.missing) == (False, 40, 60)
    now = story.explain("ann", achievement="hundred", at=at("04-05T10:00"))
    assert (now.completed, now.achieved_at) == (True, at("04-05T10:00"))


def test_an_achievement_that_attributes_opened_and_a_composite(story):
    story.identify("ann", attributes={"plan": "pro"}, at=at("04-06T12:00"))
    story.record("words", user="ann", at=at("04-06T12:01"))
    story.complete("onboarded", user="ann", at=at("04-06T12:02"))
    assert story.explain("ann", achievement="pro").text.endswith("  words: 120, at or above the threshold of 20")
    both = story.explain("ann", achievement="both")
    assert both.text.endswith("  its prerequisites are completed: hundred and onboarded")
    assert [one.achieved_at for one in both.prerequisites] == [at("04-05T10:00"), at("04-06T12:02")]
    assert story.explain("ann", achievement="onboarded").text.endswith("the application completed it")


# --- points -----------------------------------------------------------------------------------------------------------


def test_a_balance_is_explained_by_every_award_and_by_those_that_came_to_nothing(story):
    explained = story.explain("ann", points="xp")
    told(
        explained,
        r"""
        ann has 0 of at most 60 xp.
          Wednesday 2025-04-02 00:30:00  xp +11 = 11, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Wednesday 2025-04-02 00:30:00  xp +0 = 11, for every period of the streak: nothing, because it requires \
        plan = 'pro'; the value of this user is 'free'
          Friday 2025-04-04 12:00:00  xp +11 = 22, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Friday 2025-04-04 12:00:00  xp +0 = 22, for every period of the streak: nothing, because it requires \
        plan = 'pro'; the value of this user is 'free'
          Saturday 2025-04-05 12:00:00  xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) = 43.75 × 1.1 (spring) \
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


def test_every_trigger_says_for_what_it_pays():
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
    told(
        engine.explain("ann", points="energy", at=at("04-01T20:00")),
        """
        ann has 7 of at most 7 energy.
          Tuesday 2025-04-01 10:00:00  energy +5 = 5, for signing up: 5
          Tuesday 2025-04-01 12:00:00  energy +1 = 6, every 2 hours: 1
          Tuesday 2025-04-01 12:30:00  energy +1 = 7, for the achievement 'called': 4; 3 above the maximum
        """,
    )


# --- asking -----------------------------------------------------------------------------------------------------------


def test_explanations_follow_the_rules_that_were_in_force(story):
    storage = story._repository.storage
    freer = Ruleset(metrics=[Metric("words")], achievements=[Achievement("ten", MetricTrigger("words", 10))])
    later = Engine(freer, storage=storage, clock=lambda: at("04-07T12:00"))
    later.record("words", user="ann", at=at("04-07T11:00"))
    assert later.explain("ann", achievement="ten").progress.after == 119
    assert later.explain("ann", achievement="hundred", at=at("04-05T12:00")).completed
    with pytest.raises(UnknownKey, match="unknown achievement 'hundred'"):
        later.explain("ann", achievement="hundred")
    with pytest.raises(UnknownKey, match="unknown rule 'streak'"):
        later.explain("ann", streak=True)


def test_an_achievement_that_was_completed_under_other_rules_is_explained_by_those():
    first = Achievement("a", MetricTrigger("words", 1))
    rules = Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event")], achievements=[first])
    engine = Engine(rules)
    engine.record("words", user="ann", value=3, at=at("04-01T10:00"))
    on_ios = Achievement("a", MetricTrigger("words", 5, {"device": "ios"}))
    engine.update(attrs.evolve(rules, achievements=[on_ios]), at=at("04-02T10:00"))
    explained = engine.explain("ann", achievement="a", at=at("04-03T10:00"))
    assert (explained.progress.counter, explained.progress.target, explained.backdated) == ("words", 1, False)


def test_an_achievement_that_rules_found_to_be_due_is_explained_by_where_its_counter_stood():
    engine = Engine(Ruleset(metrics=[Metric("words")]))
    engine.record("words", user="ann", value=3, at=at("04-01T10:00"))
    metrics = [Metric("views"), Metric("lessons"), Metric("words")]
    due = Ruleset(metrics=metrics, achievements=[Achievement("a", MetricTrigger("words", 1))])
    engine.update(due, at=at("04-02T10:00"))
    explained = engine.explain("ann", achievement="a", at=at("04-03T10:00"))
    assert explained.backdated
    assert explained.progress.text == "words: 3, at or above the threshold of 1"


def test_exactly_one_thing_is_asked_for(story):
    for asked in ({}, {"achievement": "pro", "streak": True}, {"points": "xp", "achievement": "pro"}):
        with pytest.raises(InvalidValue, match="exactly one of"):
            story.explain("ann", **asked)
    with pytest.raises(UnknownKey, match="unknown points system 'gems'; known: 'xp'"):
        story.explain("ann", points="gems")
    with pytest.raises(UnknownUser):
        story.explain("ben", streak=True)
    with pytest.raises(UnknownUser):
        story.explain("ann", streak=True, at=at("04-01T07:00"))
