"""Why a streak runs or not: its credits, the periods that were carried, and its loss."""

from datetime import date

import attrs
import pytest
from explained import assert_explanation
from stories import at

from trophy_engine import (
    Engine,
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.explain.streak import Condition
from trophy_engine.numbers import exact


def test_a_running_streak_and_the_freeze_that_carried_it(story):
    explained = story.explain("ann", streak=True, at=at("04-05T12:00"))
    assert_explanation(
        explained,
        """
        ann has a streak of 3 days, with freezes spent on 1 missed day.
        It is Saturday 2025-04-05 14:00:00, Europe/Berlin (+02:00).
        This day is credited.
        Activity by the end of Sunday 2025-04-06 keeps it; 0 freezes available.
        """,
    )
    assert [(period.first_day.day, period.kind, period.length) for period in explained.periods] == [
        (2, "credited", 1),
        (3, "frozen", 1),
        (4, "credited", 2),
        (5, "credited", 3),
    ]


def test_a_lost_streak_is_explained_by_its_missed_day_and_remedy(story):
    explained = story.explain("ann", streak=True)
    assert_explanation(
        explained,
        r"""
        ann has no streak; the longest was 3 days.
        It is Monday 2025-04-07 14:00:00, Europe/Berlin (+02:00).
        This day is not credited yet: words 0 of 10.
        Sunday 2025-04-06 was missed, which ended a streak of 3 on Monday 2025-04-07 00:00:00, \
        Europe/Berlin (+02:00).
        It would have been saved by recording 6 more for words by the end of Sunday 2025-04-06, or by a freeze.
        """,
    )
    assert explained.missed.ended_at == at("04-06T22:00")
    [condition] = explained.missed.conditions
    assert (condition.total, condition.threshold, condition.missing) == (4, 10, 6)


def test_a_week_with_two_conditions_is_missed_at_the_end_of_a_long_day():
    streak = Streak("habit", "weekly", [StreakMetric("words", 5), StreakMetric("views")], "AND")
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("views")], streaks=[streak], first_weekday="monday"))
    engine.identify("ann", time_zone="America/New_York", at=at("10-20T12:00"))
    engine.record("words", user="ann", value=5, at=at("10-20T12:00"))
    engine.record("views", user="ann", at=at("10-20T12:00"))
    engine.record("words", user="ann", value=2.5, at=at("10-28T12:00"))
    missed = engine.explain("ann", streak=True, at=at("11-04T12:00")).missed
    # Clocks go back on 2 November, so the week from 27 October to that day has one more hour.
    assert missed.ended_at == at("11-03T05:00")
    assert_explanation(
        missed.text,
        r"""
        Monday 2025-10-27 to Sunday 2025-11-02 was missed, which ended a streak of 1 on Monday 2025-11-03 \
        00:00:00, America/New_York (-05:00).
        It would have been saved by recording 2.5 more for words and 1 for views by the end of Sunday 2025-11-02.
        """,
    )


def test_a_skipped_date_is_not_missed():
    engine = Engine(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])]))
    engine.identify("ann", time_zone="Pacific/Apia", at=at("2011-12-29T12:00"))
    engine.record("words", user="ann", at=at("2011-12-30T09:30"))  # 29 December, the last before the 31st
    explained = engine.explain("ann", streak=True, at=at("2011-12-31T08:00"))
    assert (explained.length, explained.expires, explained.missed) == (1, date(2011, 12, 31), None)
    ended = engine.explain("ann", streak=True, at=at("2012-01-02T12:00"))
    assert ended.missed.first_day == date(2011, 12, 31)


@pytest.mark.parametrize("frequency", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("mode", ["AND", "OR"])
def test_a_credited_period_has_the_totals_of_all_its_events(frequency, mode):
    metrics = [StreakMetric("words", 10), StreakMetric("views", 2)]
    engine = Engine(
        Ruleset(metrics=[Metric("words"), Metric("views")], streaks=[Streak("habit", frequency, metrics, mode)])
    )
    engine.record("words", user="ann", value=50, at=at("01-01T12:00"))
    engine.record("views", user="ann", value=2, at=at("01-01T12:00"))
    shown = []
    for hour, (metric, value) in enumerate([("views", 1), ("words", 4), ("words", 5), ("words", 7), ("views", 1)]):
        engine.record(metric, user="ann", value=value, at=at(f"04-02T{hour:02}:00"))
        shown.append([condition.total for condition in streak_of(engine, f"04-02T{hour:02}:30").conditions])
    assert shown == [[0, 1], [4, 1], [9, 1], [16, 1], [16, 2]]
    assert streak_of(engine, "04-02T13:00").is_credited


def test_the_totals_of_a_credited_period_are_shown_from_the_last_reset_on():
    engine = cared_for()
    engine.record("words", user="ann", value=5, at=at("04-04T12:30"))
    assert [condition.total for condition in streak_of(engine, "04-04T12:40").conditions] == [15]
    engine.reset_streak("ann", at=at("04-04T13:00"))
    for value, total in ((4, 4), (7, 11), (3, 14)):
        engine.record("words", user="ann", value=value, at=at("04-04T14:00"))
        assert [condition.total for condition in streak_of(engine, "04-04T14:00").conditions] == [total]


# --- streak commands, and a custom streak-----------------------------------------


def streak_of(engine, instant):
    return engine.explain("ann", streak=True, at=at(instant))


def cared_for():
    streak = Streak("habit", "daily", [StreakMetric("words", 10)], freezes=Freezes(1), customization_enabled=True)
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("views")], streaks=[streak]))
    for day in (1, 2, 4):
        engine.record("words", user="ann", value=10, at=at(f"04-0{day}T12:00"))
    return engine


