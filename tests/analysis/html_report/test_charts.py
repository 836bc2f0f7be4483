"""Charts: every figure is drawn; without the extra for charts, the error names it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import evolve
from reports import every_comparison, every_figure, every_pair

from trophy_engine.analysis.html_report.charts import draw
from trophy_engine.analysis.html_report.style import Style
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.figures import Figure


@pytest.mark.parametrize(
    "figure", [*every_figure(), *every_comparison(), *every_pair()], ids=lambda figure: f"{figure.key}"
)
def test_every_figure_has_a_chart_and_a_description(figure):
    drawn = draw(figure, Style.of_page(330))
    assert drawn.startswith("<svg")
    assert "var(--series-1)" in drawn
    assert "NaN" not in drawn
    assert describe_figure(figure).endswith(".")


@pytest.mark.parametrize("figure", every_figure(), ids=lambda figure: f"{figure.key}")
@pytest.mark.parametrize("factor", [10**20, 10**1200])
def test_numbers_beyond_those_of_charts_are_drawn(figure, factor):
    rows = [tuple(value * factor if type(value) is int else value for value in row) for row in figure.rows]
    drawn = draw(evolve(figure, rows=tuple(rows)), Style.of_page(330))
    assert drawn.startswith("<svg")
    assert "NaN" not in drawn


SURVIVAL = Figure("survival", "Survival", "", ("length", "share", "low", "high", "at_risk"), ())


def test_a_survival_curve_is_constant_up_to_the_length_at_which_it_falls():
    drawn = draw(evolve(SURVIVAL, rows=((1, 1.0, 1.0, 1.0, 2), (9, 0.5, 0.1, 0.9, 2))), Style())
    [line] = re.findall(r'"line mark" d="M([^"]*)"', drawn)
    (_, first), (_, second), *_ = [point.split(",") for point in line.split("L")]
    assert first == second


@pytest.mark.parametrize(
    ("module", "library", "message"),
    [
        (
            "trophy_engine.analysis.html_report.charts",
            "altair",
            "drawing charts requires an extra; install it with: pip install 'trophy-engine[plot]'",
        ),
        ("trophy_engine.analysis.html_report.page", "jinja2", "pip install 'trophy-engine[plot]'"),
        ("trophy_engine.analysis.event_logs.parquet", "pyarrow", "pip install 'trophy-engine[parquet]'"),
    ],
)
def test_without_the_extra_each_function_names_it(module, library, message):
    code = f"import sys; sys.modules[{library!r}] = None; import {module}"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=root)
    assert "MissingExtra" in done.stderr
    assert message in done.stderr
