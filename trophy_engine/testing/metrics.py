"""Strategies of metrics: recorded and derived ones, with every aggregate, filter and window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args

from hypothesis import strategies as st

from trophy_engine.rules.metric_sources import CompletionsSource, MetricSource, PointsSource
from trophy_engine.rules.metrics import Aggregate, Metric
from trophy_engine.rules.references import EVERY
from trophy_engine.rules.value_range import ValueRange
from trophy_engine.rules.windows import DateWindow, ResetWindow, RollingWindow, RunWindow, SessionWindow, Window
from trophy_engine.testing.metadata import metadata

__all__ = ["PLAIN_METRICS", "award_metrics_strategy", "metrics_strategy"]

#: The metrics that every drawn ruleset records and sums up for all time.
PLAIN_METRICS: Final = (Metric("words"), Metric("lessons"))
#: A metric that some rulesets record, with any aggregate and window.
_SCORE: Final = "score"
_DEVICE: Final = "device"

#: Dates before those of most histories, and around those of many.
_starts = st.dates(date(2023, 12, 1), date(2024, 3, 31)) | st.dates(date(2004, 1, 1), date(2004, 12, 31))
_lengths = st.none() | st.sampled_from([0, 1, 30, 366, 3000]).map(timedelta)
_units = st.sampled_from(["day", "week", "month", "year"])
_runs = st.builds(RunWindow, st.sampled_from([1, 2, 3, 10]), _units, _starts)
_dates = st.tuples(_starts, _lengths).map(
    lambda drawn: DateWindow(drawn[0], None if drawn[1] is None else drawn[0] + drawn[1])
)
_days = st.builds(RollingWindow, st.sampled_from([1, 2, 3, 7, 366]), st.just("day"))
_hours = st.sampled_from([RollingWindow(24, "hour"), RollingWindow(1, "hour"), RollingWindow(90, "minute")])
_sessions = st.sampled_from([SessionWindow(30, "minute"), SessionWindow(1, "hour"), SessionWindow(36, "hour")])
_few = st.sampled_from([0, 1, 0, 2, 3])
_filters: Final[tuple[dict[str, Any], ...]] = ({}, {}, {_DEVICE: "ios"}, {_DEVICE: ["ios", "web"]})
_ranges = st.sampled_from(
    [None, None, ValueRange(at_least=0), ValueRange(at_least=1, at_most=3), ValueRange(at_most=Decimal("0.5"))]
)


@cache
def _window_strategy(aggregate: Aggregate, others: tuple[str, ...]) -> st.SearchStrategy[Window | None]:
    """Draw windows around an aggregate that events of other metrics may reset."""
    resets = [st.sampled_from(others).map(ResetWindow)] if others else []
    days = [] if aggregate == "last" else [_days]
    return st.one_of(st.none(), _units, _runs, _dates, _hours, _sessions, *days, *resets)


@st.composite
def _single_metric_strategy(draw: st.DrawFn, key: str, recorded: Sequence[str], *, is_recorded: bool) -> Metric:
    source = None if is_recorded else draw(st.sampled_from(list(recorded)))
    aggregate = draw(st.sampled_from(get_args(Aggregate)))
    filters: dict[str, Any] = {}
    if source is not None:
        filters = {"event_attributes": draw(st.sampled_from(_filters)), "event_value": draw(_ranges)}
    others = tuple(other for other in recorded if other not in {key, source})
    return Metric(
        key,
        source=source,
        aggregate=aggregate,
        distinct_by=_DEVICE if aggregate == "distinct" else None,
        window=draw(_window_strategy(aggregate, others)),
        metadata=draw(metadata),
        **filters,
    )


@st.composite
def award_metrics_strategy(
    draw: st.DrawFn, systems: Sequence[str], achievements: Sequence[str], recorded: Sequence[str]
) -> tuple[Metric, ...]:
    """Draw at most two metrics on the points of systems and the completions of achievements.

    Args:
        draw: passed by Hypothesis.
        systems: the keys of the points systems.
        achievements: the keys of the achievements.
        recorded: the keys of the recorded metrics, which can reset windows.
    """
    metrics = []
    for number in range(draw(st.sampled_from([0, 0, 1, 2]))):
        sources: list[st.SearchStrategy[MetricSource]] = [st.just(CompletionsSource(EVERY))]
        if systems:
            sources.append(st.sampled_from(list(systems)).map(PointsSource))
        if achievements:
            some = st.lists(st.sampled_from(list(achievements)), min_size=1, max_size=3, unique=True)
            sources.append(some.map(CompletionsSource))
        aggregate = draw(st.sampled_from([one for one in get_args(Aggregate) if one != "distinct"]))
        window = draw(_window_strategy(aggregate, tuple(recorded)))
        source = draw(st.one_of(sources))
        metrics.append(
            Metric(
                f"e{number}",
                source=source,
                aggregate=aggregate,
                event_value=draw(_ranges),
                window=window,
                metadata=draw(metadata),
            )
        )
    return tuple(metrics)


@st.composite
def metrics_strategy(draw: st.DrawFn, numbers: st.SearchStrategy[int] | None = None) -> tuple[Metric, ...]:
    """Draw the metrics words and lessons, and some that are derived, or not just sums for all time.

    The attribute of events is device; rules that have the metrics declare it.

    Args:
        draw: passed by Hypothesis.
        numbers: a strategy of the number of derived metrics; at most three by default.
    """
    metrics = list(PLAIN_METRICS)
    recorded = [metric.key for metric in metrics]
    if draw(st.sampled_from([False, False, True])):
        metrics.append(draw(_single_metric_strategy(_SCORE, recorded, is_recorded=True)))
        recorded.append(_SCORE)
    derived = range(draw(_few if numbers is None else numbers))
    metrics += [draw(_single_metric_strategy(f"d{number}", recorded, is_recorded=False)) for number in derived]
    return tuple(draw(st.permutations(metrics)))
