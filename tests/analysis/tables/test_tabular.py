"""Results are tables for every library of frames, with the types that the columns declare."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from trophy_engine import (
    Achievement,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis import Columns, EffectLog, compare, figures, replay, simulate, sweep
from trophy_engine.analysis.tables.arrow import arrow_schema

WHEN = datetime(2025, 4, 2, 10, tzinfo=UTC)
RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("two", MetricTrigger("words", value=2))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 10)], levels=[Level("up", 10)])],
)
COLUMNS = Columns(metric="=words", value="value")
ROWS = [
    {"user_id": user, "at": WHEN + timedelta(days=day), "value": value}
    for user, day, value in (("ann", 0, 2), ("ben", 0, Decimal("0.5")), ("ann", 1, 1))
]


@pytest.fixture(scope="module")
def results():
    """Return results of every kind, by name."""
    with EffectLog() as effects:
        replayed = replay(RULES, ROWS, columns=COLUMNS, effects=effects, tally=True)
        simulation = simulate(RULES, users=20, days=20)
        yield {
            "replay": replayed,
            "effects": effects,
            "comparison": compare(RULES, RULES, ROWS, columns=COLUMNS),
            "simulation": simulation,
            "sweep": sweep(RULES, {"points[xp].levels[up].points": [10, 20]}, users=5, days=20),
            **{figure.key: figure for figure in figures(RULES, simulation.tally)},
        }


NAMES = ["replay", "effects", "comparison", "simulation", "sweep", "active", "survival", "points", "levels", "hours"]


@pytest.mark.parametrize("name", NAMES)
def test_every_library_reads_every_result(results, name):
    result = results[name]
    table = result.to_arrow()
    assert table.num_rows > 0
    assert table.schema == arrow_schema(result.table_columns())
    assert pa.table(result).equals(table)
    assert pa.RecordBatchReader.from_stream(result).read_all().equals(table)
    assert pl.DataFrame(result).to_arrow().num_rows == table.num_rows
    assert duckdb.sql("SELECT count(*) FROM result").fetchall() == [(table.num_rows,)]
    assert len(table.to_pandas()) == table.num_rows
    assert [tuple(row.values()) for row in pl.DataFrame(result).to_dicts()] == [
        tuple(row.values()) for row in table.to_pylist()
    ]


def test_the_columns_have_the_types_of_their_kinds(results):
    users = pl.DataFrame(results["replay"])
    assert dict(users.schema) == {
        "user_id": pl.String,
        **dict.fromkeys(("events", "streak_length", "longest_streak"), pl.Int64),
        "streak_started": pl.Date,
        **dict.fromkeys(("freezes", "freezes_used", "achievements"), pl.Int64),
        "metric:words": pl.Decimal(38, 19),
        "points:xp": pl.Int64,
        "level:xp": pl.String,
    }
    assert users.row(0) == ("ann", 2, 2, 2, date(2025, 4, 2), 0, 0, 1, Decimal(3), 30, "up")
    assert pl.DataFrame(results["levels"]).schema["day"] == pl.Date
    assert list(pl.DataFrame(results["sweep"]).schema.values()) == [pl.String] * 3 + [pl.Float64] * 6 + [pl.String]


def test_a_query_selects_one_kind_of_effect(results):
    effects = results["effects"]
    query = "SELECT user_id, sum(awarded) FROM effects WHERE type = 'points.awarded' GROUP BY 1 ORDER BY 1"
    assert duckdb.sql(query).fetchall() == [("ann", 30)]
    frame = pl.DataFrame(effects).filter(pl.col("type") == "points.awarded")
    assert frame["trigger"].str.json_path_match("$.metric").to_list() == ["words", "words"]
    assert pd.DataFrame(pa.table(effects).to_pandas())["at"].dt.tz is not None


def test_a_replay_can_be_queried_beside_the_frame_that_it_was_made_of():
    frame = pl.DataFrame([row | {"value": float(row["value"])} for row in ROWS])
    users = replay(RULES, frame, columns=COLUMNS)
    joined = duckdb.sql('SELECT count(*) FROM frame JOIN users USING (user_id) WHERE "metric:words" > 1')
    assert joined.fetchall() == [(2,)]
    assert users.events == 3


def test_a_total_of_nothing_is_a_null_in_every_library():
    best = Metric("best", source="words", aggregate="max", event_value={"at_least": 1})
    with EffectLog() as effects:
        users = replay(Ruleset([Metric("words"), best]), ROWS, columns=COLUMNS, effects=effects)
        frame = pl.DataFrame(effects).filter(pl.col("type") == "metric.changed", pl.col("metric") == "best")
        assert frame.select("value", "before", "after").rows() == [(Decimal(2), None, Decimal(2))]
    assert users.events == 3
    assert pl.DataFrame(users)["metric:best"].to_list() == [Decimal(2), None]
    assert users.to_arrow()["metric:best"].to_pylist() == [Decimal(2), None]
    assert duckdb.sql('SELECT user_id FROM users WHERE "metric:best" IS NULL').fetchall() == [("ben",)]
