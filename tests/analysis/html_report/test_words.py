"""Figures in words: survival is described as far as it was observed."""

import pytest
from attrs import evolve

from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.figures import Figure

SURVIVAL = Figure("survival", "Survival", "", ("length", "share", "low", "high", "at_risk"), ())


@pytest.mark.parametrize(
    ("rows", "description"),
    [
        (((1, 1.0, 1.0, 1.0, 3),), "100 % of streaks reach 1 period; longer ones, and the median, were not observed."),
        (
            ((1, 1.0, 1.0, 1.0, 9), (2, 0.7, 0.4, 0.9, 9), (3, 0.7, 0.4, 0.9, 4)),
            "70 % of streaks reach 3 periods; longer ones, and the median, were not observed.",
        ),
        (
            ((1, 1.0, 1.0, 1.0, 2), (3, 0.5, 0.1, 0.9, 2), (9, 0.0, 0.0, 0.0, 1)),
            "50 % of streaks reach 3 periods, 0 % reach 9.",
        ),
        (
            ((1, 1.0, 1.0, 1.0, 900), (2, 0.4, 0.3, 0.5, 900), (50, 0.001, 0.0001, 0.01, 2)),
            "40 % of streaks reach 2 periods, <1 % reach 50; longer ones were not observed.",
        ),
    ],
)
def test_survival_is_described_as_far_as_it_was_observed(rows, description):
    assert describe_figure(evolve(SURVIVAL, rows=rows)) == description
