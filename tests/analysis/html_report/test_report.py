"""The report is one file with charts, their numbers, and their words."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from attrs import evolve
from reports import PEOPLE, RULES, every_comparison, every_figure, write

from trophy_engine.analysis.html_report.charts import Style, draw
from trophy_engine.analysis.html_report.page import write_pictures
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.simulation.sweep import sweep
from trophy_engine.analysis.statistics.figures import Figure


class Page(HTMLParser):
    """Takes down the tags of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return write(tmp_path_factory.mktemp("report") / "report.html").read_text(encoding="utf-8")


def test_a_page_asks_the_network_for_nothing(text):
    tags = Page(text).tags
    assert not [tag for tag, _ in tags if tag in {"script", "link", "img", "iframe", "object"}]
    addresses = {attributes[name] for _, attributes in tags for name in ("src", "href") if name in attributes}
    assert addresses == {"#figures"}
    assert not re.search(r"url\(|@import", text)


def test_every_chart_has_words_and_numbers(text):
    page = Page(text)
    charts = [attributes for _, attributes in page.tags if attributes.get("role") == "img"]
    assert len(charts) == len(every_figure()) == 8
    assert all(attributes["aria-label"] for attributes in charts)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in page.tags].count("table") == 8


def test_what_rules_are_called_is_text_and_no_markup(text):
    assert "<title>Rules &amp; &lt;people&gt;</title>" in text


def test_the_same_report_is_the_same_bytes(text, tmp_path):
    assert write(tmp_path / "again.html").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("figure", [*every_figure(), *every_comparison()], ids=lambda figure: f"{figure.key}")
def test_every_figure_can_be_drawn_and_said(figure):
    drawn = draw(figure, Style.of_page(330))
    assert drawn.startswith("<svg")
    assert "var(--series-1)" in drawn
    assert "NaN" not in drawn
    assert describe_figure(figure).endswith(".")


SURVIVAL = Figure("survival", "Survival", "", ("length", "share", "low", "high", "at_risk"), ())


@pytest.mark.parametrize(
    ("rows", "told"),
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
def test_survival_is_told_as_far_as_it_was_observed(rows, told):
    assert describe_figure(evolve(SURVIVAL, rows=rows)) == told


def test_a_share_is_drawn_as_holding_up_to_the_length_at_which_it_falls():
    drawn = draw(evolve(SURVIVAL, rows=((1, 1.0, 1.0, 1.0, 2), (9, 0.5, 0.1, 0.9, 2))), Style())
    [line] = re.findall(r'"line mark" d="M([^"]*)"', drawn)
    (_, first), (_, second), *_ = [point.split(",") for point in line.split("L")]
    assert first == second


def test_what_was_not_observed_is_drawn_and_told_as_such(tmp_path):
    alone = sweep(RULES, {"streak.freezes.max_count": [1, 3]}, PEOPLE, users=1, days=9, seed=2).figures()
    for figure in alone:
        assert "NaN" not in draw(figure, Style())
        assert describe_figure(figure).endswith(".")
    page = write(tmp_path / "report.html", alone).read_text(encoding="utf-8")
    assert "<td>not observed</td>" in page
    assert "None" not in page


def test_pictures_are_png_files_named_after_their_figures(tmp_path):
    made = every_comparison()
    write_pictures(made, tmp_path / "pictures")
    files = {path.name: path.read_bytes() for path in (tmp_path / "pictures").iterdir()}
    assert set(files) == {f"{figure.key}.png" for figure in made}
    assert all(data.startswith(b"\x89PNG") for data in files.values())


@pytest.mark.parametrize(
    ("module", "library", "told"),
    [
        (
            "trophy_engine.analysis.html_report.charts",
            "altair",
            "drawing charts needs its extra: pip install 'trophy-engine[plot]'",
        ),
        ("trophy_engine.analysis.html_report.page", "jinja2", "pip install 'trophy-engine[plot]'"),
        ("trophy_engine.analysis.replay.parquet", "pyarrow", "pip install 'trophy-engine[parquet]'"),
    ],
)
def test_without_its_extra_each_says_how_to_get_it(module, library, told):
    code = f"import sys; sys.modules[{library!r}] = None; import {module}"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=root)
    assert "MissingExtra" in done.stderr
    assert told in done.stderr
