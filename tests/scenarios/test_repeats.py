"""Repeatable achievements: at each multiple, or once in each window, or with each call."""

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    AlreadyCompleted,
    ApiTrigger,
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
)
from trophy_engine.core import UserState
from trophy_engine.engine.plugs import compile_ruleset

WORDS = Achievement("fifty", MetricTrigger("words", 50), repeatable=True)
TODAY = Metric("lessons-today", source="lessons", window="day")
THREE = Achievement("three", MetricTrigger("lessons-today", 3), repeatable=True)
METRICS = (Metric("words"), Metric("lessons"), TODAY)
NOON = at("06-03T12:00")


def engine_with(*achievements, metrics=METRICS, **parts):
    return Engine(Ruleset(metrics, achievements=achievements, **parts))


def times(outcome):
    return [effect.times for effect in outcome.effects if effect.type == "achievement.completed"]


def view_of(engine, when=NOON):
    return engine.user("jo", at=when).achievements[0]


def test_three_lessons_a_day_are_rewarded_once_each_day():
    engine = engine_with(THREE)
    monday = play(engine, "\n".join(f"06-02T1{hour}:00 lessons 1" for hour in range(6)))
    tuesday = play(engine, "\n".join(f"06-03T0{hour}:00 lessons 1" for hour in range(3)))
    assert [times(outcome) for outcome in [*monday, *tuesday]] == [[], [], [1], [], [], [], [], [], [1]]
    view = view_of(engine)
    assert (view.times, view.achieved_at, view.last_achieved_at) == (2, at("06-02T12:00"), at("06-03T02:00"))
    assert view.progress is None
    assert engine.user("jo", at=NOON).next_achievements() == ()
    tomorrow = view_of(engine, at("06-04T12:00"))
    assert (tomorrow.times, tomorrow.progress.current, tomorrow.progress.target) == (2, 0, 3)


def test_a_total_that_falls_and_rises_again_within_a_window_counts_once():
    engine = engine_with(THREE)
    story = "06-02T10:00 lessons 3\n06-02T11:00 lessons -3\n06-02T12:00 lessons 3\n06-03T10:00 lessons 3"
    assert [times(outcome) for outcome in play(engine, story)] == [[1], [], [], [1]]


def test_a_date_that_travel_shows_again_is_the_same_window():
    engine = engine_with(THREE)
    engine.identify("jo", time_zone="Pacific/Auckland", at=at("06-01T00:00"))
    assert times(play(engine, "06-02T06:00 lessons 3")[0]) == [1]
    assert times(play(engine, "06-02T13:00 lessons 3")[0]) == [1]  # Tuesday in Auckland
    engine.identify("jo", time_zone="America/Los_Angeles", at=at("06-02T14:00"))
    assert [times(outcome) for outcome in play(engine, "06-02T15:00 lessons -6\n06-02T16:00 lessons 9")] == [[], []]
    assert times(play(engine, "06-04T15:00 lessons 3")[0]) == [1]


def test_each_multiple_of_a_total_counts():
    engine = engine_with(WORDS)
    outcomes = play(engine, "06-01T10:00 words 120\n06-01T11:00 words 29\n06-01T12:00 words 1")
    assert [times(outcome) for outcome in outcomes] == [[2], [], [1]]
    [effect] = [effect for effect in outcomes[-1].effects if effect.type == "achievement.completed"]
    assert (effect.times, effect.number) == (1, 3)
    before, after = view_of(engine, at("06-01T11:00")), view_of(engine)
    assert (before.times, before.progress.current, before.progress.target) == (2, 49, 50)
    assert (after.times, after.progress.current) == (3, 0)
    assert (after.achieved_at, after.last_achieved_at) == (at("06-01T10:00"), at("06-01T12:00"))
    assert [view.times for outcome in outcomes for view in outcome.achievements] == [2, 1]


def test_completions_have_identifiers_of_their_own():
    engine = engine_with(WORDS)
    outcomes = play(engine, "06-01T10:00 words 50\n06-01T11:00 words 50\n06-01T12:00 words 100")
    ids = [view.completion_id for outcome in outcomes for view in outcome.achievements]
    assert len(set(ids)) == 3
    assert view_of(engine).completion_id == ids[-1]


def test_what_fell_and_rises_again_counts_again():
    engine = engine_with(WORDS)
    story = "06-01T10:00 words 60\n06-01T11:00 words -30\n06-01T12:00 words 30\n06-01T12:30 words 39"
    assert [times(outcome) for outcome in play(engine, story)] == [[1], [], [1], []]


