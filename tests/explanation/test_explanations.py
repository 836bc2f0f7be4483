"""Why something happened, and why something did not."""

import re
from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest
from stories import at

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Freezes,
    InvalidValue,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    StreakTrigger,
    TimePointsTrigger,
    UnknownKey,
    UnknownUser,
    UserCreationPointsTrigger,
)

RULES = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    attributes=[Attribute("plan"), Attribute("device", "event")],
    streak=Streak(metrics=[StreakMetric("words", 10)], freezes=Freezes(1)),
    achievements=[
        Achievement("hundred", MetricTrigger("words", 100)),
        Achievement("ios", MetricTrigger("words", 30, {"device": "ios"})),
        Achievement("pro", MetricTrigger("words", 20), user_attributes={"plan": "pro"}),
        Achievement("onboarded", ApiTrigger()),
        Achievement("both", CompositeTrigger(["hundred", "onboarded"])),
        Achievement("three", StreakTrigger(3)),
        Achievement("veteran", AnniversaryTrigger(2)),
    ],
    points=[
        PointsSystem(
            "xp",
            maximum=60,
            triggers=[
                MetricPointsTrigger("words", points=5, threshold=10),
                MetricPointsTrigger("views", points=-50),
                StreakPointsTrigger(3, user_attributes={"plan": "pro"}),
            ],
            boosts=[
                Boost("weekend", 1.25, date(2025, 4, 5), date(2025, 4, 6)),
                Boost("spring", 1.1, date(2025, 4, 1), rounding="up"),
            ],
            levels=[Level("reader", 20)],
        )
    ],
)


@pytest.fixture
def engine():
    engine = Engine(RULES, clock=lambda: at("04-07T12:00"))
    engine.identify("ann", time_zone="Europe/Berlin", attributes={"plan": "free"}, at=at("04-01T08:00"))
    return engine


@pytest.fixture
def story(engine):
    for when, metric, value, attributes in (
        ("04-01T22:30", "words", 25, {"device": "ios"}),
        ("04-04T10:00", "words", 15, {}),
        ("04-05T10:00", "words", 75, {}),
        ("04-05T11:00", "views", 2, {}),
        ("04-06T11:00", "words", 4, {}),
    ):
        engine.record(metric, user="ann", value=value, at=at(when), attributes=attributes)
    return engine


