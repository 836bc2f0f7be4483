"""A test kit for rules of your own; requires the extra ``testing``.

Strategies draw rules, histories of users, time zones and instants; laws check properties of every history; a state
machine simulates one user. ``trophy_engine.testing.storage`` has the conformance tests of storages.
"""

from hypothesis.stateful import invariant, precondition, rule

from trophy_engine.testing.datetimes import instants, time_zones
from trophy_engine.testing.driver import execute, play, states
from trophy_engine.testing.histories import USERS, History, events, games, histories
from trophy_engine.testing.laws import LAWS, check_laws
from trophy_engine.testing.machine import StreakMachine
from trophy_engine.testing.narrate import narrate
from trophy_engine.testing.rulesets import rulesets, streak_rules
from trophy_engine.testing.streak_laws import acting_on_every_date_loses_nothing
from trophy_engine.testing.travellers import travellers

__all__ = [
    "LAWS",
    "USERS",
    "History",
    "StreakMachine",
    "acting_on_every_date_loses_nothing",
    "check_laws",
    "events",
    "execute",
    "games",
    "histories",
    "instants",
    "invariant",
    "narrate",
    "play",
    "precondition",
    "rule",
    "rulesets",
    "states",
    "streak_rules",
    "time_zones",
    "travellers",
]
