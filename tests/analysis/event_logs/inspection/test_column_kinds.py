"""What cells look like is found from most of them."""

import pytest

from trophy_engine.analysis.event_logs.inspection.column_kinds import find_column_kind


@pytest.mark.parametrize(
    ("cells", "name", "described"),
    [
        (["", ""], "empty", "empty"),
        (["2024-01-05T10:00:00Z", ""], "instants", "instants, ISO 8601"),
        (["2024-01-05 10:00:00 UTC"], "instants", "instants, ISO 8601"),
        (["2024-01-05 10:00"], "local times", "local times, ISO 8601"),
        (["2024-01-05"], "dates", "dates, ISO 8601"),
        (["1704448800", "1704448801"], "instants", "instants, seconds since 1970"),
        (["1704448800123"], "instants", "instants, milliseconds since 1970"),
        (["45296", "45297.5"], "local times", "local times, days as spreadsheets count them"),
        (["Jan 5, 2024, 10:00:00 AM"], "local times", "local times, %b %d, %Y, %I:%M:%S %p"),
        (["05.01.2024"], "dates", "dates, %d.%m.%Y"),
        ([f"{day}/01/2024" for day in range(1, 19)], "dates", "dates, %d/%m/%Y"),  # 12 of 18 could be %m/%d/%Y
        (["5/01/24, 10:00", "13/01/24, 10:00"], "local times", "local times, %d/%m/%y, %H:%M"),
        (["05/Jan/2024:10:00:00 +0200"], "instants", "instants, %d/%b/%Y:%H:%M:%S %z"),
        (["1", "-2.5", "1e3"], "numbers", "numbers, -2.5 to 1E+3"),
        (["1,5", "2"], "decimal commas", "numbers with a decimal comma"),
        (["true", "false"], "yes or no", "yes or no, 2 different"),
        (["Europe/Berlin", "+02:00"], "time zones", "time zones, 2 different"),
        (["read", "wrote", "read"], "text", "text, 2 different"),
        (["nan"], "text", "text, 1 different"),
        (["20240105"], "dates", "dates, ISO 8601"),
        (["20240105", "20249999"], "numbers", "numbers, 20240105 to 20249999"),
        (["1,100", "99"], "unclear commas", "numbers with commas, of decimals or of thousands"),
        (["1,100.50", "1,234,567"], "unclear commas", "numbers with commas, of decimals or of thousands"),
        (["0,500", "1,250"], "decimal commas", "numbers with a decimal comma"),
        (["1,100"] * 19 + ["2,5"], "decimal commas", "numbers with a decimal comma"),
        (["1704448800"] * 9 + ["oops"], "instants", "instants, seconds since 1970"),
        (["1704448800", "oops"], "text", "text, 2 different"),
    ],
)
def test_the_kind_of_cells(cells, name, described):
    kind = find_column_kind(cells)
    assert kind.name == name
    assert kind.describe([cell for cell in cells if cell]) == described


def test_a_format_is_that_of_most_times():
    days = [f"{day:02}/04/2024" for day in range(1, 16)]  # twelve of them are times of both formats
    assert find_column_kind(days).at_format == "%d/%m/%Y"
    assert find_column_kind(days).other_formats == ()


def test_a_format_that_has_two_meanings_is_described_as_such():
    kind = find_column_kind(["01/04/2024 10:00", "02/04/2024 11:00"])
    assert (kind.at_format, kind.other_formats) == ("%m/%d/%Y %H:%M", ("%d/%m/%Y %H:%M",))
    assert kind.describe([]) == "local times, %m/%d/%Y %H:%M or %d/%m/%Y %H:%M"
    assert find_column_kind(["04/04/2024"]).other_formats == ()  # the same date by both
    assert find_column_kind(["May 5, 2024"]).other_formats == ()