def told(explained, expected):
    """Compare with lines, of which one that ends in a backslash goes on in the next."""
    assert str(explained) == re.sub(r"\\\n\s*", "", dedent(expected).strip())


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
        ann recorded 25 words (device = 'ios') on Wednesday 2025-04-02 00:30:00, Europe/Berlin (+02:00).
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
        ann recorded 75 words on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
          words: 40 + 75 = 115
          the streak grew to 2 days: Saturday 2025-04-05 is credited
          'hundred' was completed: words went from 40 to 115, across the mark at 100
          xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) = 43.75 × 1.1 (spring) = 48.125, \
        rounded down to 48; the maximum took 10
        """,
    )
    award = explained.consequences[-1].award
    assert [(step.name, step.multiplier, step.product) for step in award.boosts] == [
        ("weekend", Decimal("1.25"), Decimal("43.75")),
        ("spring", Decimal("1.1"), Decimal("48.125")),
    ]
    assert (award.times, award.amount, award.reckoned, award.rounding) == (7, 35, 48, "down")
    assert (award.bound, award.taken, award.awarded, award.before, award.total) == ("maximum", 10, 38, 22, 60)


def test_what_time_had_made_due_comes_before(story):
    outcome = story.record("views", user="ann", at=at("04-08T10:00"))
    told(
        outcome.explain(),
        """
        ann recorded 1 views on Tuesday 2025-04-08 12:00:00, Europe/Berlin (+02:00).
          before, on Monday 2025-04-07 00:00:00: the streak of 3 days was lost: Sunday 2025-04-06 was missed
          views: 2 + 1 = 3
        """,
    )


def test_a_repeated_key_a_call_and_a_change_of_fields(engine):
    for _ in range(2):
        outcome = engine.record("words", user="ann", value=-3.5, at=at("04-02T10:00"), idempotency_key="k")
    told(
        outcome.explain(),
        r"""
        ann recorded -3.5 words on Wednesday 2025-04-02 12:00:00, Europe/Berlin (+02:00). \
        Its idempotency key had been used before: nothing was done.
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
          sign up date changed from nothing to 2023-01-01
          time zone changed from Europe/Berlin to Asia/Tokyo
          'veteran' was completed, found to have been due before: 2 years since the sign-up
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
            ann holds 'hundred': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              words went from 40 to 115, across the mark at 100
            """,
        ),
        (
            "three",
            """
            ann holds 'three': it was completed on Saturday 2025-04-05 12:00:00, Europe/Berlin (+02:00).
              the streak went from 2 to 3, across the mark at 3
            """,
        ),
        (
            "ios",
            """
            ann does not hold 'ios' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words with device = 'ios': 25 of 30, 5 missing; 94 more was recorded without that
            """,
        ),
        (
            "pro",
            """
            ann does not hold 'pro' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              words: 119, past the mark at 20
              it is for users whose plan is 'pro'; this user's is 'free'
            """,
        ),
        (
            "both",
            """
            ann does not hold 'both' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              1 of 2 prerequisites; open: onboarded
            """,
        ),
        (
            "onboarded",
            """
            ann does not hold 'onboarded' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              the application has not said so
            """,
        ),
        (
            "veteran",
            """
            ann does not hold 'veteran' on Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
              years since the sign-up: 0 of 2, 2 missing
            """,
        ),
    ],
)
def test_why_an_achievement_is_held_or_not(story, key, expected):
    told(story.explain("ann", achievement=key), expected)


def test_an_achievement_is_explained_as_of_any_instant(story):
    then = story.explain("ann", achievement="hundred", at=at("04-05T09:59"))
    assert (then.held, then.mark.after, then.mark.missing) == (False, 40, 60)
    now = story.explain("ann", achievement="hundred", at=at("04-05T10:00"))
    assert (now.held, now.achieved_at) == (True, at("04-05T10:00"))


def test_an_achievement_that_attributes_opened_and_a_composite(story):
    story.identify("ann", attributes={"plan": "pro"}, at=at("04-06T12:00"))
    story.record("words", user="ann", at=at("04-06T12:01"))
    story.complete("onboarded", user="ann", at=at("04-06T12:02"))
    assert story.explain("ann", achievement="pro").text.endswith("  words: 120, past the mark at 20")
    both = story.explain("ann", achievement="both")
    assert both.text.endswith("  its prerequisites are held: hundred and onboarded")
    assert [one.achieved_at for one in both.prerequisites] == [at("04-05T10:00"), at("04-06T12:02")]
    assert story.explain("ann", achievement="onboarded").text.endswith("the application said so")


# --- points -----------------------------------------------------------------------------------------------------------


def test_a_balance_is_explained_by_every_award_and_by_those_that_came_to_nothing(story):
    explained = story.explain("ann", points="xp")
    told(
        explained,
        r"""
        ann holds 0 of at most 60 xp.
          Wednesday 2025-04-02 00:30:00  xp +11 = 11, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Wednesday 2025-04-02 00:30:00  xp +0 = 11, for every period of the streak: nothing, for it is for users \
        whose plan is 'pro'; this user's is 'free'
          Friday 2025-04-04 12:00:00  xp +11 = 22, for every 10 words: 2 × 5 × 1.1 (spring) = 11
          Friday 2025-04-04 12:00:00  xp +0 = 22, for every period of the streak: nothing, for it is for users \
        whose plan is 'pro'; this user's is 'free'
          Saturday 2025-04-05 12:00:00  xp +38 = 60, for every 10 words: 7 × 5 × 1.25 (weekend) = 43.75 × 1.1 (spring) \
        = 48.125, rounded down to 48; the maximum took 10
          Saturday 2025-04-05 12:00:00  xp +0 = 60, for every period of the streak: nothing, for it is for users \
        whose plan is 'pro'; this user's is 'free'
          Saturday 2025-04-05 13:00:00  xp -60 = 0, for views: 2 × -50 = -100; the floor of 0 spared 40
        """,
    )
    assert sum(award.awarded for award in explained.awards) == explained.total
    assert story.explain("ann", points="xp", at=at("04-01T09:00")).text == (
        "ann holds 0 of at most 60 xp. Nothing has been due yet."
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
        ann holds 7 of at most 7 energy.
          Tuesday 2025-04-01 10:00:00  energy +5 = 5, for signing up: 5
          Tuesday 2025-04-01 12:00:00  energy +1 = 6, every 2 hours: 1
          Tuesday 2025-04-01 12:30:00  energy +1 = 7, for the achievement 'called': 4; the maximum took 3
        """,
    )


