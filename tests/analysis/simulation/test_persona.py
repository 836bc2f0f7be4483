"""A persona acts at its hours and in its zones, and draws its actions."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from trophy_engine import InvalidValue
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona, TimeOfDay, Travel
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.calendar.zones import zone

START = date(2025, 1, 1)  # a Wednesday
FIRST = START.toordinal()


def local_days(events):
    return [zone(event.time_zone).window(event.at)[0] for event in events]


def test_actions_around_midnight_fall_on_two_local_days():
    owl = Persona(Chance(1.0), [Action("words")], TimeOfDay(24, 1.5), Travel("America/New_York"))
    events = owl.events(Random(1), "owl", FIRST, 200)
    assert len(events) == 200
    assert events == sorted(events, key=lambda event: event.at)
    hours = Counter((event.at + zone("America/New_York").offset(event.at)) % DAY // HOUR for event in events)
    assert hours[23] > 30
    assert hours[0] > 30
    twice = Counter(local_days(events))
    assert max(twice.values()) == 2


def test_travellers_leave_their_home_zone_and_return():
    travel = Travel("Europe/Berlin", ["Asia/Tokyo"], chance=0.1, days=(2, 3))
    nomad = Persona(Chance(1.0), [Action("words")], TimeOfDay(12, 0), travel)
    zones = [event.time_zone for event in nomad.events(Random(3), "nomad", FIRST, 300)]
    assert set(zones) == {"Europe/Berlin", "Asia/Tokyo"}
    trips = "".join(name[0] for name in zones).strip("E").replace("E", " ").split()
    assert len(trips) > 10
    assert all(len(trip) in {2, 3} or len(trip) > 3 for trip in trips)


def test_actions_are_drawn_with_their_values_times_and_attributes():
    actions = [
        Action("words", (0.1, 2), (2, 4), attributes={"device": ("ios", "web")}),
        Action("views", chance=0.5),
    ]
    events = Persona(Chance(1.0), actions).events(Random(1), "ann", FIRST, 300)
    words = [event for event in events if event.metric == "words"]
    assert {str(event.value) for event in words} == {"0.1", "2"}
    assert {event.attributes for event in words} == {(("device", "ios"),), (("device", "web"),)}
    assert 600 <= len(words) <= 1200
    assert 120 < len(events) - len(words) < 180
    with pytest.raises(InvalidValue, match="a persona must have actions"):
        Persona(Chance(1.0), [])
