"""trophy-engine compare: gains and losses of users."""

from pathlib import Path

import pyarrow.parquet as pq


def test_compare_lists_gains_and_losses(run):
    rules = Path("rules.toml").read_text()
    Path("better.toml").write_text(rules.replace("points = 5", "points = 6"))
    done = run("compare", "rules.toml", "better.toml", "log.csv", "--out", "out", "--fail-on-loss")
    assert done.exit_code == 0
    assert "xp: 1 of 1 user would have more points, 0 fewer; +2 in all." in done.output
    assert Path("out/compare.csv").read_text().splitlines()[1] == "ann,2,2,2,2,2,10,12,,"
    run("compare", "rules.toml", "better.toml", "log.csv", "--out", "out", "--table-format", "parquet")
    [row] = pq.read_table("out/compare.parquet").to_pylist()
    assert (row["user_id"], row["points:xp:old"], row["points:xp:new"], row["gained"]) == ("ann", 10, 12, [])
    worse = run("compare", "better.toml", "rules.toml", "log.csv", "--fail-on-loss")
    assert worse.exit_code == 3
    assert run("compare", "better.toml", "rules.toml", "log.csv").exit_code == 0
    assert run("compare", "rules.toml", "none.toml", "log.csv").exit_code == 1
