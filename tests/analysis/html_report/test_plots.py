"""Plots of one ruleset, or of several side by side: what the data, scales and labels of their charts say."""

import re

import pytest
from attrs import evolve
from reports import every_comparison, every_figure

from trophy_engine.analysis.html_report.charts import legend, note, png, specification
from trophy_engine.analysis.html_report.labels import text_width, wrap_label
from trophy_engine.analysis.html_report.style import Style
from trophy_engine.analysis.statistics.figures import Figure

WIDE, NARROW = Style.of_page(600), Style.of_page(330)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONG = "A very long achievement name that a designer wrote in one go without thinking of charts"


@pytest.fixture(scope="module")
def figures():
    return {figure.key: figure for figure in every_figure()}


@pytest.fixture(scope="module")
def variants():
    return {figure.key: figure for figure in every_comparison()}


def parts(specification, key):
    """Return every value of a key, at any depth."""
    found = []
    if isinstance(specification, dict):
        found = [specification[key]] if key in specification else []
        specification = list(specification.values())
    return found + [one for part in specification if isinstance(part, dict | list) for one in parts(part, key)]


def values(chart, part=None):
    """Return the rows of all data sets of a chart, or of a part of it."""
    names = dict.fromkeys(data["name"] for data in parts(chart if part is None else part, "data"))
    return [row for name in names for row in chart["datasets"][name]]