# --- a streak ---------------------------------------------------------------------------------------------------------


def test_a_running_streak_and_the_freeze_that_carried_it(story):
    explained = story.explain("ann", streak=True, at=at("04-05T12:00"))
    told(
        explained,
        """
        ann has a streak of 3 days, carried over 1 missed day by freezes.
        It is Saturday 2025-04-05 14:00:00, Europe/Berlin (+02:00).
        This day is credited.
        Activity by the end of Sunday 2025-04-06 keeps it; 0 freezes held.
        """,
    )
    assert [(period.first_day.day, period.kind, period.length) for period in explained.periods] == [
        (2, "credited", 1),
        (3, "frozen", 1),
        (4, "credited", 2),
        (5, "credited", 3),
    ]


def test_a_lost_streak_says_what_was_missed_when_it_ended_and_what_would_have_saved_it(story):
    explained = story.explain("ann", streak=True)
    told(
        explained,
        r"""
        ann has no streak; the longest was 3 days.
        It is Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
        This day is not credited yet: words 0 of 10.
        Sunday 2025-04-06 was missed and over at Monday 2025-04-07 00:00:00, Europe/Berlin (+02:00), \
        which ended a streak of 3.
        It would have been saved by 6 more words by the end of Sunday 2025-04-06, or by a freeze.
        """,
    )
    assert explained.missed.ended_at == at("04-06T22:00")
    [condition] = explained.missed.conditions
    assert (condition.found, condition.threshold, condition.missing) == (4, 10, 6)


def test_a_week_with_two_conditions_is_missed_at_the_end_of_a_long_day():
    streak = Streak("weekly", [StreakMetric("words", 5), StreakMetric("views")], "AND", "monday")
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("views")], streak=streak))
    engine.identify("ann", time_zone="America/New_York", at=at("10-20T12:00"))
    engine.record("words", user="ann", value=5, at=at("10-20T12:00"))
    engine.record("views", user="ann", at=at("10-20T12:00"))
    engine.record("words", user="ann", value=2.5, at=at("10-28T12:00"))
    missed = engine.explain("ann", streak=True, at=at("11-04T12:00")).missed
    # Clocks go back on 2 November, so the week from 27 October to that day has an hour more.
    assert missed.ended_at == at("11-03T05:00")
    told(
        missed.text,
        r"""
        Monday 2025-10-27 to Sunday 2025-11-02 was missed and over at Monday 2025-11-03 00:00:00, \
        America/New_York (-05:00), which ended a streak of 1.
        It would have been saved by 2.5 more words and 1 views by the end of Sunday 2025-11-02.
        """,
    )


def test_a_date_that_never_was_is_not_missed():
    engine = Engine(Ruleset(metrics=[Metric("words")], streak=Streak(metrics=[StreakMetric("words")])))
    engine.identify("ann", time_zone="Pacific/Apia", at=at("2011-12-29T12:00"))
    engine.record("words", user="ann", at=at("2011-12-30T09:30"))  # 29 December, the last before the 31st
    explained = engine.explain("ann", streak=True, at=at("2011-12-31T08:00"))
    assert (explained.length, explained.expires, explained.missed) == (1, date(2011, 12, 31), None)
    ended = engine.explain("ann", streak=True, at=at("2012-01-02T12:00"))
    assert ended.missed.first_day == date(2011, 12, 31)


