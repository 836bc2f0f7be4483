"""The playground in a real browser: clicks, rules, time and keys; wide and narrow, light and dark."""

import os
import re
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="comes with the extra browser")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("there is no chromium here", allow_module_level=True)
if "PLAYGROUND" not in os.environ:
    pytest.skip("PLAYGROUND names no built playground; .ci/examples builds it", allow_module_level=True)

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOADED = 60_000  # milliseconds: Python is compiled first


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Keep the log of the server out of that of the tests."""


@pytest.fixture(scope="module")
def address(site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=site)) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def loaded(browser, address):
    """Open the page once: Python takes seconds to load."""
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.set_default_timeout(15_000)
    page.requested, page.messages = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("console", lambda message: page.messages.append(message.text))
    page.on("pageerror", lambda error: page.messages.append(str(error)))
    page.goto(f"{address}?today=2026-03-18")
    page.wait_for_selector("#loading", state="hidden", timeout=LOADED)
    page.first_streak = streak(page)
    return page


@pytest.fixture
def page(loaded):
    """Return the page with the sample ``daily`` and no days, on its first date."""
    while loaded.inner_text("#today") != "Wed, Mar 18, 2026":
        loaded.click("#earlier")
    show_sample(loaded, "daily")
    loaded.fill("#value", "10")
    loaded.click("#clear")
    return loaded


def show_sample(page, name):
    """Choose a sample of rules, and wait until it is evaluated."""
    page.evaluate("document.getElementById('rules').value = ''")
    page.select_option("#sample", name)
    page.wait_for_function("document.getElementById('rules').value")


def click(page, *days):
    for day in days:
        page.click(f"[data-date='2026-03-{day:02}']")


def streak(page):
    return page.inner_text("[data-tile=Streak] strong")


def freezes(page):
    return page.inner_text("[data-tile=Freezes] strong")


def changes(page):
    return page.locator("#changes li").all_inner_texts()


def edit(page, before, after):
    """Replace a part of the rules, and wait until they are evaluated."""
    rules = page.input_value("#rules")
    assert before in rules
    page.evaluate("document.getElementById('problems').replaceChildren()")
    page.fill("#rules", rules.replace(before, after))
    page.wait_for_selector("#problems li")


def test_it_opens_with_a_streak(loaded):
    assert loaded.first_streak == "8 days"


def test_it_loads_nothing_from_elsewhere_and_the_console_is_empty(page, address):
    assert [url for url in page.requested if not url.startswith(address)] == []
    assert page.messages == []


def test_clicks_make_a_streak_and_a_second_click_takes_a_day_away(page):
    click(page, 15, 16, 18)
    assert (streak(page), freezes(page)) == ("3 days", "1")
    assert page.get_attribute("[data-date='2026-03-17']", "class") == "frozen"
    click(page, 17)
    assert (streak(page), freezes(page)) == ("4 days", "2")
    assert changes(page)[:2] == ["streak: 3 days → 4 days", "freezes: 1 → 2"]
    assert "mia has a streak of 4 days" in page.locator("#explanation .new").first.inner_text()
    click(page, 17)
    assert (streak(page), freezes(page)) == ("3 days", "1")
    assert page.get_attribute("[data-date='2026-03-17']", "aria-pressed") == "false"


def test_achievements_and_points_follow(page):
    click(page, *range(9, 16))
    assert "completed: A whole week" in changes(page)
    week = page.locator("#achievements li", has_text="A whole week").first
    assert week.get_attribute("class") == "completed"
    assert "70 of 100" in page.inner_text("#achievements")
    assert page.inner_text("[data-tile=Experience] strong") == "120"


def test_an_edit_of_the_rules_changes_the_streak_of_the_same_days(page):
    click(page, 16, 17, 18)
    edit(page, "threshold = 10 }]", "threshold = 11 }]")
    assert streak(page) == "0 days"
    assert "words 10 of 11" in page.inner_text("#explanation")
    assert page.get_attribute("[data-date='2026-03-18']", "class") == "acted"
    assert page.input_value("#value") == "11"  # what now credits a day
    edit(page, "threshold = 11 }]", "threshold = 5 }]")
    assert streak(page) == "3 days"


def test_wrong_rules_show_their_problems_beside_the_last_result(page):
    click(page, 17, 18)
    edit(page, '[{ key = "words"', '[{ key = "word"')
    [problem] = page.locator("#problems .error").all_inner_texts()
    assert "did you mean 'words'?" in problem
    assert page.get_attribute("#result", "class") == "stale"
    assert streak(page) == "2 days"
    click(page, 16)  # recorded, and counted once the rules are right
    edit(page, '[{ key = "word"', '[{ key = "words"')
    assert page.inner_text("#problems") == "no problems"
    assert page.get_attribute("#result", "class") == ""
    assert streak(page) == "3 days"


def test_time_goes_on_and_the_streak_is_lost(page):
    click(page, 17, 18)
    edit(page, "auto_earn_interval = 5", "auto_earn_interval = 50")
    for _ in range(2):
        page.click("#later")
    assert (page.inner_text("#today"), streak(page), freezes(page)) == ("Fri, Mar 20, 2026", "2 days", "0")
    assert page.get_attribute("[data-date='2026-03-19']", "class") == "frozen"
    page.click("#later")
    assert (page.inner_text("#today"), streak(page)) == ("Sat, Mar 21, 2026", "0 days")
    assert page.get_attribute("[data-date='2026-03-20']", "class") == "missed"
    assert "which ended a streak of 2" in page.inner_text("#explanation")


def test_a_refused_event_says_why(page):
    show_sample(page, "energy")
    page.select_option("#metric", "hints")
    page.fill("#value", "2")
    click(page, 18)
    assert changes(page)[-1].startswith("refused on 2026-03-18: ")
    assert "'energy'" in changes(page)[-1]
    assert page.locator("#streak-part").is_hidden()


def test_the_calendar_follows_the_keyboard(page):
    page.focus("[data-date='2026-03-18']")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.date") == "2026-03-10"
    assert page.get_attribute("[data-date='2026-03-10']", "aria-pressed") == "true"
    assert page.locator("#calendar [tabindex='0']").count() == 1


def luminance(color):
    """Return the relative luminance by which WCAG 2 defines contrast."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(page, selector):
    """Return the contrast of the text of an element with the nearest background behind it."""
    colors = page.locator(selector).first.evaluate(
        """element => {
            const color = getComputedStyle(element).color;
            while (getComputedStyle(element).backgroundColor === "rgba(0, 0, 0, 0)") element = element.parentElement;
            return [color, getComputedStyle(element).backgroundColor];
        }"""
    )
    darker, lighter = sorted(map(luminance, colors))
    return (lighter + 0.05) / (darker + 0.05)


def test_it_fits_every_width(page):
    for width in (320, 360, 768, 1024, 1360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
        boxes = [page.locator(f"#{part}").bounding_box() for part in ("days", "result", "rules-part")]
        assert min(box["width"] for box in boxes) >= 290, width
        assert page.locator("[data-date='2026-03-18']").bounding_box()["height"] >= 44, width


def test_it_can_be_read_in_light_and_dark(page):
    click(page, 4, 10, 11, 13, 14, 16)
    page.fill("#value", "3")
    click(page, 18)
    kinds = [f"#calendar .{kind} .number" for kind in ("credited", "frozen", "missed", "acted", "idle:enabled")]
    texts = ("header p", "#explanation .new", "#changes li", ".tile p", ".when", "#problems .fine")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for selector in (*kinds, *texts):
            assert contrast(page, selector) >= 4.5, (scheme, selector)


def test_a_page_without_pyodide_says_so(browser, address):
    page = browser.new_page()
    page.route("**/pyodide.mjs", lambda route: route.abort())
    page.goto(address)
    page.wait_for_selector("#loading.error")
    assert page.inner_text("#loading").startswith("The playground could not start: ")
    page.close()
