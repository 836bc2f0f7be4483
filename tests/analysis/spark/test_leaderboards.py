"""Ranks by window functions are those of an engine, ties and groups included."""

from datetime import UTC, date, datetime, timedelta

import pytest

from trophy_engine import (
    Attribute,
    Engine,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
)
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.spark import replay_frame

START = date(2025, 1, 6)
RULES = Ruleset(
    metrics=[Metric("words"), Metric("least", source="words", aggregate="min")],
    attributes=[Attribute("city"), Attribute("plan")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
    leaderboards=[
        Leaderboard("weekly", "metric", START, metric="words", run_unit="day", run_interval=7),
        Leaderboard("first-three", "points", START, points="xp", max_participants=3),
        Leaderboard("streaks", "streak", START),
        Leaderboard("cities", "metric", START, metric="words", breakdown_attributes=["city"]),
        Leaderboard("pro", "metric", START, metric="words", user_attributes={"plan": "pro"}),
        Leaderboard("least", "metric", START, metric="words", order="ascending"),
        Leaderboard("shared", "metric", START, metric="least", order="ascending", ties="shared", max_participants=5),
        Leaderboard("shared-streaks", "streak", START, ties="shared", max_participants=7),
        Leaderboard(
            "tokyo",
            "metric",
            START,
            metric="words",
            run_unit="week",
            run_interval=1,
            time_zone="Asia/Tokyo",
            ties="shared",
        ),
        Leaderboard("hidden", "streak", START, status="inactive"),
    ],
)
USERS = [f"u{number:02}" for number in range(12)]
UNTIL = datetime(2025, 1, 19, 20, tzinfo=UTC)


def attributes_of(number):
    """Return the attributes of a user; some users lack one."""
    cities = {"city": ("Rome", "Oslo")[number % 2]} if number % 5 else {}
    return cities | ({"plan": "pro"} if number % 3 == 0 else {"plan": "free"})


def rows():
    """Return events with equal values, reached at equal instants by users created at equal instants."""
    start = datetime(2025, 1, 6, 9, tzinfo=UTC)
    for number, user in enumerate(USERS):
        yield user, start + timedelta(minutes=number % 2), "words", 1.0
        for day in range(number % 4, 13, 1 + number % 3):
            yield user, start + timedelta(days=day, hours=1), "words", 2.5 if number < 10 else -3.0


@pytest.fixture(scope="module")
def engine():
    engine = Engine(RULES)
    for user, at, metric, value in sorted(rows(), key=lambda row: row[1]):
        engine.record(metric, user=user, value=value, at=at)
    for number, user in enumerate(USERS):
        engine.identify(user, attributes=attributes_of(number), at=UNTIL)
    return engine


@pytest.fixture(scope="module")
def result(spark):
    frame = spark.createDataFrame(list(rows()), "user_id string, at timestamp, metric string, value double")
    return replay_frame(RULES, frame, columns=Columns(value="value"), until=UNTIL, effects=False, partitions=3)


@pytest.fixture(scope="module")
def attributes(spark):
    known = [(user, *map(attributes_of(number).get, ("city", "plan"))) for number, user in enumerate(USERS)]
    return spark.createDataFrame(known, "user_id string, city string, plan string")


def ranked(frame):
    listed = frame.toArrow().to_pylist()
    return sorted((row.pop("attribute:city", None), row["rank"], row["user_id"], float(row["value"])) for row in listed)


def ranked_by(engine, key, run=None, city=None):
    wanted = {} if city is None else {"attributes": {"city": city}}
    limit = next(board for board in RULES.leaderboards if board.key == key).max_participants
    view = engine.leaderboard(key, run=run, limit=min(limit, 20), at=UNTIL, **wanted)
    return [(city, row.rank, row.user_id, float(row.value)) for row in view.rankings]


def test_ranks_are_those_of_an_engine(engine, result, attributes):
    for key, run in (("weekly", START), ("weekly", None), ("first-three", None), ("streaks", None)):
        expected = ranked_by(engine, key, run)
        assert ranked(result.leaderboard(key, run)) == expected, key
        assert len(expected) > 2
    cities = [*ranked_by(engine, "cities", city="Oslo"), *ranked_by(engine, "cities", city="Rome")]
    assert ranked(result.leaderboard("cities", attributes=attributes)) == cities
    assert {city for city, *_ in cities} == {"Oslo", "Rome"}
    assert ranked(result.leaderboard("pro", attributes=attributes)) == ranked_by(engine, "pro")
    assert result.leaderboard("pro").count() == 0  # the users of a log have no attributes


def test_ranks_from_the_least_and_shared_ones_are_those_of_an_engine(engine, result):
    numbers = {}
    for key, run in (("least", None), ("shared", None), ("shared-streaks", None), ("tokyo", START), ("tokyo", None)):
        expected = sorted(ranked_by(engine, key, run))  # equal ranks in the order of ids
        assert ranked(result.leaderboard(key, run)) == expected, key
        numbers[key] = [rank for _, rank, _, _ in expected]
    assert min(value for _, _, _, value in ranked_by(engine, "least")) < 0
    assert len(numbers["shared"]) == 5 > len(set(numbers["shared"]))
    assert len(numbers["shared-streaks"]) > len(set(numbers["shared-streaks"]))


def test_a_wrong_argument_is_named(result, attributes):
    with pytest.raises(UnknownKey, match="hidden"):
        result.leaderboard("hidden")
    with pytest.raises(InvalidValue, match="has no run on 2025-01-05"):
        result.leaderboard("weekly", date(2025, 1, 5))
    with pytest.raises(InvalidValue, match="attributes has no column 'city'"):
        result.leaderboard("cities", attributes=attributes.drop("city"))
