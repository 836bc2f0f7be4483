"""Distributions: balances, levels and achievements of all users, and the ledger of one user."""

from itertools import pairwise

import pytest
from hypothesis import given
from stories import at, play

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Engine,
    InvalidValue,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    UnknownKey,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.testing import games
from trophy_engine.testing import play as do

NOON = at("06-01T12:00")


def engine_with(levels=(), achievements=()):
    trigger = MetricPointsTrigger("coins", points=1)
    return Engine(
        Ruleset(
            metrics=[Metric("coins")],
            attributes=[Attribute("plan")],
            achievements=achievements,
            points=[PointsSystem("xp", triggers=[trigger], levels=levels)],
        )
    )


def record_totals(engine, totals):
    for number, total in enumerate(totals):
        engine.record("coins", user=f"u{number}", value=total, at=NOON)


def spread(ranges):
    return {(range_.first, range_.last): range_.users for range_ in ranges if range_.users}


def test_balances_fall_into_ten_equal_ranges_and_one_for_zero():
    engine = engine_with()
    record_totals(engine, (0, 0, 5, 95, 230))
    ranges = engine.reports.histogram("xp", at=NOON)
    assert [(range_.first, range_.last) for range_ in ranges[:3]] == [(0, 0), (1, 100), (101, 200)]
    assert (len(ranges), ranges[-1].last) == (11, 1000)
    assert spread(ranges) == {(0, 0): 2, (1, 100): 2, (201, 300): 1}


@pytest.mark.parametrize(("most", "top"), [(0, 10), (9, 10), (10, 10), (11, 100), (100, 100), (101, 1000)])
def test_the_last_range_ends_at_the_power_of_ten_above_the_greatest_balance(most, top):
    engine = engine_with()
    record_totals(engine, (most,))
    assert engine.reports.histogram("xp", at=NOON)[-1].last == top


def test_a_histogram_of_a_group_is_scaled_to_the_group():
    engine = engine_with()
    record_totals(engine, (4, 900))
    engine.identify("u0", attributes={"plan": "pro"}, at=NOON)
    assert spread(engine.reports.histogram("xp", {"plan": "pro"}, at=NOON)) == {(4, 4): 1}
    with pytest.raises(UnknownKey, match="unknown user attribute 'plam'"):
        engine.reports.histogram("xp", {"plam": "pro"}, at=NOON)


def test_users_are_counted_by_their_level():
    engine = engine_with([Level("gold", 300), Level("bronze", 100), Level("silver", 200)])
    record_totals(engine, (*[100] * 40, *[250] * 7, *[300] * 23, *[500] * 29, 5))
    counted = engine.reports.level_summary("xp", at=NOON)
    assert [(one.level.key, one.users) for one in counted] == [("bronze", 40), ("silver", 7), ("gold", 52)]


def test_a_new_level_is_counted_at_once():
    levels = [Level("bronze", 100), Level("silver", 200), Level("gold", 300)]
    engine = engine_with(levels)
    record_totals(engine, (*[100] * 4, *[300] * 23, *[500] * 29))
    with_platinum = engine_with([*levels, Level("platinum", 500)]).ruleset
    engine = Engine(with_platinum, storage=engine._repository.storage)
    counted = engine.reports.level_summary("xp", at=NOON)
    assert [(one.level.key, one.users) for one in counted] == [
        ("bronze", 4),
        ("silver", 0),
        ("gold", 23),
        ("platinum", 29),
    ]


def test_a_system_without_levels_has_no_distribution():
    with pytest.raises(InvalidValue, match="points system 'xp' has no levels"):
        engine_with().reports.level_summary("xp", at=NOON)
    with pytest.raises(UnknownKey, match="unknown points system 'px'"):
        engine_with().reports.level_summary("px", at=NOON)


def test_rarity_is_a_percentage_of_all_users():
    achievements = [Achievement("rich", MetricTrigger("coins", 500)), Achievement("odd", ApiTrigger())]
    engine = engine_with(achievements=achievements)
    assert {one.rarity for one in engine.reports.rarities(at=NOON).values()} == {0}
    record_totals(engine, (*[500] * 6, *[0] * 4))
    rarities = engine.reports.rarities(at=NOON)
    assert {key: (one.completions, one.rarity) for key, one in rarities.items()} == {"rich": (6, 60), "odd": (0, 0)}


def test_reports_count_all_users_of_their_instant():
    engine = engine_with()
    record_totals(engine, (3,))
    engine.record("coins", user="late", value=4, at=at("07-01T12:00"))
    assert spread(engine.reports.histogram("xp", at=NOON)) == {(3, 3): 1}


def test_the_ledger_begins_with_the_newest_award():
    engine = engine_with()
    play(engine, "01-01T12:00 coins 1\n01-02T12:00 coins 2\n01-03T12:00 coins 3")
    awards = engine.reports.awards("jo", "xp", 2, at=NOON)
    assert [(award.awarded, award.total, award.at) for award in awards] == [
        (3, 6, at("01-03T12:00")),
        (2, 3, at("01-02T12:00")),
    ]
    assert len(engine.reports.awards("jo", "xp", at=NOON)) == 3


@pytest.mark.parametrize("n", [0, 101, "3", True])
def test_a_ledger_has_one_to_a_hundred_awards(n):
    engine = engine_with()
    play(engine, "01-01T12:00 coins 1")
    with pytest.raises(InvalidValue, match="n must be a whole number from 1 to 100"):
        engine.reports.awards("jo", "xp", n, at=NOON)


@given(games(max_size=15))
def test_every_user_is_counted_once_and_every_ledger_adds_up(history):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    players = list(engine.players(at=now))
    for system in history.ruleset.points:
        totals = [player.points[system.key].total for player in players]
        ranges = engine.reports.histogram(system.key, at=now)
        assert sum(range_.users for range_ in ranges) == len(players)
        for one in ranges:
            assert one.users == sum(one.first <= total <= one.last for total in totals)
        for player in players:
            awards = engine.reports.awards(player.id, system.key, 100, at=now)
            assert all(newer.before == older.total for newer, older in pairwise(awards))
            assert not awards or awards[0].total == player.points[system.key].total
