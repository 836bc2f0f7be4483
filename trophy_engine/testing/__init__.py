"""A test kit for rules of your own; requires the extra ``testing``.

Strategies draw rules, histories of users, time zones and instants; laws check properties of every history; a state
machine simulates one user; ``StorageConformance`` has the tests of a storage.
"""

from typing import TYPE_CHECKING, Any

from trophy_engine.errors import MissingExtra

try:
    from hypothesis.stateful import invariant, precondition, rule
except ModuleNotFoundError as error:
    raise MissingExtra("the test kit", "testing") from error


from trophy_engine.calendar.instants import HOUR
from trophy_engine.calendar.zones import zone
from trophy_engine.core import Identify, Record, Settle
from trophy_engine.testing.datetimes import instants, time_zones
from trophy_engine.testing.driver import execute, play, states
from trophy_engine.testing.histories import USERS, History, events, games, histories
from trophy_engine.testing.laws import LAWS, check_laws
from trophy_engine.testing.leaderboards import leaderboards, with_leaderboards
from trophy_engine.testing.machine import StreakMachine
from trophy_engine.testing.narrate import narrate
from trophy_engine.testing.rulesets import rulesets, streak_rules
from trophy_engine.testing.streak_laws import acting_on_every_date_loses_nothing
from trophy_engine.testing.travellers import travellers

if TYPE_CHECKING:
    from trophy_engine.testing.storage import StorageConformance

__all__ = [
    "HOUR",
    "LAWS",
    "USERS",
    "History",
    "Identify",
    "Record",
    "Settle",
    "StorageConformance",
    "StreakMachine",
    "acting_on_every_date_loses_nothing",
    "check_laws",
    "events",
    "execute",
    "games",
    "histories",
    "instants",
    "invariant",
    "leaderboards",
    "narrate",
    "play",
    "precondition",
    "rule",
    "rulesets",
    "states",
    "streak_rules",
    "time_zones",
    "travellers",
    "with_leaderboards",
    "zone",
]


def __getattr__(name: str) -> Any:
    """Import ``StorageConformance``, and pytest with it, on first use."""
    if name != "StorageConformance":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trophy_engine.testing.storage import StorageConformance  # noqa: PLC0415

    globals()[name] = StorageConformance
    return StorageConformance
