"""Rules change while users exist: results are kept, and new rules count from now on or from the whole past."""

from datetime import date

import attrs
import pytest
from changing import active, balance, change, daily, jo, length, rules
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementLocked,
    AnniversaryTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    EarlierThanSettled,
    Engine,
    Freezes,
    InvalidValue,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
    TimePointsTrigger,
)
from trophy_engine.storage import SQLiteStorage
from trophy_engine.testing import states

# --- achievements -----------------------------------------------------------------------------------------------------


def test_an_opened_achievement_is_backdated_for_all_who_qualify_without_points():
    ten = Achievement("ten", MetricTrigger("words", 10), status="inactive")
    both = Achievement("both", CompositeTrigger(["ten", "month"]), status="inactive")
    year = Achievement("year", AnniversaryTrigger(1), status="inactive")
    month = Achievement("month", StreakTrigger(2), status="inactive")
    payment = MetricPointsTrigger("lessons", 1)
    engine = Engine(rules(achievements=[both, ten, year, month], streaks=[daily()], points=[PointsSystem("xp")]))
    engine.identify("jo", sign_up_date="2024-01-01", at=at("04-01T10:00"))
    play(engine, "04-01T10:00 words 8\n04-02T10:00 words 8")
    play(engine, "04-02T10:00 words 9", user="mia")
    assert jo(engine, "04-02T11:00").achievements == ()
    opened = [attrs.evolve(one, status="active") for one in (both, ten, year, month)]
    system = PointsSystem("xp", triggers=[payment])
    effects = engine.update(attrs.evolve(engine.ruleset, achievements=opened, points=[system]), at=at("04-02T12:00"))
    assert sorted((effect.user_id, effect.achievement, effect.at) for effect in effects) == [
        ("jo", key, at("04-02T12:00")) for key in ("both", "month", "ten", "year")
    ]
    assert {effect.type for effect in effects} == {"achievement.backdated"}
    assert (balance(engine, "04-02T12:00"), engine.user("mia", at=at("04-02T12:00")).completed) == (0, {})


def test_an_edited_achievement_is_backdated_for_users_who_qualify_now():
    engine = Engine(rules(achievements=[Achievement("many", MetricTrigger("words", 100))]))
    play(engine, "04-01T10:00 words 60")
    assert change(engine, "04-01T11:00", achievements=[Achievement("many", MetricTrigger("words", 61))]) == []
    assert change(engine, "04-01T12:00", achievements=[Achievement("many", MetricTrigger("words", 60))]) == [
        "achievement.backdated"
    ]
    assert change(engine, "04-01T13:00", achievements=[Achievement("many", MetricTrigger("words", 999))]) == []
    assert list(jo(engine, "04-01T14:00").completed) == ["many"]


def test_a_locked_achievement_cannot_be_completed_and_only_its_holders_see_it():
    prize, call = Achievement("prize", MetricTrigger("words", 5)), Achievement("call", ApiTrigger())
    engine = Engine(rules(achievements=[prize, call]))
    play(engine, "04-01T10:00 words 5")
    play(engine, "04-01T10:00 words 4", user="mia")
    locked = [attrs.evolve(one, status="locked") for one in (prize, call)]
    assert change(engine, "04-01T11:00", achievements=locked) == []
    play(engine, "04-01T12:00 words 4", user="mia")
    with pytest.raises(AchievementLocked):
        engine.complete("call", user="mia", at=at("04-01T12:00"))
    assert [achievement.key for achievement in jo(engine, "04-01T12:00").achievements] == ["prize"]
    assert engine.user("mia", at=at("04-01T12:00")).achievements == ()
    assert change(engine, "04-01T13:00", achievements=[prize, call]) == ["achievement.backdated"]


