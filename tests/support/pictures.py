"""The pictures of the documentation: pages of reports in a browser, and the chart of a sweep.

    python tests/support/pictures.py

takes them into docs/images, of the event log that comes with the package. It requires the extras plot and browser, and
chromium.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from palettes import shrink
from playwright.sync_api import sync_playwright

from trophy_engine import Ruleset
from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.bundled_log import read_bundled_log
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.html_report.charts import png
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.sweep import sweep
from trophy_engine.cli.reports import write_report_for_compare, write_report_for_replay
from trophy_engine.cli.skipped_rows import skip_bad_rows
from trophy_engine.rules import bundled
from trophy_engine.rules.override import override

IMAGES = Path(__file__).parents[2] / "docs" / "images"
LOG_TITLE = "the commits to rails/rails since 2024"
RULES = Ruleset.load(bundled.rules_path("git"))
#: The changed rules of the comparison: more freezes, fewer points, and a harder and an easier achievement.
NEW_RULES = override(
    RULES,
    {
        "streaks.daily.freezes.max_count": 5,
        "points[xp].triggers[0].points": 8,
        "achievements[ten-commits].trigger.value": 12,
        "achievements[a-month].trigger.length": 21,
    },
)
_BOTTOM = "figure => figure.getBoundingClientRect().bottom"
BROWSER = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def photograph(page: Path, picture: Path, figures: int) -> None:
    """Take the top of a page down to the end of a number of figures, 1,200 pixels wide."""
    with sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=shutil.which("chromium"), args=BROWSER)
        opened = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light").new_page()
        opened.goto(page.as_uri())
        bottom = max(opened.locator("figure").nth(number).evaluate(_BOTTOM) for number in range(figures))
        clip = {"x": 0, "y": 0, "width": 1200, "height": bottom + 16}
        picture.write_bytes(shrink(opened.screenshot(full_page=True, clip=clip)))
        browser.close()


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    rows, _ = skip_bad_rows(read_bundled_log("git"), lambda _: None)
    with TemporaryDirectory() as folder:
        report, comparison = (Path(folder) / name for name in ("report.html", "comparison.html"))
        write_report_for_replay(replay(RULES, rows, tally=True), "git", LOG_TITLE, report)
        photograph(report, IMAGES / "report.png", 4)
        compared = compare(RULES, NEW_RULES, rows, tally=True)
        write_report_for_compare(compared, ("old.toml", "new.toml"), LOG_TITLE, comparison)
        photograph(comparison, IMAGES / "comparison.png", 2)
    variations = {"streaks.daily.freezes.max_count": range(1, 6)}
    swept = sweep(RULES, variations, Population.fit(rows), users=3000, seed=7)
    (IMAGES / "sweep.png").write_bytes(shrink(png(swept.figures()[0])))


if __name__ == "__main__":
    main()
