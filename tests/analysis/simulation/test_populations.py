"""Populations act by their behaviors, each user by a stream of their own."""

from collections import Counter
from datetime import date
from itertools import islice, pairwise
from random import Random

import pytest

from trophy_engine import Achievement, Attribute, InvalidValue, Metric, MetricTrigger, Ruleset, Streak, StreakMetric
from trophy_engine.analysis.replay.events import BadRow, Event, Source
from trophy_engine.analysis.simulation.behavior import Chance, Churn, TwoStates, Weekdays
from trophy_engine.analysis.simulation.persona import Action, Persona, TimeOfDay, Travel
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, HOUR
from trophy_engine.calendar.zones import zone

START = date(2025, 1, 1)  # a Wednesday
FIRST = START.toordinal()


def chances(behavior, days, seed=0, first=FIRST):
    return list(islice(behavior.days(Random(seed), first), days))


def local_days(events):
    return [zone(event.time_zone).window(event.at)[0] for event in events]


def test_weekdays_begin_on_the_weekday_of_the_first_day():
    assert chances(Weekdays(wednesday=0.3, sunday=0.1), 5) == [0.3, 1.0, 1.0, 1.0, 0.1]


def test_behaviors_multiply():
    assert chances(Chance(0.5) * Weekdays(thursday=0.5), 2) == [0.5, 0.25]


def test_who_churns_is_gone_and_may_come_back():
    gone = chances(Churn(1.0), 50)
    assert gone == [1.0] + [0.0] * 49
    flutter = chances(Churn(1.0, comeback=1.0), 4)
    assert flutter == [1.0, 0.0, 1.0, 0.0]
    away = [chances(Churn(0.1), 200, seed).count(1.0) for seed in range(500)]
    assert 9 < sum(away) / 500 < 11  # the mean of a geometric distribution


def test_two_states_are_left_and_entered():
    walk = chances(TwoStates(Chance(0.9), Chance(0.1), tire=0.25, rouse=0.5), 30_000)
    keen = walk.count(0.9) / len(walk)
    assert walk[0] == 0.9
    assert 0.65 < keen < 0.68  # rouse / (tire + rouse)


@pytest.mark.parametrize("make", [lambda: Chance(1.1), lambda: Churn(-0.1), lambda: Weekdays(monday=2)])
def test_a_chance_lies_between_0_and_1(make):
    with pytest.raises(InvalidValue, match="must lie between 0 and 1"):
        make()


def test_who_acts_around_midnight_acts_on_two_local_days():
    owl = Persona(Chance(1.0), [Action("words")], TimeOfDay(24, 1.5), Travel("America/New_York"))
    events = owl.events(Random(1), "owl", FIRST, 200)
    assert len(events) == 200
    assert events == sorted(events, key=lambda event: event.at)
    hours = Counter((event.at + zone("America/New_York").offset(event.at)) % DAY // HOUR for event in events)
    assert hours[23] > 30
    assert hours[0] > 30
    twice = Counter(local_days(events))
    assert max(twice.values()) == 2


def test_travellers_leave_home_and_return():
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


def test_each_user_has_a_stream_of_their_own():
    persona = Persona(Chance(0.5), [Action("words", (1, 2, 3))], arrival=(0, 30))
    population = Population([persona, Persona(Chance(0.1), [Action("views")])], [3, 1])
    first = [population.events(7, number, START, 60) for number in range(50)]
    assert first == [population.events(7, number, START, 60) for number in range(50)]
    assert first != [population.events(8, number, START, 60) for number in range(50)]
    assert len({tuple(event.at for event in events) for events in first if events}) > 40
    for events in first:
        assert {event.user_id for event in events} <= {f"user-{first.index(events):08}"} or not events
        assert all(FIRST <= event.at // DAY + EPOCH_DAY <= FIRST + 61 for event in events)


@pytest.mark.parametrize(("members", "weights"), [([], None), ([Persona(Chance(1), [Action("words")])], [1, 2])])
def test_a_population_has_members_and_weights_for_them(members, weights):
    with pytest.raises(InvalidValue, match=r"must (have members|be 1 numbers)"):
        Population(members, weights)


def test_a_typical_population_does_what_the_rules_know():
    rules = Ruleset(
        metrics=[Metric("words"), Metric("views")],
        attributes=[Attribute("device", "event")],
        streak=Streak(metrics=[StreakMetric("words", 10)]),
        achievements=[Achievement("ios", MetricTrigger("words", 5, {"device": "ios"}))],
    )
    events = [event for number in range(30) for event in Population.typical(rules).events(1, number, START, 60)]
    assert {event.metric for event in events} == {"words", "views"}
    assert {event.attributes[0] for event in events} == {("device", "ios"), ("device", "other")}
    assert {event.value for event in events if event.metric == "words"} == {1, 10, 20}


# --- habits ----------------------------------------------------------------------------------------------------------


def log_of(days, user="ann", hour=9, home="Europe/Berlin"):
    first = date(2024, 3, 4).toordinal()  # a Monday
    for day in days:
        yield Event(zone(home).instant(first + day, hour * HOUR), user, "words", 2, home)


def test_habits_keep_weekdays_hours_zones_and_values():
    weekdays = [day for day in range(28 * 6) if day % 7 < 5]
    population = Population.fit([*log_of(weekdays), BadRow(Source("log", 1), "bad")])
    events = population.events(1, 0, START, 200)
    assert {date.fromordinal(day).isoweekday() for day in local_days(events)} == {1, 2, 3, 4, 5}
    assert {(event.metric, event.value, event.time_zone) for event in events} == {("words", 2, "Europe/Berlin")}
    assert {(event.at + zone("Europe/Berlin").offset(event.at)) % DAY for event in events} == {9 * HOUR}
    assert len(events) > 130  # still there at the end of the log, so they stay
    assert local_days(events)[0] == date(2025, 1, 6).toordinal()  # the first Monday


def test_who_left_the_log_leaves_and_pauses_are_kept():
    weekly = [day for day in range(28 * 8) if day % 7 == 0 and not 28 * 3 <= day < 28 * 5]
    log = [*log_of(weekly), *log_of([0], "once"), *log_of([28 * 20], "late")]
    ann, once, late = Population.fit(log).members
    assert (ann.stay, once.stay, late.stay) == (28 * 8 - 6, 1, None)
    assert [len(block) for block in ann.blocks] == [4, 4, 4, 0, 0, 4, 4, 4]
    days = local_days(ann.events(Random(5), "ann", FIRST, 1000))
    assert max(days) - min(days) < 28 * 8
    assert {later - earlier for earlier, later in pairwise(days)} <= {7, 7 + 28, 7 + 56, 7 + 84}
    assert len(once.events(Random(5), "once", FIRST, 1000)) == 1
    with pytest.raises(InvalidValue, match="the log has no events, so it has no habits"):
        Population.fit([])
