"""The floor: one ruleset written by hand as a loop, with only the parts that this ruleset requires.

It is what an engine costs if the engine is free. Its results are compared with the engine's to the last field.
"""

from __future__ import annotations

from typing import Any

from benchmarks.workload import LESSON_THRESHOLDS, LEVELS, MINUTE_THRESHOLDS, STREAK_THRESHOLDS, WORD_THRESHOLDS, Event
from trophy_engine.calendar.zones import zone

_NEVER = 10**18
_WORDS = (*WORD_THRESHOLDS, _NEVER)
_LESSONS = (*LESSON_THRESHOLDS, _NEVER)
_MINUTES = (*MINUTE_THRESHOLDS, _NEVER)
_STREAKS = (*STREAK_THRESHOLDS, _NEVER)
_LEVELS = (*LEVELS, _NEVER)
_MOST_FREEZES = 3
_EARN_INTERVAL = 7

#: words, lessons, minutes, next threshold of each and of the streak, xp, next level,
#: length, longest, covered day, freezes, freezes used, creation day, day of the last grant, completions, zone
_NEW = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, -1, 1, 0]


def evaluate(  # noqa: C901, PLR0912  # a loop that is written by hand
    events: list[Event], homes: dict[str, str], until: int
) -> dict[str, Any]:
    """Evaluate the events, advance to an instant, and return the results by user."""
    states: dict[str, list[Any]] = {}
    days: dict[str, tuple[int, int, int]] = dict.fromkeys(homes.values(), (0, 0, 0))
    for at, user, metric, value in events:
        home = homes[user]
        start, end, day = days[home]
        if not start <= at < end:
            day, end = zone(home).window(at)
            days[home] = (at, end, day)
        state = states.get(user)
        if state is None:
            state = states[user] = [*_NEW, day, day, []]
        if metric == "words":
            before = state[0]
            state[0] = after = before + value
            while after >= _WORDS[state[3]]:
                state[16].append((f"words-{_WORDS[state[3]]}", at))
                state[3] += 1
            gained = (after // 50 - before // 50) * 5
        elif metric == "lessons":
            state[1] = after = state[1] + value
            if day > state[11]:
                covered = state[11]
                if day > covered + 1:
                    _miss(state, day)
                length = state[9] + 1
                state[9] = length
                state[11] = day
                state[10] = max(state[10], length)
                while after >= _LESSONS[state[4]]:
                    state[16].append((f"lessons-{_LESSONS[state[4]]}", at))
                    state[4] += 1
                while length >= _STREAKS[state[6]]:
                    state[16].append((f"streak-{_STREAKS[state[6]]}", at))
                    state[6] += 1
            else:
                while after >= _LESSONS[state[4]]:
                    state[16].append((f"lessons-{_LESSONS[state[4]]}", at))
                    state[4] += 1
            gained = value * 10
        else:
            state[2] = after = state[2] + value
            while after >= _MINUTES[state[5]]:
                state[16].append((f"minutes-{_MINUTES[state[5]]}", at))
                state[5] += 1
            gained = 0
        if gained:
            state[7] = total = state[7] + gained
            while total >= _LEVELS[state[8]]:
                state[8] += 1
    for user, state in states.items():
        _miss(state, zone(homes[user]).window(until)[0])
    return {user: _digest(state) for user, state in states.items()}


def _miss(state: list[Any], day: int) -> None:
    """Carry the streak over the days before this one while freezes last, and grant the freezes of these days."""
    missed = state[11] + 1
    grant = state[15] + _EARN_INTERVAL
    while state[9] and missed < day:
        while grant <= missed:  # grants of midnights up to the start of the missed day
            state[12] = min(state[12] + 1, _MOST_FREEZES)
            state[15] = grant
            grant += _EARN_INTERVAL
        if state[12]:
            state[12] -= 1
            state[13] += 1
            missed += 1
        else:
            state[9] = 0
    while grant <= day:
        state[12] = min(state[12] + 1, _MOST_FREEZES)
        state[15] = grant
        grant += _EARN_INTERVAL


def _digest(state: list[Any]) -> tuple[Any, ...]:
    return (
        tuple(state[:3]),
        (state[7], f"level-{state[8] - 1}"),
        (state[9], state[10], state[12], state[13]),
        dict(state[16]),
    )
