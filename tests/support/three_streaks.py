"""Rules with three streaks, drawn logs of events under them, and an engine that has recorded such a log."""

from hypothesis import strategies as st

from trophy_engine import Engine, Freezes, Metric, Ruleset, Streak, StreakFreezeReward, StreakMetric
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.calendar.instants import DAY, HOUR, from_micros

__all__ = ["END", "METRICS", "RULES", "logs", "play_log"]

METRICS = ("words", "gym", "walks")
#: A daily, a weekly and a three-day streak; two have freezes.
RULES = Ruleset(
    metrics=[Metric(metric) for metric in METRICS],
    streaks=[
        Streak("daily", metrics=[StreakMetric("words")], freezes=Freezes(1, 3, 5, 1, [StreakFreezeReward(3)])),
        Streak("weekly", "weekly", [StreakMetric("gym")], freezes=Freezes(1)),
        Streak("third-day", {"every": 3, "unit": "day", "start": "2025-01-01"}, [StreakMetric("walks")]),
    ],
)
_START = 1_738_368_000_000_000  # 1 February 2025
_MAX_DAYS = 60
#: The instant to which users of drawn logs are settled.
END = from_micros(_START + (_MAX_DAYS + 2) * DAY)
_ZONES = ("UTC", "Europe/Berlin", "America/Vancouver", "Pacific/Auckland")


def _events(user: str) -> st.SearchStrategy[list[Event]]:
    """Return a strategy of a user's events, in order of time; most are on days that follow each other."""
    steps = st.tuples(
        st.sampled_from((0, 1, 1, 1, 1, 2, 2, 3, 5, 8)), st.integers(0, 23), st.sampled_from(METRICS), st.booleans()
    )
    zones = st.lists(st.sampled_from(_ZONES), min_size=1, max_size=3)

    def build(steps: list[tuple[int, int, str, bool]], zones: list[str]) -> list[Event]:
        events, day, zone = [], 0, 0
        for step, hour, metric, moves in steps:
            day += step
            zone += moves
            if day < _MAX_DAYS:
                at = _START + day * DAY + hour * HOUR
                events.append(Event(at, user, metric, 1, zones[zone % len(zones)]))
        return sorted(events, key=lambda event: event.at)

    return st.builds(build, st.lists(steps, min_size=1, max_size=40), zones)


def logs() -> st.SearchStrategy[list[Event]]:
    """Return a strategy of logs of two users."""
    return st.tuples(_events("ann"), _events("ben")).map(lambda parts: [*parts[0], *parts[1]])


def play_log(rules: Ruleset, log: list[Event]) -> Engine:
    """Return an engine with the events of a log; a change of zone is made before its event."""
    engine, zones = Engine(rules), {}
    for event in log:
        at = from_micros(event.at)
        if zones.get(event.user_id) != event.time_zone:
            engine.identify(event.user_id, time_zone=event.time_zone, at=at)
            zones[event.user_id] = event.time_zone
        engine.record(event.metric, user=event.user_id, value=event.value, at=at)
    return engine
