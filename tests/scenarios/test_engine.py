"""The engine as a whole: order of time, batches, subscribers, other rules on the same history."""

import pickle
from copy import copy, deepcopy
from datetime import date
from decimal import Decimal
from threading import Thread

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    AchievementPointsTrigger,
    ApiTrigger,
    Attribute,
    CompositeTrigger,
    EarlierThanSettled,
    Effect,
    Engine,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricChanged,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    StorageClosed,
    StorageConflict,
    StorageError,
    StorageIncompatible,
    Streak,
    StreakLost,
    StreakMetric,
    StreakTrigger,
    SubscribersFailed,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    streak=Streak(metrics=[StreakMetric("words")]),
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


def test_a_late_event_is_refused_and_changes_nothing():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 1\n04-02T12:00 words 1")
    log = list(engine.log())
    with pytest.raises(EarlierThanSettled, match=r"2025-04-02T11:00:00.* is before 2025-04-02T12:00"):
        engine.record("words", user="jo", at=at("04-02T11:00"))
    assert list(engine.log()) == log
    assert engine.user("jo", at=at("04-02T12:00")).metrics["words"] == 2


@pytest.mark.parametrize("values", [(10**29, Decimal("0.5")), (Decimal("0.5"), 10**29)])
def test_a_total_never_rounds_whether_its_parts_are_whole_or_not(values):
    engine = Engine(RULES)
    for value in values:
        outcome = engine.record("words", user="jo", value=value, at=at("04-02T10:00"))
    assert str(outcome.total) == "100000000000000000000000000000.5"  # 31 digits, of which Python's default keeps 28


def test_the_clock_is_read_where_no_instant_is_named():
    engine = Engine(RULES, clock=lambda: at("04-02T10:00"))
    assert engine.record("words", user="jo").at == at("04-02T10:00")
    assert engine.user("jo").at == at("04-02T10:00")
    engine.record("words", user="jo", at=at("04-03T10:00"))
    assert engine.user("jo").at == at("04-03T10:00")


def test_subscribers_are_told_of_their_kind_and_can_leave():
    engine = Engine(RULES)
    told, everything = [], []
    leave = engine.subscribe(AchievementCompleted, told.append)
    engine.subscribe(Effect, everything.append)
    play(engine, "04-02T10:00 words 10")
    assert [effect.achievement for effect in told] == ["ten"]
    leave()
    play(engine, "04-02T10:01 words 10", "mia")
    assert len(told) == 1
    assert {effect.user_id for effect in everything} == {"jo", "mia"}


def test_each_subscription_ends_by_itself():
    engine, seen = Engine(Ruleset(metrics=[Metric("words")])), []
    leave, _ = (engine.subscribe(MetricChanged, seen.append) for _ in range(2))
    leave()
    leave()
    engine.record("words", user="jo")
    assert len(seen) == 1


def test_a_failing_subscriber_neither_undoes_the_event_nor_silences_the_others():
    engine = Engine(RULES)
    told = []
    engine.subscribe(MetricChanged, lambda _: 1 / 0)
    engine.subscribe(MetricChanged, told.append)
    with pytest.raises(SubscribersFailed, match="subscribers raised exceptions; the effects are committed"):
        engine.record("words", user="jo", at=at("04-02T10:00"))
    assert len(told) == 1
    assert engine.user("jo", at=at("04-02T10:00")).metrics["words"] == 1


def test_a_subscriber_may_use_the_engine():
    engine = Engine(RULES)
    engine.subscribe(AchievementCompleted, lambda effect: engine.record("words", user="mia", at=effect.at))
    play(engine, "04-02T10:00 words 10")
    assert list(engine.users()) == ["jo", "mia"]


def give_up_half_way(engine):
    with engine.batch():
        engine.record("words", user="jo", at=at("04-02T10:01"))
        engine.record("words", user="mia", at=at("04-02T10:01"))
        engine.record("words", user="mia", at=at("04-02T10:00"))


@pytest.mark.parametrize("make_storage", [lambda _: None, lambda path: SQLiteStorage(path / "save.db")])
def test_a_batch_happens_as_a_whole_or_not_at_all(make_storage, tmp_path):
    told = []
    with Engine(RULES, storage=make_storage(tmp_path)) as engine:
        engine.subscribe(AchievementCompleted, told.append)
        play(engine, "04-02T10:00 words 9")
        with pytest.raises(EarlierThanSettled):
            give_up_half_way(engine)
        assert list(engine.users()) == ["jo"]
        assert engine.user("jo", at=at("04-02T10:01")).metrics["words"] == 9
        with engine.batch():
            assert engine.record("words", user="jo", at=at("04-02T10:01")).total == 10
            assert told == []
    assert len(told) == 1


