"""A comparison on a cluster is the local one."""

from clustered import digest
from replayed import COLUMNS, LOG, RULES
from three_streaks import METRICS
from three_streaks import RULES as THREE_STREAKS

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


def test_every_streak_is_compared(spark):
    new = override(THREE_STREAKS, {"streaks.weekly.freezes": None, "streaks.third-day.frequency": "daily"})
    days = {"ann": (1, 2, 3, 4, 12, 28), "ben": (3, 18)}
    rows = [(user, f"2025-02-{day:02}T10:00:00Z", metric) for user in days for day in days[user] for metric in METRICS]
    local = compare(THREE_STREAKS, new, [dict(zip(("user_id", "at", "metric"), row, strict=True)) for row in rows])
    result = compare_frames(
        THREE_STREAKS, new, spark.createDataFrame(rows, "user_id string, at string, metric string"), partitions=2
    )
    assert digest(result.differences.toArrow().sort_by("user_id")) == digest(local.to_arrow())
    sentences = list(result.sentences())
    assert sentences == list(local.sentences())
    assert sentences[0] == "The longest daily streak changes for no user."
    assert sentences[1].startswith("The longest weekly streak of 0 of 2 users would be longer, of 2 shorter.")
    result.unpersist()