def test_a_restored_streak_is_explained_with_its_loss_and_earlier_freezes():
    engine = cared_for()
    engine.restore_streak("ann", at=at("04-08T12:00"))
    explained = streak_of(engine, "04-08T13:00")
    assert_explanation(
        explained,
        """
        ann has a streak of 3 days, with freezes spent on 1 missed day.
        It is Tuesday 2025-04-08 13:00:00, UTC.
        This day is not credited yet: words 0 of 10.
        Activity by the end of Wednesday 2025-04-09 keeps it; 0 freezes available.
        Saturday 2025-04-05 was missed, which ended a streak of 3 on Sunday 2025-04-06 00:00:00, UTC.
        It would have been saved by recording 10 for words by the end of Saturday 2025-04-05, or by a freeze.
        The application restored a streak of 3 days on Tuesday 2025-04-08.
        """,
    )
    assert [period.kind for period in explained.periods][-2:] == ["missed", "restored"]


def test_a_streak_that_the_application_ended_was_not_missed():
    engine = cared_for()
    reset = engine.reset_streak("ann", at=at("04-04T13:00"))
    explained = streak_of(engine, "04-04T14:00")
    assert_explanation(
        explained,
        """
        ann has no streak; the longest was 3 days.
        It is Friday 2025-04-04 14:00:00, UTC.
        This day is not credited yet: words 0 of 10.
        The application reset a streak of 3 days on Friday 2025-04-04.
        """,
    )
    assert (explained.missed, explained.periods[-1].kind) == (None, "reset")
    assert [one.text for one in reset.explain().consequences] == [
        "the streak of 3 days was reset by the application",
        "the streak of 3 days was lost by the reset",
    ]


def test_custom_conditions_and_days_off_are_explained():
    engine = cared_for()
    own = [StreakMetric("words", 20), StreakMetric("views", 2)]
    engine.prefer("ann", metrics=own, evaluation_mode="AND", days_off=["saturday"], at=at("04-04T13:00"))
    engine.record("words", user="ann", value=5, at=at("04-06T12:00"))
    today = streak_of(engine, "04-06T13:00")
    assert [(condition.metric, condition.total, condition.threshold) for condition in today.conditions] == [
        ("words", 5, 20),
        ("views", 0, 2),
    ]
    assert (today.length, today.expires) == (3, date(2025, 4, 6))
    missed = streak_of(engine, "04-07T13:00").missed
    assert missed.saved_by[0] == "recording 15 more for words and 2 for views by the end of Sunday 2025-04-06"


def test_without_conditions_nothing_credits_a_day():
    streak = Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)
    engine = Engine(Ruleset([Metric("words"), Metric("views")], streaks=[streak]))
    act(engine, 1)
    engine.prefer("ann", metrics=[StreakMetric("views")], at=at("04-01T13:00"))
    engine.update(Ruleset([Metric("words")], streaks=[streak]), at=at("04-02T13:00"))
    assert "No event credits this day: the streak has no conditions." in streak_of(engine, "04-02T14:00").text


def test_easier_conditions_that_the_totals_already_meet_need_one_more_event():
    harder = Streak("habit", metrics=[StreakMetric("words", 10), StreakMetric("views", 2)], evaluation_mode="AND")
    engine = Engine(Ruleset(metrics=[Metric("words"), Metric("views")], streaks=[harder]))
    for day, words in ((1, 10), (2, 5)):
        engine.record("words", user="ann", value=words, at=at(f"04-0{day}T12:00"))
        engine.record("views", user="ann", value=2, at=at(f"04-0{day}T12:00"))
    easier = attrs.evolve(harder, metrics=[StreakMetric("words", 5), StreakMetric("views")])
    engine.update(attrs.evolve(engine.ruleset, streaks=[easier]), at=at("04-02T13:00"))
    missed = streak_of(engine, "04-03T12:00").missed
    assert missed.saved_by == ("recording anything for words or views by the end of Wednesday 2025-04-02",)


