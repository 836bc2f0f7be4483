"""The report is one file with charts, tables and descriptions."""

import re
from html.parser import HTMLParser

import pytest
from reports import PEOPLE, RULES, every_comparison, every_figure, every_pair, write

from trophy_engine.analysis.html_report.charts import draw
from trophy_engine.analysis.html_report.page import write_pictures
from trophy_engine.analysis.html_report.style import Style
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.simulation.sweep import sweep

pytestmark = pytest.mark.thorough


class Page(HTMLParser):
    """Collects the tags of a page with their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return write(tmp_path_factory.mktemp("report") / "report.html").read_text(encoding="utf-8")


def test_a_page_loads_nothing_from_the_network(text):
    tags = Page(text).tags
    assert not [tag for tag, _ in tags if tag in {"script", "link", "img", "iframe", "object"}]
    addresses = {attributes[name] for _, attributes in tags for name in ("src", "href") if name in attributes}
    assert addresses == {"#figures"}
    assert not re.search(r"url\(|@import", text)


def test_every_chart_has_a_description_and_a_table(text):
    page = Page(text)
    charts = [attributes for _, attributes in page.tags if attributes.get("role") == "img"]
    assert len(charts) == len(every_figure()) == 8
    assert all(attributes["aria-label"] for attributes in charts)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert [tag for tag, _ in page.tags].count("table") == 8 + 1


def test_names_of_rules_are_escaped(text):
    assert "<title>Rules &amp; &lt;people&gt;</title>" in text


def test_equal_reports_are_equal_bytes(text, tmp_path):
    assert write(tmp_path / "again.html").read_text(encoding="utf-8") == text


def test_unobserved_lengths_are_marked_in_charts_and_text(tmp_path):
    alone = sweep(RULES, {"streaks.daily.freezes.max_count": [1, 3]}, PEOPLE, users=1, days=9, seed=2).figures()
    for figure in alone:
        assert "NaN" not in draw(figure, Style())
        assert describe_figure(figure).endswith(".")
    page = write(tmp_path / "report.html", alone).read_text(encoding="utf-8")
    assert '<td class="number">not observed</td>' in page
    assert "None" not in page


def test_pictures_are_png_files_named_after_their_figures(tmp_path):
    made = every_comparison()
    write_pictures(made, tmp_path / "pictures")
    files = {path.name: path.read_bytes() for path in (tmp_path / "pictures").iterdir()}
    assert set(files) == {f"{figure.key}.png" for figure in made}
    assert all(data.startswith(b"\x89PNG") for data in files.values())


def test_a_legend_names_each_series_with_its_mark(tmp_path):
    page = write(tmp_path / "report.html", every_pair()).read_text(encoding="utf-8")
    legends = re.findall(r'<ul class="legend">(.*?)</ul>', page, re.DOTALL)
    assert len(legends) == 5
    for legend in legends:
        names = re.findall(r"</svg>\s*(.*?)</li>", legend, re.DOTALL)
        assert names == ["old rules", "new rules"]
    assert "stroke-dasharray" in legends[0]


def test_a_number_of_a_comparison_has_the_old_one_and_the_difference(text):
    tile = text.partition("<dt>points</dt>")[2].partition("</div>")[0]
    assert re.sub(r"<[^>]+>", "", tile).split() == ["new", "1,234", "old", "1,200", "difference", "+34"]
    assert "old" not in text.partition("<dt>users</dt>")[2].partition("</div>")[0]


def test_tables_come_before_the_figures_and_their_cells_are_text(text):
    assert "&lt;ann&gt;" in text
    assert text.index('id="affected"') < text.index('id="figures"')


def test_a_page_without_figures_says_so(tmp_path):
    page = write(tmp_path / "report.html", ()).read_text(encoding="utf-8")
    assert "There is nothing to draw, because no user has an event." in page
    assert "<figure" not in page
