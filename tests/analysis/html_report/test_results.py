"""A result is written as a page, with the name of what was evaluated, and one without a tally is refused."""

import re

import pytest

pytest.importorskip("altair", reason="comes with the extra plot")

from trophy_engine import InvalidValue, Ruleset, TrophyError
from trophy_engine.analysis import Report, compare, override, replay, simulate, sweep, write_report
from trophy_engine.rules import bundled

pytestmark = pytest.mark.thorough

RULES = Ruleset.load(bundled.rules_path("git"))
NEW = override(RULES, {"streaks.daily.freezes.max_count": 5})
ROWS = [
    {"user_id": user, "at": f"2025-04-{day:02}T12:00:00Z", "metric": "commits"}
    for user, days in {"ann": (1, 2, 3, 5), "ben": (2,)}.items()
    for day in days
]


def title_and_subtitle(path):
    page = path.read_text(encoding="utf-8")
    title, subtitle = (re.findall(rf"<{tag}>(.*?)</", page)[0] for tag in ("h1", 'p class="soft"'))
    return title, subtitle


RESULTS = {
    "Replay": (lambda: replay(RULES, ROWS, tally=True), "evaluated up to 2025-04-05"),
    "Comparison of old and new rules": (lambda: compare(RULES, NEW, ROWS, tally=True), ""),
    "Simulation": (lambda: simulate(RULES, users=5, days=9), "5 simulated users over 9 days from 2025-01-01, seed 0"),
    "Simulation under variations": (
        lambda: sweep(RULES, {"streaks.daily.freezes.max_count": [2, 3]}, users=5, days=9),
        "5 simulated users over 9 days from 2025-01-01, seed 0; the first numbers are those under max_count = 2",
    ),
}


@pytest.mark.parametrize("title", RESULTS)
def test_every_result_is_a_page(title, tmp_path):
    make, subtitle = RESULTS[title]
    path = tmp_path / "page.html"
    write_report(make(), str(path))
    assert title_and_subtitle(path) == (title, subtitle)
    write_report(make(), path, title="Ours", source="a <log>")
    assert title_and_subtitle(path)[0] == "Ours"
    if not title.startswith("Simulation"):
        assert title_and_subtitle(path)[1].startswith("a &lt;log&gt;")


@pytest.mark.parametrize(
    ("make", "function"), [(lambda: replay(RULES, ROWS), "replay"), (lambda: compare(RULES, NEW, ROWS), "compare")]
)
def test_a_result_without_a_tally_says_how_to_get_one(make, function, tmp_path):
    path = tmp_path / "page.html"
    with pytest.raises(InvalidValue, match=rf"content has no tally to draw; call {function} with tally=True"):
        write_report(make(), path)
    assert not path.exists()


def test_a_report_of_ones_own_is_written_as_it_is(tmp_path):
    write_report(Report("Title", "", [], []), tmp_path / "page.html")
    assert title_and_subtitle(tmp_path / "page.html") == ("Title", "")


@pytest.mark.parametrize("path", ["no/such/folder/page.html", "."])
def test_a_page_that_cannot_be_written_is_an_error(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TrophyError, match=r"cannot write .*: (No such file or directory|Is a directory)"):
        write_report(Report("Title", "", [], []), path)
