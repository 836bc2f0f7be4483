"""A day start is as an offset that is so much smaller, and to change it is to travel."""

import attrs
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.calendar.instants import DAY, HOUR, from_micros, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import Identify, Settle, UserCreated
from trophy_engine.testing import execute, games, streak_rules, time_zones
from trophy_engine.testing.datetimes import all_time_zones, instants
from trophy_engine.testing.driver import effects_of

DAY_STARTS = st.sampled_from([(0, 1), (3, 0), (4, 30), (11, 59)])


def west(hours, minutes):
    return f"-{hours:02}:{minutes:02}"


def in_zone(history, zone_name):
    """Yield the commands with every user in one zone from the first command on."""
    known = set()
    for command in history:
        if isinstance(command, Identify) and "time_zone" in dict(command.changes):
            continue
        if not isinstance(command, Settle) and command.user_id not in known:
            known.add(command.user_id)
            yield Identify(command.user_id, command.at, (("time_zone", zone_name),))
        yield command


def results(engine, commands):
    """Return the effects without the zone, and the messages of refusals that name no date's zone."""
    found = []
    for command in commands:
        result = execute(engine, command)
        if isinstance(result, Exception):
            found.append(type(result))
        else:
            found += [
                attrs.evolve(effect, time_zone="home") if isinstance(effect, UserCreated) else effect
                for effect in effects_of(result)
            ]
    return found


def without_hours(rules):
    """Return the rules with gates that are open at any time of day: times of day stay those of the clock."""

    def opened(parts):
        return [
            attrs.evolve(part, when=attrs.evolve(part.when, between=None)) if getattr(part, "when", None) else part
            for part in parts
        ]

    points = [
        attrs.evolve(system, triggers=opened(system.triggers), boosts=opened(system.boosts)) for system in rules.points
    ]
    metrics, achievements = opened(rules.metrics), opened(rules.achievements)
    return attrs.evolve(rules, metrics=metrics, achievements=achievements, points=points)


@given(games(max_size=20), DAY_STARTS)
def test_days_that_start_later_are_those_of_a_zone_further_west(history, day_start):
    plain = without_hours(attrs.evolve(history.ruleset, notifications=None, day_start="00:00"))
    later = attrs.evolve(plain, day_start="{:02}:{:02}".format(*day_start))
    engines = Engine(later), Engine(plain)
    commands = [*in_zone(history, "UTC")], [*in_zone(history, west(*day_start))]
    assert results(engines[0], commands[0]) == results(engines[1], commands[1])
    end = from_micros(history.commands[-1].at) if history.commands else None
    for user in engines[0].users():
        seen = [engine.user(user, at=end) for engine in engines]
        assert seen[0].local_date == seen[1].local_date
        assert (seen[0].streaks, seen[0].metrics, seen[0].points) == (seen[1].streaks, seen[1].metrics, seen[1].points)
        for key in seen[0].streaks:
            histories = [engine.reports.streak_history(user, 5, streak=key, at=end) for engine in engines]
            assert histories[0] == histories[1]


def shown_dates(changes, zone_name, end):
    """Yield the stretches (first instant, end, date) of the dates that a clock shows while the day start changes."""
    shown = None
    for number, (start, day_start) in enumerate(changes):
        now, until = start, changes[number + 1][0] if number + 1 < len(changes) else end
        while now < until:
            day, over = zone(zone_name, day_start).window(now)
            if shown is not None and shown[2] == day:
                shown = shown[0], min(over, until), day
            else:
                if shown is not None:
                    yield shown
                shown = now, min(over, until), day
            now = shown[1]
    yield shown


@given(
    time_zones() | all_time_zones(),
    instants(),
    st.lists(st.tuples(st.integers(1, 60 * HOUR), st.sampled_from(["00:00", "01:30", "03:00", "11:59"])), max_size=5),
    streak_rules(("pages",)),
    st.data(),
)
def test_acting_on_every_date_loses_nothing_while_the_day_start_changes(zone_name, since, later, streak, data):
    base = Ruleset([Metric("pages")], streaks=[attrs.evolve(streak, customization_enabled=False)])
    engine, now = Engine(base), to_micros(since)
    changes, names = [(now, 0)], {}
    for gap, day_start in later:
        now += gap
        changes.append((now, parse_time_of_day(day_start)))
        names[now] = day_start
    engine.identify("ann", time_zone=zone_name, at=since)
    calendar, last, length, pending = streak.calendar("sunday"), 0, 0, sorted(names)
    for start, over, day in shown_dates(changes, zone_name, now + 3 * DAY):
        at = data.draw(st.sampled_from([start, over - 1, (start + over) // 2]))
        while pending and pending[0] <= at:
            change = pending.pop(0)
            engine.update(attrs.evolve(base, day_start=names[change]), at=from_micros(change))
        outcome = engine.record("pages", user="ann", value=1000, at=from_micros(at))
        if (period := calendar.index(day)) > last:
            last, length = period, length + 1
        assert (outcome.streak.length, engine.user("ann", at=from_micros(at)).freezes_used) == (length, 0)