def test_a_history_goes_on_under_other_rules(tmp_path):
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        play(engine, "04-01T10:00 words 4\n04-02T10:00 words 3")
    further = Ruleset(
        metrics=[Metric("pages"), Metric("words")],
        streak=Streak(metrics=[StreakMetric("words")]),
        achievements=[Achievement("five", MetricTrigger("words", 5)), Achievement("ten", MetricTrigger("words", 10))],
    )
    with Engine(further, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        [outcome] = play(engine, "04-03T10:00 words 1")
        assert (outcome.total, outcome.streak.length) == (8, 3)
        assert outcome.achievements == ()
        [backdated] = engine.migration_effects
        assert (backdated.type, backdated.achievement, backdated.at) == (
            "achievement.backdated",
            "five",
            at("04-02T10:00"),
        )
        again = Engine.from_log(engine.log())
        assert again.user("jo", at=at("04-03T10:00")).metrics == {"pages": 0, "words": 8}
        assert again.ruleset == further


def test_a_streak_in_another_calendar_is_that_of_the_history():
    storage = MemoryStorage()
    play(Engine(RULES, storage=storage), "04-01T10:00 words 1\n04-02T10:00 words 1")
    weekly = Ruleset(metrics=[Metric("words")], streak=Streak("weekly", [StreakMetric("words")]))
    engine = Engine(weekly, storage=storage)
    player = engine.user("jo", at=at("04-02T11:00"))
    assert (player.streak.length, player.streak.longest, player.metrics["words"]) == (1, 2, 2)
    assert [(one.before, one.length) for one in engine.migration_effects] == [(2, 1)]
    assert [o.streak.length for o in play(engine, "04-02T12:00 words 1\n04-09T12:00 words 1")] == [1, 2]


def test_an_engine_that_was_overtaken_goes_on_under_the_rules_of_the_other():
    storage = MemoryStorage()
    one, other = Engine(Ruleset(metrics=[Metric("words")]), storage=storage), Engine(storage=storage)
    one.update(Ruleset(metrics=[Metric("lessons"), Metric("words")]), at=at("04-01T10:00"))
    with pytest.raises(StorageConflict):
        other.record("words", user="jo", value=7, at=at("04-02T10:00"))
    other.record("words", user="jo", value=7, at=at("04-02T10:00"))
    assert dict(other.user("jo", at=at("04-02T10:00")).metrics) == {"lessons": 0, "words": 7}


def test_what_is_in_the_log_has_happened_even_if_no_snapshot_could_be_taken():
    class Locked(MemoryStorage):
        snapshot_every = 2

        def save(self, snapshots):
            raise StorageError("locked")

    board = Leaderboard("words", "metric", date(2025, 1, 1), metric="words")
    engine = Engine(attrs.evolve(RULES, leaderboards=[board]), storage=Locked())
    told = []
    engine.subscribe(MetricChanged, told.append)
    play(engine, "04-02T10:00 words 1\n04-02T11:00 words 1\n04-02T12:00 words 1")
    assert [effect.after for effect in told] == [1, 2, 3]
    assert [one.value for one in engine.leaderboard("words", at=at("04-02T12:00")).rankings] == [3]
    with pytest.raises(StorageError):
        engine.close()


def test_a_subscriber_who_uses_the_engine_takes_nothing_from_what_settling_tells():
    engine = Engine(attrs.evolve(RULES, achievements=[Achievement("lost", ApiTrigger())]))
    play(engine, "04-02T10:00 words 1")
    engine.subscribe(StreakLost, lambda lost: engine.complete("lost", user="jo", at=at("04-09T10:00")))
    assert [effect.type for effect in engine.settle(at=at("04-09T10:00"))] == ["streak.lost"]
    assert list(engine.user("jo", at=at("04-09T10:00")).completed) == ["lost"]


def test_settling_tells_in_order_of_time():
    engine = Engine(RULES)
    engine.identify("jo", time_zone="UTC", at=at("04-02T09:00"))
    engine.identify("ken", time_zone="Asia/Tokyo", at=at("04-02T09:00"))
    for user in ("jo", "ken"):
        play(engine, "04-02T10:00 words 1", user)
    lost = engine.settle(at=at("04-09T10:00"))
    assert [(one.user_id, one.at) for one in lost] == [("ken", at("04-03T15:00")), ("jo", at("04-04T00:00"))]


def test_a_closed_engine_says_so():
    engine = Engine(RULES)
    engine.close()
    with pytest.raises(StorageClosed, match="open another one"):
        engine.record("words", user="jo", at=at("04-02T10:00"))


def test_arguments_are_checked_before_anything_happens():
    engine = Engine(RULES)
    with pytest.raises(InvalidValue, match="name must be a string, not 3"):
        engine.identify("jo", name=3, at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="sign_up_date must be a date, for example"):
        engine.identify("jo", sign_up_date="soon", at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="sign_up_date must be a date from 1900-01-01 on, not 1899-12-31"):
        engine.identify("jo", sign_up_date="1899-12-31", at=at("04-02T10:00"))
    with pytest.raises(InvalidValue, match="attributes must map keys to strings"):
        engine.record("words", user="jo", attributes=["ios"], at=at("04-02T10:00"))
    assert list(engine.log())[1:] == []


def test_a_sign_up_at_an_instant_counts_by_its_utc_day():
    engine = Engine(RULES)
    engine.identify("jo", sign_up_date=at("2025-04-01T23:30-02:00"), at=at("04-03T10:00"))
    assert engine.user("jo", at=at("04-03T10:00")).sign_up_date.isoformat() == "2025-04-02"
    engine.identify("jo", sign_up_date=None, at=at("04-03T10:00"))
    assert engine.user("jo", at=at("04-03T10:00")).sign_up_date is None


def test_attribute_values_are_text():
    engine = Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("device", "event")]))
    with pytest.raises(InvalidValue, match="attribute 'device' must be a string, not 3"):
        engine.record("words", user="jo", attributes={"device": 3}, at=at("04-02T10:00"))