def test_a_removed_rule_that_returns_starts_at_zero():
    ten = Achievement("ten", MetricTrigger("words", 10))
    parts = {
        "achievements": [ten, Achievement("call", ApiTrigger())],
        "points": [PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
        "streaks": [daily(freezes=None)],
        "leaderboards": [Leaderboard("week", "metric", date(2025, 1, 1), metric="words")],
    }
    engine = Engine(rules(**parts))
    play(engine, "04-01T10:00 words 10\n04-02T10:00 words 1")
    engine.complete("call", user="jo", at=at("04-02T10:00"))
    engine.update(Ruleset(metrics=[Metric("lessons")]), at=at("04-02T11:00"))
    engine.update(rules(**parts), at=at("04-02T12:00"))
    player = jo(engine, "04-02T13:00")
    assert (player.metrics["words"], player.completed, player.points["xp"].total, player.streak.length) == (0, {}, 0, 0)
    assert engine.leaderboard("week", at=at("04-02T13:00")).rankings == ()
    [outcome] = play(engine, "04-02T14:00 words 9")
    assert (outcome.total, outcome.achievements, outcome.points["xp"].added, outcome.streak.length) == (9, (), 9, 1)
    assert [award.awarded for award in engine.reports.awards("jo", "xp", at=at("04-02T15:00"))] == [9]


def test_new_rules_ignore_events_before_the_removal_of_their_metric():
    engine = Engine(rules())
    engine.record("words", user="jo", value=7, attributes={"device": "ios"}, at=at("04-01T10:00"))
    engine.update(attrs.evolve(engine.ruleset, metrics=[Metric("lessons")]), at=at("04-01T11:00"))
    engine.update(rules(), at=at("04-01T12:00"))
    engine.record("words", user="jo", value=2, attributes={"device": "ios"}, at=at("04-01T13:00"))
    on_ios = [Achievement(f"ios-{n}", MetricTrigger("words", n, {"device": "ios"})) for n in (2, 3)]
    assert change(engine, "04-01T14:00", achievements=on_ios) == ["achievement.backdated"]
    assert list(jo(engine, "04-01T14:00").completed) == ["ios-2"]


def test_a_total_over_some_events_is_counted_from_the_whole_past():
    engine = Engine(rules())
    for device, value in (("ios", 5), ("android", 50), ("ios", 2)):
        engine.record("words", user="jo", value=value, attributes={"device": device}, at=at("04-01T10:00"))
    on_ios = {"device": "ios"}
    every_four = MetricPointsTrigger("words", 10, 4, event_attributes=on_ios)
    seven = Achievement("seven", MetricTrigger("words", 7, on_ios))
    eight = Achievement("eight", MetricTrigger("words", 8, on_ios))
    effects = change(
        engine, "04-01T11:00", achievements=[seven, eight], points=[PointsSystem("xp", triggers=[every_four])]
    )
    assert effects == ["achievement.backdated"]
    outcome = engine.record("words", user="jo", attributes=on_ios, at=at("04-01T12:00"))
    assert ([achievement.key for achievement in outcome.achievements], outcome.points["xp"].added) == (["eight"], 10)


# --- points -----------------------------------------------------------------------------------------------------------


def test_new_levels_apply_at_once_and_old_levels_are_gone():
    gold = Level("gold", 300)
    pay = MetricPointsTrigger("words", 1)
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[pay], levels=[gold])]))
    play(engine, "04-01T10:00 words 520")
    platinum = PointsSystem("xp", triggers=[pay], levels=[gold, Level("platinum", 500)])
    [effect] = engine.update(attrs.evolve(engine.ruleset, points=[platinum]), at=at("04-01T11:00"))
    assert (effect.type, effect.previous, effect.level) == ("points.level_changed", "gold", "platinum")
    assert change(engine, "04-01T12:00", points=[PointsSystem("xp", triggers=[pay])]) == ["points.level_changed"]
    assert jo(engine, "04-01T13:00").points["xp"].level is None


