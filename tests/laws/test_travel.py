"""A user who acts on every date of the local clock loses nothing and spends no freeze, between any zones."""

from itertools import pairwise

from hypothesis import event, given

from trophy_engine.calendar.zones import zone
from trophy_engine.core.commands import Identify
from trophy_engine.testing import acting_on_every_date_loses_nothing, streak_rules, travellers


def orders(history):
    """Return, for each flight, its direction and which was first: the command with the zone, or midnight."""
    moves = [command for command in history if isinstance(command, Identify)]
    for before, move in pairwise(moves):
        old, new = (zone(dict(command.changes)["time_zone"]) for command in (before, move))
        direction = "east" if new.offset(move.at) > old.offset(move.at) else "west"
        first = "the command" if old.window(move.at)[0] == new.window(move.at)[0] else "midnight"
        yield f"{direction}: {first} comes first"


@given(travellers(streak_rules(("lessons", "minutes", "words"))))
def test_acting_on_every_date_loses_nothing(history):
    for order in set(orders(history)):
        event(order)
    acting_on_every_date_loses_nothing(history)
