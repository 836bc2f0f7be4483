"""A comparison on a cluster is the local one."""

from clustered import digest
from replayed import COLUMNS, LOG, RULES

from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.spark import compare_frames
from trophy_engine.rules.override import override

HEAD, *ROWS = [line.split(",") for line in LOG.splitlines()]


def test_two_rulesets_are_compared_in_one_pass(spark):
    new = override(RULES, {"points.energy.maximum": 2})
    log = [dict(zip(HEAD, row, strict=True)) for row in ROWS]
    local = compare(RULES, new, log, columns=COLUMNS, tally=True, tie_order="row")
    frame = spark.createDataFrame(ROWS, ", ".join(f"{name} string" for name in HEAD))
    result = compare_frames(RULES, new, frame, columns=COLUMNS, tally=True, partitions=2)
    assert digest(result.differences.toArrow().sort_by("user_id")) == digest(local.to_arrow())
    assert list(result.sentences()) == list(local.sentences())
    assert (result.tallies, result.skipped, result.until) == (local.tallies, local.skipped, local.until)
    assert [row.reason for row in result.bad_rows] == [row.reason for row in local.bad_rows]
    result.unpersist()
