"""Results in notebooks: tables with escaped text, charts with the extra plot and tables without it."""

import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from trophy_engine import (
    Achievement,
    Engine,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis import (
    Columns,
    EffectLog,
    compare,
    figures,
    override,
    replay,
    simulate,
    summarize,
    sweep,
)

EVIL = "<script>alert('&')</script>"
RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("two", MetricTrigger("words", value=2), name=EVIL)],
    points=[
        PointsSystem("xp", name=EVIL, triggers=[MetricPointsTrigger("words", 10)], levels=[Level("up", 10, name=EVIL)])
    ],
)
WHEN = datetime(2025, 4, 2, 10, tzinfo=UTC)
ROWS = [{"user_id": EVIL, "at": WHEN + timedelta(days=day)} for day in range(3)]
COLUMNS = Columns(metric="=words")


class Reader(HTMLParser):
    """Reads the tags of HTML, its text, and checks that every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts, self.open, self.pictures = [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.pictures.append(dict(attributes)["src"])
            return
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def results():
    """Return results of every kind, with names and ids that contain HTML."""
    new = override(RULES, {"achievements[two].trigger.value": 200})
    with EffectLog() as effects:
        replayed = replay(RULES, ROWS, columns=COLUMNS, effects=effects, tally=True)
        simulation = simulate(RULES, users=20, days=20)
        yield {
            "replay": replayed,
            "summary": summarize(replayed),
            "player": next(iter(replayed.players())),
            "effects": effects,
            "comparison": compare(RULES, new, ROWS, columns=COLUMNS, tally=True),
            "simulation": simulation,
            "sweep": sweep(RULES, {"points[xp].name": [EVIL, "xp"]}, users=5, days=20),
            "figure": figures(RULES, simulation.tally)[-1],
        }


SHOWN = {
    "replay": ["1 user, 3 events", "Achievements", EVIL, "100.0 %", "Streaks"],
    "summary": ["1 user, 3 events", "Achievements", EVIL, "100.0 %", "Streaks"],
    "player": [f"{EVIL} at 2025-04-04 10:00 UTC", "3, longest 3", f"30, {EVIL}"],
    "effects": ["The first 10 effects", "metric.changed", EVIL, "2025-04-02T10:00:00Z"],
    "comparison": ["Most affected users: new minus old", EVIL, "The longest streak changes for no user."],
    "simulation": ["20 simulated users over 20 days from 2025-01-01, seed 0", "Streaks", EVIL],
    "sweep": ["Effect of the variations", "difference"],
}
#: The results with charts.
DRAWN = {"replay", "comparison", "simulation", "sweep"}


@pytest.mark.parametrize("name", SHOWN)
def test_a_result_is_shown_as_tables_and_charts_with_its_text_escaped(results, name):
    html = results[name]._repr_html_()
    reader = Reader(html)
    assert "script" not in reader.tags
    assert ("img" in reader.tags) == (name in DRAWN)
    for source in reader.pictures:
        assert "<script" not in b64decode(source.partition(",")[2]).decode()
    lines = [line for text in reader.texts for line in (text, *text.splitlines())]
    assert [text for text in SHOWN[name] if text not in lines] == []


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_without_the_libraries_of_charts_figures_are_tables(results, name, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.delitem(sys.modules, "trophy_engine.analysis.html_report.charts", raising=False)
    reader = Reader(results[name]._repr_html_())
    assert "img" not in reader.tags
    assert {"table", "caption", "th", "td"} <= set(reader.tags)
    assert "script" not in reader.tags


def test_a_figure_is_shown_as_a_chart_or_as_a_table(results, monkeypatch):
    figure = results["figure"]
    svg = figure._repr_svg_()
    assert figure._repr_html_() is None
    assert figure.title in svg
    assert "<script" not in svg
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    monkeypatch.delitem(sys.modules, "trophy_engine.analysis.html_report.charts", raising=False)
    assert figure._repr_svg_() is None
    assert {"table", "caption"} <= set(Reader(figure._repr_html_()).tags)


def test_a_long_table_ends_with_the_number_of_further_rows():
    rules = Ruleset(
        metrics=[Metric("words")],
        achievements=[Achievement(f"a{number:02}", MetricTrigger("words", value=number + 1)) for number in range(50)],
    )
    html = replay(rules, ROWS, columns=COLUMNS)._repr_html_()
    assert '<td colspan="3">… 10 more</td>' in html
    assert "img" not in html  # no tally


def test_empty_results_are_shown():
    with EffectLog() as effects:
        assert Reader(replay(RULES, [], effects=effects)._repr_html_()).texts[0] == "0 users, 0 events"
        assert "0 effects" in Reader(effects._repr_html_()).texts
    compared = Reader(compare(RULES, RULES, [])._repr_html_())
    assert "No user was evaluated, so gains and losses are unknown." in compared.texts[0]


def test_explanations_are_shown_as_their_text():
    engine = Engine(RULES)
    outcome = engine.record("words", user=EVIL, value=1, at=WHEN)
    for explanation in (outcome.explain(), engine.explain(EVIL, achievement="two", at=WHEN)):
        assert Reader(explanation._repr_html_()).texts == [explanation.text]
