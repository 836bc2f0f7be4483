"""Survival of streaks, compared with the estimates of scipy."""

import warnings
from collections import Counter
from fractions import Fraction
from math import isnan
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from trophy_engine import Metric, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.sources import read_log
from trophy_engine.analysis.statistics.survival import percentile, share_reaching, survival

RAILS = Path(__file__).resolve().parents[4] / "shared" / "data" / "rails-commits.csv.gz"

counts = st.dictionaries(st.integers(1, 12), st.integers(0, 5), max_size=6)


def longest_of(ended, running):
    return max((length for length in {**ended, **running} if ended.get(length) or running.get(length)), default=0)


@given(counts, counts)
@example({1: 2, 3: 1}, {3: 1})
def test_a_share_is_the_product_of_continued_shares_up_to_the_longest_length(ended, running):
    curve = survival(ended, running)
    streaks = [(length, True) for length, n in ended.items() for _ in range(n)]
    streaks += [(length, False) for length, n in running.items() for _ in range(n)]
    longest = longest_of(ended, running)
    share = Fraction(1)
    for length in range(1, 15):
        if length <= longest or (longest and share == 0):
            assert share_reaching(curve, length) == pytest.approx(float(share))
        else:
            assert share_reaching(curve, length) is None
        at_risk = [streak for streak in streaks if streak[0] >= length]
        gone = [one for one in at_risk if one == (length, True)]
        if at_risk and (length < longest or len(gone) == len(at_risk)):
            share *= 1 - Fraction(len(gone), len(at_risk))


def assert_agrees(ended, running):
    """Compare the curve with scipy's Kaplan-Meier estimate and its log-log band."""
    curve = survival(ended, running)
    lengths = [*Counter(ended).elements(), *Counter(running).elements()]
    censored = [False] * sum(ended.values()) + [True] * sum(running.values())
    theirs = stats.ecdf(stats.CensoredData.right_censored(lengths, censored)).sf
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The confidence interval is undefined", RuntimeWarning)
        band = theirs.confidence_interval(method="log-log")
    ours = {point.length - 1: point for point in curve[1:]}
    columns = (theirs.quantiles, theirs.probabilities, band.low.probabilities, band.high.probabilities)
    for length, share, low, high in zip(*columns, strict=True):
        if length in ours:
            point = ours[length]
            assert point.share == pytest.approx(share, abs=1e-12)
            if isnan(low):
                assert point.low == point.share == point.high
            else:
                assert (point.low, point.high) == pytest.approx((low, high), rel=1e-9)
    for point in curve:
        assert 0 <= point.low <= point.share <= point.high <= 1
    return len(ours)


@given(counts, counts)
@example({1: 999_999}, {1: 1, 2: 1})
@example({1: 1}, {2: 999_999})
@example({5: 3}, {})
def test_estimates_and_bands_equal_those_of_scipy(ended, running):
    if longest_of(ended, running):
        assert_agrees(ended, running)


@pytest.mark.thorough
@pytest.mark.skipif(not RAILS.exists(), reason="the log of a large repository is not at hand")
def test_estimates_and_bands_of_a_large_log_equal_those_of_scipy():
    rules = Ruleset(metrics=[Metric("commits")], streaks=[Streak("habit", metrics=[StreakMetric("commits")])])
    columns = Columns("user_id", "occurred_at", "=commits", "=1", "utc_offset")
    streaks = replay(rules, read_log(str(RAILS), columns), tally=True).tally.streaks["habit"]
    assert assert_agrees(streaks.ended, streaks.running) > 20


@given(st.lists(st.integers(1, 9), min_size=1), st.integers(1, 100))
def test_percentiles_equal_those_of_the_sorted_values(values, percent):
    counted = {value: values.count(value) for value in values}
    assert percentile(counted, percent) == sorted(values)[-(-percent * len(values) // 100) - 1]


def test_no_values_have_no_percentile():
    assert percentile({}, 50) is None