def test_streaks_repeat_at_each_multiple_of_their_length():
    engine = engine_with(
        Achievement("pair", StreakTrigger(2), repeatable=True),
        streaks=[Streak("daily", metrics=[StreakMetric("words")])],
    )
    outcomes = play(engine, "\n".join(f"06-0{day}T10:00 words 1" for day in (1, 2, 3, 4, 6, 7)))
    assert [times(outcome) for outcome in outcomes] == [[], [1], [], [1], [], [1]]
    assert view_of(engine, at("06-07T12:00")).times == 3
    assert view_of(engine, at("06-07T12:00")).progress.current == 0


def test_sessions_and_resets_are_windows_too():
    metrics = [
        Metric("kills"),
        Metric("deaths"),
        Metric("spree", source="kills", window={"reset_by": "deaths"}),
        Metric("session", source="kills", window={"session_gap": 30, "unit": "minute"}),
    ]
    spree = Achievement("spree", MetricTrigger("spree", 2), repeatable=True)
    session = Achievement("session", MetricTrigger("session", 3), repeatable=True)
    engine = engine_with(spree, session, metrics=metrics)
    story = "06-01T10:00 kills 4\n06-01T10:10 kills 4\n06-01T10:20 deaths 0\n06-01T10:30 kills 2\n06-01T12:00 kills 3"
    keys = [[view.key for view in outcome.achievements] for outcome in play(engine, story)]
    assert keys == [["spree", "session"], [], [], ["spree"], ["session"]]
    when = at("06-01T12:30")
    assert [view.progress for view in engine.user("jo", at=when).achievements] == [None, None]
    [_, session] = engine.user("jo", at=at("06-01T12:31")).achievements
    assert (session.times, session.progress.current) == (2, 0)


def test_a_window_can_begin_again_twice_at_one_instant():
    spree = Metric("spree", source="kills", window={"reset_by": "deaths"})
    badge = Achievement("spree-of-two", MetricTrigger("spree", 2), repeatable=True)
    engine = engine_with(badge, metrics=[Metric("kills"), Metric("deaths"), spree])
    metrics = ["kills", "kills", "deaths", "kills", "kills", "deaths", "kills", "kills", "kills"]
    completed = [times(engine.record(metric, user="jo", at=NOON)) for metric in metrics]
    assert completed == [[], [1], [], [], [1], [], [], [1], []]
    assert engine.explain("jo", achievement="spree-of-two", at=NOON).next.is_done_in_window
    engine.record("deaths", user="jo", at=NOON)
    assert not engine.explain("jo", achievement="spree-of-two", at=NOON).next.is_done_in_window
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_points_are_paid_for_each_time_in_one_award():
    paid = PointsSystem("xp", triggers=[AchievementPointsTrigger("fifty", 10)])
    outcomes = play(engine_with(WORDS, points=[paid]), "06-01T10:00 words 120\n06-01T11:00 words 30")
    assert [[award.awarded for award in outcome.points["xp"].awards] for outcome in outcomes] == [[20], [10]]
    assert "20" in outcomes[0].explain().text


def test_a_composite_asks_for_the_first_time():
    both = Achievement("both", CompositeTrigger(["fifty", "three"]))
    engine = engine_with(WORDS, THREE, both)
    story = "06-01T10:00 words 150\n06-01T11:00 lessons 3\n06-01T12:00 words 50"
    keys = [[view.key for view in outcome.achievements] for outcome in play(engine, story)]
    assert keys == [["fifty"], ["three", "both"], ["fifty"]]


def test_new_repeatable_achievements_are_backdated_as_often_as_the_total_has_them():
    engine = engine_with()
    play(engine, "06-03T10:00 words 170\n06-03T11:00 lessons 7")
    effects = engine.update(engine_with(WORDS, THREE).ruleset, at=NOON)
    assert [(effect.type, effect.achievement, effect.times) for effect in effects] == [
        ("achievement.backdated", "fifty", 3),
        ("achievement.backdated", "three", 1),
    ]
    outcomes = play(engine, "06-03T12:00 words 30\n06-03T12:00 lessons 3\n06-04T12:00 lessons 3")
    assert [times(outcome) for outcome in outcomes] == [[1], [], [1]]
    assert [view.times for view in engine.user("jo", at=at("06-04T12:00")).achievements] == [4, 2]