def test_a_log_without_rules_is_none():
    with pytest.raises(StorageIncompatible, match="the first entry of a log must be rules"):
        Engine.from_log([])


def test_batches_nest_and_hold_settling_too():
    engine = Engine(RULES)
    with engine.batch():
        play(engine, "04-02T10:00 words 1")
        with engine.batch():
            assert [effect.type for effect in engine.settle(at=at("04-04T00:00"))] == ["streak.lost"]
    assert engine.user("jo", at=at("04-04T00:00")).streak.longest == 1
    assert "Player(id='jo'" in repr(engine.user("jo", at=at("04-04T00:00")))


def test_an_outcome_tells_its_command():
    engine = Engine(RULES)
    [outcome] = play(engine, "04-02T10:00 words 10")
    assert (outcome.user_id, outcome.metric, outcome.at) == ("jo", "words", at("04-02T10:00"))
    assert "AchievementCompleted" in repr(outcome)
    moved = engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:01"))
    assert (moved.event_id, moved.metric, moved.total, dict(moved.points)) == (None, None, None, {})


def test_an_engine_goes_on_under_the_rules_that_its_storage_holds(tmp_path):
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        play(engine, "04-01T10:00 words 4")
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert (engine.ruleset, engine.migration_effects) == (RULES, ())
        assert play(engine, "04-02T10:00 words 1")[0].total == 5
    assert Engine().ruleset == Ruleset()


def test_a_snapshot_of_another_version_is_not_used():
    storage = MemoryStorage()
    storage.snapshot_every = 1
    play(Engine(RULES, storage=storage), "04-01T10:00 words 4\n04-02T10:00 words 1")
    snapshot = storage.load("jo")
    storage.save([snapshot._replace(state={"schema": 1, "id": "jo"})])
    assert Engine(RULES, storage=storage).user("jo", at=at("04-02T11:00")).metrics["words"] == 5


def test_an_engine_that_is_held_serves_no_other_thread_until_the_block_ends():
    engine = Engine(RULES)
    other = Thread(target=engine.record, args=("words",), kwargs={"user": "mia", "at": at("04-02T10:00")})
    with engine.exclusive():
        other.start()
        other.join(0.05)
        engine.record("words", user="jo", at=at("04-02T10:00"))
        assert list(engine.users()) == ["jo"]
    other.join()
    assert list(engine.users()) == ["jo", "mia"]


