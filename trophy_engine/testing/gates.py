"""Strategies of gates: conditions on local times and dates, and on what a user has; and of rules that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final

import attrs
from hypothesis import strategies as st

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.rules.gates import Gate, StreakLength
from trophy_engine.rules.points import Boost
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["for_events", "for_users", "gate_strategy", "gated_ruleset_strategy", "local_gate_strategy", "user_gates"]

_KEPT: Final = 64
#: Strategies of filters on users and on events, and of gates that are nothing but a filter on users.
for_users: Final[st.SearchStrategy[dict[str, str]]] = st.sampled_from([{}, {}, {}, {"plan": "pro"}])
for_events: Final[st.SearchStrategy[dict[str, str]]] = st.sampled_from([{}, {}, {"device": "ios"}])
user_gates: Final = st.builds(Gate, user_attributes=for_users)
_times = st.sampled_from(["00:00", "00:30", "02:30", "04:00", "12:00", "22:00", "23:59:59"])
_stretches = st.tuples(_times, _times).filter(lambda times: times[0] != times[1])
_starts = st.dates(date(2023, 12, 1), date(2024, 6, 1)) | st.dates(date(2005, 1, 1), date(2012, 12, 31))
_lengths = st.sampled_from([0, 1, 30, 3000]).map(timedelta)
_plans = st.sampled_from(["pro", ["pro", "free"]])


def _drawn_gate_dates(drawn: tuple[date, timedelta]) -> dict[str, date]:
    return {"start": drawn[0], "end": drawn[0] + drawn[1]}


#: Strategies of conditions that depend on the local time alone, as fields of a gate.
_LOCAL: Final[tuple[st.SearchStrategy[dict[str, Any]], ...]] = (
    st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=5, unique=True).map(lambda days: {"weekdays": days}),
    _stretches.map(lambda times: {"between": times}),
    _starts.map(lambda day: {"start": day}),
    _starts.map(lambda day: {"end": day}),
    st.tuples(_starts, _lengths).map(_drawn_gate_dates),
)


def _join_drawn_conditions(fields: Sequence[Mapping[str, Any]]) -> Gate:
    """Return a gate with the fields of several conditions; of dates that exclude one another the later ones."""
    joined: dict[str, Any] = {}
    for conditions in fields:
        if {"start", "end"} & conditions.keys():
            joined.pop("start", None)
            joined.pop("end", None)
        joined |= conditions
    return Gate(**joined)


def local_gate_strategy() -> st.SearchStrategy[Gate]:
    """Draw gates that depend on the local time alone: one or two conditions."""
    return st.lists(st.one_of(*_LOCAL), min_size=1, max_size=2).map(_join_drawn_conditions)


@lru_cache(_KEPT)
def gate_strategy(
    achievements: tuple[str, ...] = (), levels: tuple[tuple[str, str], ...] = (), streaks: tuple[str, ...] = ()
) -> st.SearchStrategy[Gate]:
    """Draw gates with at most three conditions, most of them without any.

    Args:
        achievements: the keys of achievements that they can require.
        levels: the keys of points systems and of their levels that they can require.
        streaks: the keys of streaks whose lengths they can require, besides that of the primary one.
    """
    conditions = [*_LOCAL, _plans.map(lambda plan: {"user_attributes": {"plan": plan}})]
    conditions += [conditions[-1]] * 2
    if achievements:
        keys = st.lists(st.sampled_from(achievements), min_size=1, max_size=2, unique=True)
        conditions += [keys.map(lambda drawn: {"achievements": drawn})] * 2
    if levels:
        conditions.append(st.sampled_from(levels).map(lambda drawn: {"levels": dict([drawn])}))
    lengths = st.builds(StreakLength, st.integers(1, 3), st.sampled_from([None, *streaks]))
    conditions.append(lengths.map(lambda length: {"streak": length}))
    drawn = st.lists(st.one_of(*conditions), min_size=1, max_size=3).map(_join_drawn_conditions)
    return st.one_of(st.just(Gate()), st.just(Gate()), drawn)


@st.composite
def gated_ruleset_strategy(draw: st.DrawFn, ruleset: Ruleset) -> Ruleset:
    """Draw the ruleset with gates on its derived metrics, achievements, triggers and boosts; it has an attribute plan.

    An achievement requires only those with lower keys, so that none depends on itself.
    """
    keys = tuple(sorted(achievement.key for achievement in ruleset.achievements))
    levels = tuple((system.key, level.key) for system in ruleset.points for level in system.levels)
    streaks = tuple(streak.key for streak in ruleset.streaks)
    anything = gate_strategy(keys, levels, streaks)
    achievements = [
        attrs.evolve(rule, when=draw(gate_strategy(keys[: keys.index(rule.key)], levels, streaks)))
        for rule in ruleset.achievements
    ]
    points = [
        attrs.evolve(
            system,
            triggers=[attrs.evolve(trigger, when=draw(anything)) for trigger in system.triggers],
            boosts=[_add_drawn_gate(boost, draw(anything)) for boost in system.boosts],
        )
        for system in ruleset.points
    ]
    metrics = [attrs.evolve(rule, when=draw(anything)) if rule.source else rule for rule in ruleset.metrics]
    return attrs.evolve(ruleset, metrics=metrics, achievements=achievements, points=points)


def _add_drawn_gate(boost: Boost, gate: Gate) -> Boost:
    """Return a boost with a gate; that of a single user has no filter."""
    return attrs.evolve(boost, when=gate if boost.user_id is None else attrs.evolve(gate, user_attributes={}))