# --- asking -----------------------------------------------------------------------------------------------------------


def test_explanations_follow_the_rules_that_were_in_force(story):
    storage = story._history.storage
    freer = Ruleset(metrics=[Metric("words")], achievements=[Achievement("ten", MetricTrigger("words", 10))])
    later = Engine(freer, storage=storage, clock=lambda: at("04-07T12:00"))
    later.record("words", user="ann", at=at("04-07T11:00"))
    assert later.explain("ann", achievement="ten").mark.after == 119
    assert later.explain("ann", achievement="hundred", at=at("04-05T12:00")).held
    with pytest.raises(UnknownKey, match="unknown achievement 'hundred'"):
        later.explain("ann", achievement="hundred")
    with pytest.raises(UnknownKey, match="unknown rule 'streak'"):
        later.explain("ann", streak=True)


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


# --- a streak that the application cares for, and one of a user's own making ------------------------------------------


def streak_of(engine, instant):
    return engine.explain("ann", streak=True, at=at(instant))


def cared_for():
    streak = Streak("daily", [StreakMetric("words", 10)], freezes=Freezes(1), customization_enabled=True)
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("views")], streak=streak))
    for day in (1, 2, 4):
        engine.record("words", user="ann", value=10, at=at(f"04-0{day}T12:00"))
    return engine


def test_a_restored_streak_is_told_with_what_ended_it_and_with_the_freezes_from_before():
    engine = cared_for()
    engine.restore_streak("ann", at=at("04-08T12:00"))
    explained = streak_of(engine, "04-08T13:00")
    told(
        explained,
        """
        ann has a streak of 3 days, carried over 1 missed day by freezes.
        It is Tuesday 2025-04-08 13:00:00, UTC.
        This day is not credited yet: words 0 of 10.
        Activity by the end of Wednesday 2025-04-09 keeps it; 0 freezes held.
        Saturday 2025-04-05 was missed and over at Sunday 2025-04-06 00:00:00, UTC, which ended a streak of 3.
        It would have been saved by 10 words by the end of Saturday 2025-04-05, or by a freeze.
        The application restored a streak of 3 days on Tuesday 2025-04-08.
        """,
    )
    assert [period.kind for period in explained.periods][-2:] == ["missed", "restored"]


def test_a_streak_that_the_application_ended_was_not_missed():
    engine = cared_for()
    reset = engine.reset_streak("ann", at=at("04-04T13:00"))
    explained = streak_of(engine, "04-04T14:00")
    told(
        explained,
        """
        ann has no streak; the longest was 3 days.
        It is Friday 2025-04-04 14:00:00, UTC.
        This day is not credited yet: words 0 of 10.
        The application ended a streak of 3 days on Friday 2025-04-04.
        """,
    )
    assert (explained.missed, explained.periods[-1].kind) == (None, "reset")
    assert [one.text for one in reset.explain().consequences] == [
        "the streak of 3 days was ended by the application",
        "the streak of 3 days was lost by it",
    ]


def test_conditions_and_days_off_of_ones_own_are_those_that_are_explained():
    engine = cared_for()
    own = [StreakMetric("words", 20), StreakMetric("views", 2)]
    engine.prefer("ann", metrics=own, evaluation_mode="AND", days_off=["saturday"], at=at("04-04T13:00"))
    engine.record("words", user="ann", value=5, at=at("04-06T12:00"))
    today = streak_of(engine, "04-06T13:00")
    assert [(one.metric, one.found, one.threshold) for one in today.conditions] == [("words", 5, 20), ("views", 0, 2)]
    assert (today.length, today.expires) == (3, date(2025, 4, 6))
    missed = streak_of(engine, "04-07T13:00").missed
    assert missed.saved_by[0] == "15 more words and 2 views by the end of Sunday 2025-04-06"


def test_without_conditions_nothing_credits_a_day():
    engine = cared_for()
    engine.prefer("ann", streak_enabled=False, at=at("04-04T13:00"))
    assert "Nothing credits this day: the streak has no conditions." in streak_of(engine, "04-04T14:00").text