def test_another_number_begins_anew_and_times_stay():
    engine = engine_with(WORDS)
    play(engine, "06-01T10:00 words 170")
    assert engine.update(engine_with(attrs.evolve(WORDS, trigger=MetricTrigger("words", 100))).ruleset, at=NOON) == ()
    outcomes = play(engine, "06-03T12:00 words 20\n06-03T12:01 words 20")
    assert [times(outcome) for outcome in outcomes] == [[], [1]]
    assert view_of(engine, at("06-03T13:00")).times == 4


def test_an_achievement_that_becomes_repeatable_counts_its_first_time():
    engine = engine_with(attrs.evolve(WORDS, repeatable=False))
    play(engine, "06-01T10:00 words 90")
    assert engine.update(engine_with(WORDS).ruleset, at=NOON) == ()
    assert times(play(engine, "06-03T12:00 words 10")[0]) == [1]
    assert view_of(engine).times == 2


def test_an_explanation_counts_the_times():
    engine = engine_with(WORDS)
    [outcome] = play(engine, "06-01T10:00 words 120")
    assert "'fifty' was completed 2 times: words went from 0 to 120, once for each 50" in outcome.explain().text
    play(engine, "06-01T11:00 words 35")
    assert engine.explain("jo", achievement="fifty", at=NOON).text.splitlines() == [
        "jo has 'fifty': it was completed 3 times, first on Sunday 2025-06-01 10:00:00, UTC.",
        "  words went from 0 to 120, reaching the threshold of 50",
        "  next: 'fifty': words beyond the last multiple of 50: 5 of 50, 45 missing",
    ]


def test_an_explanation_says_that_a_quest_is_done_in_the_window():
    engine = engine_with(THREE)
    play(engine, "06-01T10:00 lessons 2\n06-01T11:00 lessons 2")
    explanation = engine.explain("jo", achievement=THREE.key, at=at("06-01T12:00"))
    assert explanation.next.is_done_in_window
    assert explanation.text.splitlines()[-1] == (
        f"  next: {THREE.key!r}: lessons-today in the day of Sunday 2025-06-01: 4, done until the next window"
    )
    tomorrow = engine.explain("jo", achievement=THREE.key, at=at("06-02T12:00"))
    assert tomorrow.text.endswith("lessons-today in the day of Monday 2025-06-02: 0 of 3, 3 missing")


def test_a_state_with_repeats_reads_back_equal():
    engine = engine_with(WORDS, THREE)
    play(engine, "06-01T10:00 words 170\n06-01T11:00 lessons 3")
    dumped = engine.export_user("jo")
    plan = compile_ruleset(engine.ruleset)
    assert UserState.load(plan, dumped).dump(plan) == dumped
    assert dumped["counters"]["repeats"]["fifty"][0] == 3


def test_each_call_completes_a_repeatable_achievement():
    engine = engine_with(Achievement("helped", ApiTrigger(), repeatable=True))
    numbers = []
    for key, minute in (("a", 0), ("b", 1), ("a", 2), (None, 3), (None, 4)):
        outcome = engine.complete("helped", user="jo", at=at(f"06-01T10:0{minute}"), idempotency_key=key)
        numbers.append([effect.number for effect in outcome.effects if effect.type == "achievement.completed"])
        assert outcome.replayed == (minute == 2)
    assert numbers == [[1], [2], [], [3], [4]]
    assert view_of(engine).times == 4


def test_a_key_of_a_call_belongs_to_its_user_and_achievement():
    engine = engine_with(*(Achievement(key, ApiTrigger(), repeatable=key == "a") for key in "ab"))
    for key, user in (("a", "jo"), ("b", "jo"), ("a", "mia")):
        assert not engine.complete(key, user=user, at=NOON, idempotency_key="k").replayed
    again = engine.complete("b", user="jo", at=at("06-03T13:00"), idempotency_key="k")
    assert (again.replayed, again.achievements, again.idempotency_key) == (True, (), "k")
    with pytest.raises(AlreadyCompleted):
        engine.complete("b", user="jo", at=at("06-03T13:00"), idempotency_key="other")
    with pytest.raises(ValueError, match="idempotency key"):
        engine.complete("a", user="jo", at=NOON, idempotency_key="")


@pytest.mark.parametrize(
    ("metric", "message"),
    [
        (Metric("m", window={"last": 7, "unit": "day"}), "has a rolling window, which has no beginning"),
        (Metric("m", aggregate="min"), "is the least value, which has no multiples"),
        (Metric("m", aggregate="last"), "is the latest value, which has no multiples"),
    ],
)
def test_what_has_no_multiples_is_refused(metric, message):
    with pytest.raises(InvalidRules, match=message):
        engine_with(Achievement("a", MetricTrigger("m", 5), repeatable=True), metrics=[metric])