def test_a_streak_without_conditions_cannot_be_saved_by_an_event():
    engine = cared_for()
    engine.prefer("ann", metrics=[StreakMetric("views")], at=at("04-04T13:00"))
    streak = attrs.evolve(engine.ruleset.primary_streak, freezes=None)
    engine.update(attrs.evolve(engine.ruleset, metrics=[Metric("words")], streaks=[streak]), at=at("04-04T14:00"))
    missed = streak_of(engine, "04-06T13:00").missed
    assert missed.saved_by == ()
    assert missed.text == (
        "Saturday 2025-04-05 was missed, which ended a streak of 3 on Sunday 2025-04-06 00:00:00, UTC."
    )


def engine_with_freezes():
    return Engine(rules_with_freezes())


def rules_with_freezes(frequency="daily"):
    streak = Streak("habit", frequency, [StreakMetric("words")], freezes=Freezes(start_count=3))
    return Ruleset([Metric("words")], streaks=[streak], first_weekday="monday")


def act(engine, *days):
    for day in days:
        engine.record("words", user="ann", at=at(f"04-{day:02}T12:00"))


def test_a_streak_that_the_user_disabled_is_explained_and_its_freezes_are_not_those_of_the_next():
    engine = engine_with_freezes()
    act(engine, 1, 3, 4)
    engine.prefer("ann", streak_enabled=False, at=at("04-04T13:00"))
    explained = engine.explain("ann", streak=True, at=at("04-07T12:00"))
    assert explained.is_disabled
    assert_explanation(
        explained,
        """
        ann has no streak; the longest was 3 days.
        It is Monday 2025-04-07 12:00:00, UTC.
        No event credits this day: the user has disabled the streak.
        The user disabled a streak of 3 days on Friday 2025-04-04.
        """,
    )
    assert [period.kind for period in explained.periods] == ["credited", "frozen", "credited", "credited", "disabled"]
    engine.prefer("ann", streak_enabled=True, at=at("04-07T13:00"))
    act(engine, 8)
    explained = engine.explain("ann", streak=True, at=at("04-08T13:00"))
    assert (explained.length, explained.frozen_periods, explained.is_disabled) == (1, 0, False)
    assert explained.text.startswith("ann has a streak of 1 day.")


def test_freezes_that_a_streak_by_another_calendar_has_spent_are_its_own():
    engine = engine_with_freezes()
    act(engine, 1, 3, 4)
    engine.update(rules_with_freezes("weekly"), at=at("04-04T13:00"))
    explained = engine.explain("ann", streak=True, at=at("04-05T12:00"))
    assert (explained.length, explained.frozen_periods) == (1, 0)
    engine.update(rules_with_freezes("daily"), at=at("04-05T13:00"))
    explained = engine.explain("ann", streak=True, at=at("04-05T14:00"))
    assert (explained.length, explained.frozen_periods) == (3, 1)


def test_freezes_that_were_spent_before_the_streak_was_removed_are_not_those_of_the_next():
    engine = engine_with_freezes()
    act(engine, 1, 3, 4)
    engine.update(Ruleset([Metric("words")], first_weekday="monday"), at=at("04-04T13:00"))
    engine.update(rules_with_freezes(), at=at("04-04T14:00"))
    act(engine, 5)
    explained = engine.explain("ann", streak=True, at=at("04-05T13:00"))
    assert (explained.length, explained.frozen_periods) == (1, 0)


def test_freezes_between_a_loss_and_its_restoration_are_not_those_of_the_restored_streak():
    engine = engine_with_freezes()
    act(engine, 1, 2, 4, 5, 6)  # a freeze on the 3rd; the next two on the 7th and the 8th, and a loss on the 9th
    act(engine, 11)
    engine.grant_freeze("ann", at=at("04-11T13:00"))
    act(engine, 13)  # a freeze on the 12th
    engine.restore_streak("ann", at=at("04-13T13:00"))
    explained = engine.explain("ann", streak=True, at=at("04-13T14:00"))
    assert (explained.length, explained.frozen_periods) == (5, 3)


def test_a_streak_that_was_lost_and_then_disabled_needs_nothing():
    engine = Engine(attrs.evolve(rules_with_freezes(), streaks=[Streak("habit", "daily", [StreakMetric("words")])]))
    act(engine, 1)
    engine.prefer("ann", streak_enabled=False, at=at("04-05T12:00"))
    explained = engine.explain("ann", streak=True, at=at("04-06T12:00"))
    assert (explained.is_disabled, explained.missed) == (True, None)
    engine.prefer("ann", streak_enabled=True, at=at("04-07T12:00"))
    assert engine.explain("ann", streak=True, at=at("04-07T12:00")).missed.first_day == date(2025, 4, 2)


def test_what_is_missing_is_exact_for_any_number():
    condition = Condition("words", exact(0.3), 10**29)
    assert str(condition.missing) == "99999999999999999999999999999.7"