def hours(counts):
    total = sum(counts)
    rows = tuple((WEEKDAYS[i // 24], i % 24, count, round(100 * count / total, 3)) for i, count in enumerate(counts))
    return Figure("hours", "", "", ("weekday", "hour", "events", "percent_of_events"), rows)


def test_the_shade_of_an_hour_begins_at_zero_so_even_activity_is_one_shade():
    for counts in ([5] * 168, [50, 51] * 84):
        even = hours(counts)
        fill = specification(even, WIDE)["encoding"]["fillOpacity"]
        assert fill["scale"] == {"domain": [0, max(even.values("percent_of_events"))], "range": [0, 1]}
        shades = [share / fill["scale"]["domain"][1] for share in even.values("percent_of_events")]
        assert max(shades) - min(shades) < 0.03
        entries = legend(even, WIDE)
        assert (entries[0].label, entries[0].opacity, entries[-1].opacity) == ("0.00 %", 0, 1)
        assert entries[-1].label in {"0.59 %", "0.60 %"}


def test_lines_that_coincide_differ_in_color_dashes_and_width(variants):
    for key in ("survival", "points"):
        encoding = specification(variants[key], WIDE)["encoding"]
        for channel in ("color", "strokeDash", "strokeWidth"):
            scale = encoding[channel]["scale"]
            assert scale["domain"] == ["max_count = 1", "max_count = 3"]
            assert scale["range"][0] != scale["range"][1]
        widths = encoding["strokeWidth"]["scale"]["range"]
        assert widths[0] > widths[1] + 1  # the first is drawn first, and seen beside the later ones
        assert [entry.dash for entry in legend(variants[key], WIDE)] == [(1, 0), (7, 3)]


def test_of_many_variants_a_chart_shows_some_and_says_so(variants):
    survival = variants["survival"]
    rows = tuple((f"n = {n}", *row[1:]) for n in range(20) for row in survival.rows if row[0] == "max_count = 1")
    many = evolve(survival, rows=rows)
    shown = [entry.label for entry in legend(many, WIDE)]
    assert (len(shown), shown[0], shown[-1]) == (8, "n = 0", "n = 19")
    assert {row["series"] for row in values(specification(many, WIDE))} == set(shown)
    assert note(many) == "The chart shows 8 of 20 variations; the table has all."
    assert note(survival) == ""


def test_of_many_achievements_a_chart_shows_the_most_common(figures):
    rows = tuple((f"a{n}", f"Name {n}", 1, 100 - n / 10) for n in range(100))
    many = evolve(figures["completions"], rows=rows)
    bars = [row for row in values(specification(many, WIDE)) if "bottom" in row]
    assert len(bars) == 40
    assert note(many) == "The chart shows the 40 most common of 100 achievements; the table has all."


def test_names_of_any_length_are_shown_whole(figures):
    names = ("Short", LONG, "Donaudampfschifffahrtsgesellschaftskapitänskajüte", "名" * 60, f"{LONG} 2")
    rows = tuple((f"a{n}", name, 1, 50.0) for n, name in enumerate(names))
    for style, room in ((WIDE, 0.36 * 600), (NARROW, 330 - 40)):
        rows_of_chart = values(specification(evolve(figures["completions"], rows=rows), style))
        labels = [row["label"] for row in rows_of_chart if "label" in row]
        assert [re.sub(r"\s", "", label) for label in labels] == [re.sub(r"\s", "", name) for name in names]
        assert all(text_width(line) <= room for label in labels for line in label.split("\n"))
        tops = [row["top"] for row in rows_of_chart if "label" in row]
        heights = [15 * len(label.split("\n")) for label in labels]
        assert all(top + height <= after for top, height, after in zip(tops, heights, tops[1:], strict=False))


def test_a_word_longer_than_a_line_is_broken():
    assert "".join(wrap_label("x" * 100, 80)) == "x" * 100
    assert wrap_label("", 80) == [""]
    assert wrap_label("W", 1) == ["W"]


def test_a_bar_begins_at_zero_and_shows_its_number(figures):
    chart = specification(figures["completions"], WIDE)
    bars = [row for row in values(chart) if "bottom" in row]
    assert {row["zero"] for row in bars} == {0}
    assert {"domain": [0, 100], "nice": False} in parts(chart, "scale")
    shares = figures["completions"].values("percent_of_users")
    assert [row["value"] for row in bars] == shares
    assert bars[0]["text"] == "100.0 %" if shares[0] == 100 else bars[0]["text"].endswith(" %")
    none = specification(evolve(figures["freezes"], rows=(("granted", 0), ("earned", 0))), WIDE)
    assert {"domain": [0, 1], "nice": True} in parts(none, "scale")


def test_lengths_are_whole_numbers_of_the_unit(figures):
    few = evolve(figures["lengths"], rows=((3, 0, 1),), unit="week")
    chart = specification(few, WIDE)
    x = chart["encoding"]["x"]
    assert (x["axis"]["title"], x["axis"]["values"], x["sort"]) == ("length in weeks", ["1", "2", "3"], ["1", "2", "3"])
    assert chart["encoding"]["y"]["axis"]["values"] == [0, 1]  # no half a streak
    long = specification(evolve(few, rows=((1, 5, 0), (61, 1, 1), (95, 2, 0))), WIDE)
    classes = long["encoding"]["x"]["sort"]
    assert (classes[0], classes[1], classes[-1]) == ("1–4", "5–8", "93–96")  # noqa: RUF001
    counted = {(row["length"], row["series"]): row["streaks"] for row in values(long)}
    assert (counted["1–4", "ended"], counted["61–64", "running"], counted["93–96", "ended"]) == (5, 1, 2)  # noqa: RUF001
    assert sum(counted.values()) == 9


def test_the_axis_of_survival_has_whole_lengths_from_one_to_the_longest():
    curve = Figure("survival", "", "", ("length", "share", "low", "high", "at_risk"), ((1, 1.0, 1.0, 1.0, 1),))
    for longest, ticks in ((1, [1, 2]), (3, [1, 2, 3]), (28, [1, *range(2, 29, 2)])):
        rows = curve.rows if longest == 1 else (*curve.rows, (longest, 0.5, 0.2, 0.8, 1))
        [x, *_] = [x for x in parts(specification(evolve(curve, rows=rows, unit="day"), WIDE), "x") if "scale" in x]
        assert (x["axis"]["values"], x["scale"]["domain"]) == (ticks, [1, max(longest, 2)])
        assert x["axis"]["title"] == "length in days"


def test_levels_are_stacked_from_the_lowest_and_stronger_with_each(figures):
    levels = figures["levels"]
    chart = specification(levels, WIDE)
    scale = chart["encoding"]["opacity"]["scale"]
    assert scale["domain"][:2] == ["Newcomer", "Contributor"]
    assert scale["range"] == sorted(scale["range"])
    assert chart["encoding"]["order"]["field"] == "rank"
    last = {row["level"]: row["users"] for row in levels.records()}
    assert [entry.note for entry in legend(levels, WIDE)] == [f"{last[name]:,}" for name in scale["domain"]]


def test_systems_have_a_chart_each_because_their_points_differ(figures):
    points = figures["points"]
    two = evolve(points, rows=(*points.rows, *(("Gems", *row[1:]) for row in points.rows)))
    charts = specification(two, WIDE)["vconcat"]
    assert [chart["title"]["text"] for chart in charts] == ["Experience", "Gems"]


@pytest.mark.parametrize(
    ("rows", "x"),
    [
        ((("2025-04-01", 1.0, 1),), {"type": "ordinal"}),
        (tuple((f"2025-04-{day:02}", 1.0, 1) for day in range(1, 29)), {"interval": "week", "step": 1}),
    ],
)
def test_days_are_dates_in_every_zone_and_never_hours(rows, x):
    active = Figure("active", "", "", ("day", "active_users_a_day", "new_users"), rows)
    encoding = specification(active, WIDE)["encoding"]["x"]
    if "interval" in x:
        assert encoding["axis"]["tickCount"] == x
        assert encoding["scale"] == {"type": "utc"}
    else:
        assert encoding["type"] == "ordinal"
        assert parts(specification(active, WIDE), "point") == [True]  # a line of one point is not seen


def test_long_times_have_ticks_at_months_and_years(figures):
    assert specification(figures["active"], WIDE)["encoding"]["x"]["axis"]["format"] == "%b %Y"
    rows = tuple((f"{year}-12-31", 1.0, 1) for year in range(2000, 2020))
    months = Figure("active", "", "", ("month", "active_users_a_day", "new_users"), rows)
    assert specification(months, WIDE)["encoding"]["x"]["axis"]["tickCount"]["interval"] == "year"


def test_a_sweep_shows_zero_the_values_of_each_row_and_their_mean(variants):
    sweep = variants["sweep"]
    chart = specification(sweep, WIDE)
    titles = [part["title"]["text"] for part in chart["vconcat"]]
    assert titles[0] == "longest streak, in days"
    rows = values(chart, chart["vconcat"][0])
    assert [row["label"] for row in rows if "top" in row] == ["max_count", "1", "3"]
    means = [row["mean"] for row in rows if "mean" in row]
    assert [row["text"] for row in rows if "text" in row] == ["mean", *(f"{mean:,.3f}" for mean in means)]
    assert {"zero": 0} in rows


def test_a_variant_without_a_measure_has_an_empty_mean_in_its_row():
    numbers = ("mean", "low", "high", "difference", "difference_low", "difference_high")
    columns = ("rules", "measure", "label", *numbers, "points")
    rows = (
        ("none", "longest_streak", "longest streak", 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, "none"),
        ("one", "longest_streak", "longest streak", 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, "one"),
        ("one", "points:xp", "points: xp", 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, "one"),
    )
    chart = specification(Figure("sweep", "", "", columns, rows), WIDE)
    [_, points] = [[row["text"] for row in values(chart, part) if "text" in row] for part in chart["vconcat"]]
    assert points == ["mean", "", "5.000"]


def test_a_picture_contains_its_legend_and_a_page_has_it(variants):
    for key in ("survival", "freezes"):
        page, picture = (parts(specification(variants[key], style), "legend") for style in (WIDE, Style()))
        assert None in page
        assert [one for one in page if one and "labelLimit" in one] == []
        assert [one["labelLimit"] for one in picture if "labelLimit" in one] in ([0], [0, 0, 0])
    assert png(variants["survival"]).startswith(b"\x89PNG")
