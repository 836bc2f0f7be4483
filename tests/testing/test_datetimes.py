"""Drawn zones and instants are near irregularities of calendars."""

from datetime import UTC

import pytest
from drawn import ANY, QUICK
from hypothesis import find, settings
from hypothesis import strategies as st
from stories import at

from trophy_engine.calendar.instants import to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.testing import (
    instants,
    time_zones,
)


@pytest.mark.parametrize("name", ["Pacific/Apia", "America/St_Johns", "Australia/Lord_Howe", "America/Havana"])
def test_irregular_zones_are_drawn(name):
    assert find(time_zones(), lambda found: found == name, settings=QUICK) == name


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("UTC", "2024-02-28T23:59:59.999999"),
        ("UTC", "2024-03-01T00:00:00.000001"),
        ("UTC", "2024-01-01T00:00:00"),
        ("Pacific/Apia", "2011-12-30T10:00:00"),  # a skipped date
        ("America/St_Johns", "2010-11-07T02:31:00"),  # a repeated date
    ],
)
def test_instants_lie_where_calendars_go_wrong(name, moment):
    drawn = instants(st.just(name))
    assert find(drawn, lambda instant: instant == at(moment), settings=settings(ANY, max_examples=20_000)) == at(moment)


def test_instants_of_a_zone_are_around_its_own_midnights():
    midnight = find(
        instants(st.just("Asia/Kathmandu")),
        lambda instant: instant.astimezone(UTC).strftime("%M%S%f") == "1500000000",
        settings=QUICK,
    )
    assert zone("Asia/Kathmandu").midnight(zone("Asia/Kathmandu").window(to_micros(midnight))[0]) == to_micros(midnight)