def test_a_boost_multiplies_from_its_adoption_on():
    pay = MetricPointsTrigger("words", 10)
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[pay])]))
    play(engine, "04-01T10:00 words 1")
    twice = Boost("twice", 2, when={"start": date(2025, 1, 1)})
    assert change(engine, "04-01T11:00", points=[PointsSystem("xp", triggers=[pay], boosts=[twice])]) == []
    [outcome] = play(engine, "04-01T12:00 words 1")
    assert (outcome.points["xp"].added, outcome.points["xp"].total) == (20, 30)


def test_a_trigger_awards_its_present_points_and_none_while_inactive():
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 10, 3)])]))
    play(engine, "04-01T10:00 words 4")
    change(engine, "04-01T11:00", points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7, 5)])])
    play(engine, "04-01T12:00 words 1")
    assert balance(engine, "04-01T12:00") == 17
    silent = MetricPointsTrigger("words", 7, 5, status="inactive")
    change(engine, "04-01T13:00", points=[PointsSystem("xp", triggers=[silent])])
    play(engine, "04-01T14:00 words 7")
    change(engine, "04-01T15:00", points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7, 5)])])
    play(engine, "04-01T16:00 words 2")
    assert balance(engine, "04-01T16:00") == 17
    play(engine, "04-01T17:00 words 1")
    assert balance(engine, "04-01T17:00") == 24


def test_a_lowered_maximum_keeps_the_points():
    pay = MetricPointsTrigger("words", 1)
    spend = MetricPointsTrigger("lessons", -1)
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[pay, spend])]))
    play(engine, "04-01T10:00 words 50")
    assert change(engine, "04-01T11:00", points=[PointsSystem("xp", triggers=[pay, spend], maximum=20)]) == []
    play(engine, "04-01T12:00 words 5\n04-01T12:00 lessons 1")
    assert balance(engine, "04-01T12:00") == 49
    play(engine, "04-01T13:00 lessons 35\n04-01T13:00 words 50")
    assert balance(engine, "04-01T13:00") == 20


def test_timed_awards_start_at_activation_and_running_ones_keep_their_schedule():
    six_hours = TimePointsTrigger(100, "hours", 6, key="six-hours")
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[six_hours])]))
    engine.identify("jo", time_zone="Europe/London", at=at("03-28T10:00"))
    engine.update(
        attrs.evolve(
            engine.ruleset,
            points=[
                PointsSystem(
                    "xp",
                    triggers=[
                        TimePointsTrigger(1, "days", 1, key="daily"),
                        attrs.evolve(six_hours, points=1000),
                        TimePointsTrigger(10, "hours", 24, key="hourly"),
                    ],
                )
            ],
        ),
        at=at("03-28T13:30"),
    )
    assert balance(engine, "03-28T15:59:59") == 0
    assert balance(engine, "03-28T16:00") == 1000
    before = balance(engine, "03-29T13:29:59")
    assert balance(engine, "03-29T13:30") == before + 1 + 10
    before = balance(engine, "03-30T12:29:59")  # clocks went forward: it is 13:29:59 in London
    assert balance(engine, "03-30T12:30") == before + 1
    assert balance(engine, "03-30T13:30") == before + 1 + 10


# --- attributes and leaderboards --------------------------------------------------------------------------------------


def test_a_removed_attribute_loses_its_values():
    engine = Engine(rules())
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-01T10:00"))
    change(engine, "04-01T11:00", attributes=[])
    change(engine, "04-01T12:00", attributes=[Attribute("plan")])
    assert jo(engine, "04-01T13:00").attributes == {}


def test_a_leaderboard_that_is_added_late_counts_from_its_start():
    engine = Engine(rules(points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])]))
    play(engine, "03-31T10:00 words 100\n04-01T10:00 words 3")
    play(engine, "04-01T11:00 words 4", user="mia")
    boards = [
        Leaderboard("words", "metric", date(2025, 4, 1), metric="words"),
        Leaderboard("xp", "points", date(2025, 4, 1), points="xp"),
    ]
    assert change(engine, "04-01T12:00", leaderboards=boards) == []
    play(engine, "04-01T13:00 words 2")
    for key, values in (("words", [("jo", 5), ("mia", 4)]), ("xp", [("jo", 10), ("mia", 8)])):
        rankings = engine.leaderboard(key, at=at("04-01T14:00")).rankings
        assert [(row.user_id, row.value) for row in rankings] == values


