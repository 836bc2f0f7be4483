"""Levels follow the total."""

from stories import at, play

from trophy_engine import Engine, Level, LevelChanged, Metric, MetricPointsTrigger, PointsSystem, Ruleset

TIERS = [Level("gold", 200), Level("bronze", 0), Level("silver", 50)]


def engine_with(levels):
    triggers = [MetricPointsTrigger("earned", points=1), MetricPointsTrigger("spent", points=-1)]
    system = PointsSystem("xp", triggers=triggers, levels=levels)
    return Engine(Ruleset(metrics=[Metric("earned"), Metric("spent")], points=[system]))


def changes(outcome):
    return [(e.previous, e.level, e.total) for e in outcome.effects if isinstance(e, LevelChanged)]


def test_a_level_is_reached_kept_and_lost():
    outcomes = play(
        engine_with(TIERS),
        """
        04-02T10:00  earned  40
        04-02T10:01  earned  20
        04-02T10:02  earned  10
        04-02T10:03  spent   30
    """,
    )
    assert [changes(outcome) for outcome in outcomes] == [
        [],
        [("bronze", "silver", 60)],
        [],
        [("silver", "bronze", 40)],
    ]
    assert [outcome.points["xp"].level_changed for outcome in outcomes] == [False, True, False, True]
    assert [outcome.points["xp"].level.key for outcome in outcomes] == ["bronze", "silver", "silver", "bronze"]


def test_below_every_level_the_level_is_none():
    up, down = play(engine_with([Level("silver", 50)]), "04-02T10:00 earned 60\n04-02T10:01 spent 20")
    assert changes(up) == [(None, "silver", 60)]
    assert changes(down) == [("silver", None, 40)]
    assert down.points["xp"].level is None


def test_a_level_at_zero_applies_from_the_start_and_the_next_level_is_shown():
    engine = engine_with(TIERS)
    engine.record("earned", user="jo", value=0, at=at("04-02T10:00"))
    balance = engine.user("jo", at=at("04-02T10:00")).points["xp"]
    assert balance.level.key == "bronze"
    assert [(level.key, level.progress and level.progress.remaining) for level in balance.levels] == [
        ("bronze", None),
        ("silver", 50),
        ("gold", 200),
    ]