def test_closing_twice_does_nothing(tmp_path):
    for storage in (MemoryStorage(), SQLiteStorage(tmp_path / "save.db")):
        engine = Engine(RULES, storage=storage)
        play(engine, "04-02T10:00 words 1")
        engine.close()
        engine.close()
        with pytest.raises(StorageClosed):
            engine.user("jo", at=at("04-02T10:00"))


@pytest.mark.parametrize(
    "open_engine",
    [
        lambda storage: Engine("rules", storage=storage),
        lambda storage: Engine(RULES, storage=storage, clock="noon"),
        lambda storage: Engine.from_log(5, storage=storage),
        lambda storage: Engine.from_log([], storage=storage),
        lambda storage: Engine.from_log([*Engine(RULES).log(), "words"], storage=storage),
    ],
    ids=["rules", "clock", "entries", "no rules in the log", "no entry"],
)
def test_a_constructor_that_raises_closes_the_storage(open_engine, tmp_path):
    for storage in (MemoryStorage(), SQLiteStorage(tmp_path / "save.db")):
        with pytest.raises((InvalidValue, StorageIncompatible)):
            open_engine(storage)
        with pytest.raises(StorageClosed):
            storage.length()


def test_an_outcome_pickles_and_copies():
    board = Leaderboard("words", "metric", date(2025, 1, 1), metric="words", breakdown_attributes=["plan"])
    rules = attrs.evolve(
        RULES,
        attributes=[Attribute("plan")],
        leaderboards=[board],
        streak=Streak(metrics=[StreakMetric("words")], customization_enabled=True),
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
    )
    engine = Engine(rules)
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T09:00"))
    engine.prefer("jo", metrics=[StreakMetric("words", 2)], days_off=["sunday"], at=at("04-02T09:00"))
    [outcome] = play(engine, "04-02T10:00 words 10.5")
    for again in (pickle.loads(pickle.dumps(outcome)), copy(outcome), deepcopy(outcome)):  # noqa: S301  # our own bytes
        assert (again.event_id, again.total, again.at) == (outcome.event_id, outcome.total, outcome.at)
        assert (again.effects, again.streak, again.points) == (outcome.effects, outcome.streak, outcome.points)
        assert (again.achievements, again.leaderboards) == (outcome.achievements, outcome.leaderboards)
        assert again.leaderboards["words"].group == {"plan": "pro"}
        assert again.explain() == outcome.explain()


def test_an_outcome_with_a_custom_streak_pickles_whatever_hangs_on_streaks():
    ten, two = MetricTrigger("words", 10), StreakTrigger(2)
    composite = Achievement("both", CompositeTrigger(["ten", "two"]))
    paid = PointsSystem("xp", triggers=[AchievementPointsTrigger("two", 5), MetricPointsTrigger("words", 1)])
    rules = Ruleset(
        metrics=[Metric("words")],
        streak=Streak(metrics=[StreakMetric("words")], customization_enabled=True),
        achievements=[Achievement("ten", ten), Achievement("two", two), composite],
        points=[paid],
    )
    engine = Engine(rules)
    play(engine, "04-04T10:00 words 1")  # a Friday
    for choice in ({"days_off": ["sunday", "saturday"]}, {"streak_enabled": False}):
        outcome = engine.prefer("jo", **choice, at=at("04-04T11:00"))
        again = pickle.loads(pickle.dumps(outcome))  # noqa: S301  # our own bytes
        assert (again.streak, again.effects) == (outcome.streak, outcome.effects)
        assert deepcopy(again).streak == copy(outcome).streak == outcome.streak
    assert engine.user("jo").streak.length == 0


def test_failing_subscribers_carry_what_the_call_would_have_returned():
    engine = Engine(RULES)
    engine.subscribe(Effect, lambda _: 1 / 0)
    with pytest.raises(SubscribersFailed) as failed:
        engine.record("words", user="jo", at=at("04-02T10:00"))
    assert failed.value.outcome.total == 1
    assert failed.value.effects == failed.value.outcome.effects
    assert failed.value.split(ZeroDivisionError)[0].outcome is failed.value.outcome
    with pytest.raises(SubscribersFailed) as failed:
        engine.settle(at=at("04-09T10:00"))
    assert (failed.value.outcome, [one.type for one in failed.value.effects]) == (None, ["streak.lost"])
    with pytest.raises(SubscribersFailed) as failed, engine.batch():
        engine.record("words", user="jo", at=at("04-10T10:00"))
    assert [one.type for one in failed.value.effects] == ["metric.changed", "streak.started"]
    assert engine.user("jo", at=at("04-10T10:00")).metrics["words"] == 2