# --- the change itself ------------------------------------------------------------------------------------------------


def test_rules_do_not_change_in_the_past_nor_within_a_batch():
    engine = Engine(rules())
    play(engine, "04-01T10:00 words 1")
    with pytest.raises(EarlierThanSettled):
        engine.update(rules(streaks=[daily()]), at=at("04-01T09:59"))
    with engine.batch(), pytest.raises(InvalidValue, match="rules cannot change within a batch"):
        engine.update(rules(streaks=[daily()]), at=at("04-01T10:01"))
    assert engine.ruleset == rules()
    assert len(list(engine.log())) == 2


def test_a_user_created_after_a_change_can_have_an_earlier_instant():
    engine = Engine(rules())
    engine.update(rules(streaks=[daily()]), at=at("04-01T12:00"))
    play(engine, "04-01T11:00 words 1")
    [*_, last] = engine.transitions("jo", at=at("04-01T11:30"))
    assert last.state.streak.length == length(engine, "04-01T11:30") == 1


@pytest.mark.parametrize("snapshot_every", [1, None])
def test_a_history_of_changes_is_equal_after_reopening_and_replay(tmp_path, snapshot_every):
    storage = SQLiteStorage(tmp_path / "save.db")
    storage.snapshot_every = snapshot_every
    engine = Engine(rules(streaks=[daily(freezes=Freezes(1))]), storage=storage)
    active(engine, "04-01", 5)
    engine.record("words", user="jo", value=9, attributes={"device": "ios"}, at=at("04-05T13:00"))
    change(
        engine, "04-05T14:00", streaks=[daily(words=5)], achievements=[Achievement("ten", MetricTrigger("words", 10))]
    )
    play(engine, "04-06T10:00 words 4")
    change(engine, "04-06T11:00", streaks=[Streak("habit", "weekly", [StreakMetric("words", 2)])])
    every_hour = PointsSystem("xp", triggers=[TimePointsTrigger(1, "hours", 1)])
    change(engine, "04-06T12:30", points=[every_hour])
    engine.settle(at=at("04-08T00:00"))
    seen, log = states(engine), list(engine.log())
    assert seen["jo"]["points"]["balances"]["xp"][0] == 35
    again = Engine.from_log(log)
    assert (states(again), list(again.log())) == (seen, log)
    last = engine.ruleset
    engine.close()
    with Engine(last, storage=SQLiteStorage(tmp_path / "save.db")) as reopened:
        assert reopened.migration_effects == ()
        assert (states(reopened), list(reopened.log())) == (seen, log)


def test_a_composite_completed_by_a_backdated_achievement_is_backdated():
    composite = Achievement("both", CompositeTrigger(["five"]))
    later = Achievement("five", MetricTrigger("words", 5))
    engine = Engine(rules(achievements=[attrs.evolve(later, status="inactive"), composite]))
    play(engine, "04-01T12:00 words 5")
    effects = engine.update(attrs.evolve(engine.ruleset, achievements=[later, composite]), at=at("04-02T12:00"))
    assert [(effect.type, effect.achievement) for effect in effects] == [
        ("achievement.backdated", "five"),
        ("achievement.backdated", "both"),
    ]


def test_levels_are_kept_if_a_new_system_precedes_theirs():
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)])
    engine = Engine(rules(points=[xp]))
    play(engine, "04-01T12:00 words 1")
    points = [PointsSystem("coins"), attrs.evolve(xp, levels=[Level("first", 5)])]
    assert change(engine, "04-02T12:00", points=points) == ["points.level_changed"]
