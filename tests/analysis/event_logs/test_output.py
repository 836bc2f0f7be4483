"""The files of a replay: the same input results in the same bytes."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from replayed import LOG, RULES, read

from trophy_engine import InvalidValue
from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.output import (
    check_output_formats,
    write_comparison,
    write_effects,
    write_files,
    write_table,
    write_users,
)
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import summarize

PARQUET = ("--table-format", "parquet", "--effects", "parquet")


def test_the_summary_and_the_files(log, tmp_path):
    with EffectLog() as effects:
        result = replay(RULES, read(log(LOG)), effects=effects)
        write_files(result, effects, tmp_path / "out")
        collected = list(effects)
    summary = summarize(result)
    assert (summary.users, summary.events, summary.skipped) == (2, 4, 1)
    assert [streak.longest for streak in summary.streaks] == [1]
    assert [ranked.user_id for ranked in summary.top] == ["ann", "ben"]
    assert (tmp_path / "out" / "users.csv").read_text() == dedent("""\
        user_id,events,streak_length,longest_streak,streak_started,freezes,freezes_used,achievements,metric:words,metric:views,points:energy,level:energy
        ann,3,1,1,2025-04-03,1,0,0,2.6,2.0,3,
        ben,1,1,1,2025-04-02,1,0,0,1.0,0.0,3,
    """)
    lines = (tmp_path / "out" / "effects.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert first == {"type": "user.created", "user_id": "ann", "at": "2025-04-02T07:00:00Z", "time_zone": "+02:00"}
    assert [(line["type"], line["user_id"]) for line in map(json.loads, lines)] == [
        (effect.type, effect.user_id) for effect in collected
    ]


def write_all(log, folder):
    """Write the log's users, effects and differences in every format; return the replay and the effects."""
    rows = read(log(LOG))
    with EffectLog() as effects:
        result = replay(RULES, rows, effects=effects)
        write_files(result, effects, folder)
        write_files(result, effects, folder, table_format="parquet", effect_format="parquet")
        collected = list(effects)
    for ending in ("csv", "parquet"):
        write_comparison(compare(RULES, RULES, rows), folder / f"compare.{ending}")
    return result, collected


def test_parquet_has_the_rows_of_the_text(log, tmp_path):
    result, collected = write_all(log, tmp_path)
    assert pq.read_table(tmp_path / "users.parquet").equals(result.to_arrow())
    effects = pq.read_table(tmp_path / "effects.parquet").to_pylist()
    texts = (tmp_path / "effects.jsonl").read_text().splitlines()
    lines = [json.loads(text, parse_float=Decimal) for text in texts]
    assert [row["type"] for row in effects] == [effect.type for effect in collected]
    for row, line in zip(effects, lines, strict=True):
        assert line.keys() <= row.keys()
        assert {name for name, cell in row.items() if cell is not None} <= line.keys()
        assert line["at"] == row["at"].isoformat().replace("+00:00", "Z")
        for name in ("value", "before", "awarded", "boosts", "award_id"):
            assert row[name] == line.get(name)


def test_every_reader_finds_the_types_by_default(log, tmp_path):
    write_all(log, tmp_path)
    users, effects = tmp_path / "users.parquet", tmp_path / "effects.parquet"
    by_polars = pl.read_parquet(users).schema
    assert by_polars["streak_started"] == pl.Date
    assert (by_polars["events"], by_polars["metric:words"]) == (pl.Int64, pl.Decimal(38, 19))
    assert pl.read_parquet(effects).schema["at"] == pl.Datetime("us", "UTC")
    at = pd.read_parquet(effects)["at"]
    assert str(at.dt.tz) == "UTC"
    assert str(at[0]) == "2025-04-02 07:00:00+00:00"
    changed = duckdb.read_parquet(str(effects)).filter("type = 'metric.changed'")
    totals = changed.aggregate('metric, sum("value")', "metric").fetchall()
    assert sorted((key, float(total)) for key, total in totals) == [("views", 2), ("words", 3.6)]
    lines = str(tmp_path / "effects.jsonl")
    assert pl.read_ndjson(lines, infer_schema_length=None).schema["value"] == pl.Float64
    assert pd.read_json(lines, lines=True)["value"].dtype == float
    by_duckdb = duckdb.read_json(lines)
    assert by_duckdb.types[by_duckdb.columns.index("value")] == "DOUBLE"
    text = str(tmp_path / "users.csv")
    assert pl.read_csv(text).schema["metric:views"] == pl.Float64
    assert pd.read_csv(text)["metric:views"].dtype == float
    assert pl.read_parquet(tmp_path / "compare.parquet").schema["gained"] == pl.List(pl.String)


def test_no_effects_are_written_on_demand(log, tmp_path):
    with EffectLog() as effects:
        write_files(replay(RULES, read(log(LOG))), effects, tmp_path / "out", effect_format="none")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["users.csv"]


def test_an_unknown_format_or_ending_is_refused(log, tmp_path):
    result = replay(RULES, read(log(LOG)))
    check_output_formats("csv", "jsonl", "parquet", "none")
    with pytest.raises(InvalidValue, match=r"^table_format must be one of 'csv', 'parquet', not 'xlsx'"):
        write_files(result, [], tmp_path, table_format="xlsx")
    with pytest.raises(InvalidValue, match=r"^effect_format must be one of 'jsonl', 'parquet', 'none', not 'csv'"):
        write_files(result, [], tmp_path, effect_format="csv")
    for write in (write_table, write_users):
        with pytest.raises(InvalidValue, match=r"^path must end in .csv or .parquet, not 'users.xlsx'"):
            write(result, tmp_path / "users.xlsx")
    with pytest.raises(InvalidValue, match=r"^path must end in .jsonl or .parquet, not 'effects.csv'"):
        write_effects([], tmp_path / "effects.csv")


@pytest.mark.thorough
def test_two_runs_write_equal_bytes_under_any_hash_seed(log, tmp_path):
    path = log(LOG)
    RULES.save(tmp_path / "rules.toml")
    written = set()
    for seed, *more in (("1",), ("77",), ("1", *PARQUET), ("77", *PARQUET)):
        out = tmp_path / seed
        columns = {"user": "who", "at": "when", "metric": "what", "value": "n", "tz": "where"}
        command = [sys.executable, "-c", "from trophy_engine.cli import main; main()", "replay"]
        options = [f"--{name}-column={column}" for name, column in columns.items()]
        subprocess.run(
            [*command, str(tmp_path / "rules.toml"), path, *options, "--attribute", "device", "--out", str(out), *more],
            check=True,
            capture_output=True,
            cwd=Path(__file__).resolve().parents[3],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        names = ("users.parquet", "effects.parquet") if more else ("users.csv", "effects.jsonl")
        written.add(tuple((out / name).read_bytes() for name in names))
    assert len(written) == 2
