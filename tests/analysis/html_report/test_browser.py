"""The report in a real browser: wide and narrow, light and dark, by keyboard."""

import re
import shutil

import pytest
from reports import every_comparison, every_pair, write

playwright = pytest.importorskip("playwright.sync_api", reason="comes with the extra browser")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("there is no chromium here", allow_module_level=True)

pytestmark = pytest.mark.thorough

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"phone": {"width": 360, "height": 740}, "desk": {"width": 1280, "height": 900}}


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return [
        write(folder / "one.html"),
        write(folder / "two.html", every_comparison()),
        write(folder / "pairs.html", every_pair()),
    ]


@pytest.fixture(params=[(size, scheme) for size in SIZES for scheme in ("light", "dark")], ids="-".join)
def page(request, browser, reports):
    size, scheme = request.param
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(reports[0].as_uri())
    yield page
    context.close()


def test_the_page_fits_sends_no_request_and_logs_no_error(page, reports):
    for report in reports:
        page.goto(report.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        charts = page.locator("[role=img] svg:visible")
        assert charts.count() == page.locator("figure").count()
        for place in range(charts.count()):
            box = charts.nth(place).bounding_box()
            assert box["width"] > 200
            assert box["height"] > 80
    assert {url.partition(":")[0] for url in page.asked} == {"file"}
    assert page.said == []


def test_words_in_charts_are_large_enough_to_read(page):
    heights = page.locator("[role=img] svg:visible text").evaluate_all(
        "words => words.map(word => word.getBoundingClientRect().height).filter(height => height > 0)"
    )
    assert len(heights) > 50
    assert min(heights) >= 9


def test_text_contrasts_with_its_background(page):
    def shade(colour):
        """Return the relative luminance, by which WCAG 2 defines contrast."""
        parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    def colour(selector, name):
        return page.locator(selector).first.evaluate(f"one => getComputedStyle(one).{name}")

    card = shade(colour("figure", "backgroundColor"))
    for words in ("figure h2", "figure p.soft", "summary"):
        lighter, darker = sorted((card, shade(colour(words, "color"))), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    label = page.locator("[role=img] svg:visible text").first
    lighter, darker = sorted((card, shade(label.evaluate("one => getComputedStyle(one).fill"))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_tables_are_reached_by_keyboard(page):
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Most affected users"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.locator("figure table:visible").count() == 0
    page.keyboard.press("Enter")
    assert page.locator("figure table:visible").count() == 1
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
