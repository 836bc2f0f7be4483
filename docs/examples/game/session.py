"""One save file in play: the model of the game, on the engine. It knows nothing of pygame."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from trophy_engine import Effect, Engine, OutOfPoints, Player, PointsView, Ruleset, StreakPeriod, system_clock

from .field import TILES, Gem, bury_gems
from .messages import Message, describe_effects

RULES: Final = Ruleset.load(Path(__file__).with_name("rules.toml"))
#: The only user of a save file.
PLAYER: Final = "player"
REST: Final = timedelta(hours=1)
DAYS_SHOWN: Final = 7


class Session:
    """A save file in play, and what the screen shows of it.

    Args:
        path: the save file, which is created if it does not exist.
        time_zone: the zone of the player's clock: an IANA name, or an offset such as ``+02:00``.
        clock: a function that returns the current instant.

    Attributes:
        player: the view of the player that the screen shows.
        days: the last days of the streak, oldest first; the first is the day before those that are shown.
        gems: the gems of the field, by tile.
        dug: the tiles of the field that are dug.
    """

    player: Player
    days: tuple[StreakPeriod, ...]
    gems: dict[int, Gem]
    dug: set[int]

    def __init__(self, path: Path, time_zone: str, clock: Callable[[], datetime] = system_clock) -> None:
        self._engine = Engine(RULES, storage=path, clock=clock)
        self._effects: list[Effect] = []
        self._engine.subscribe(Effect, self._effects.append)
        # The first command of a session creates the player, or applies all that time did while the game was closed.
        self._engine.identify(PLAYER, time_zone=time_zone)
        self.player = self._engine.user(PLAYER)
        self.days = self._read_days()
        self._enter_field()

    def close(self) -> None:
        """Close the save file."""
        self._engine.close()

    def dig(self, tile: int) -> bool:
        """Dig a tile of the field, and return False if the player has no energy; a dug tile costs nothing.

        A dig and the gem that it finds are one transaction. The key of a dig names the field and the tile: the save
        file remembers which tiles are dug, and a second click on a tile changes nothing.
        """
        key = f"{self.field} {tile}"
        try:
            with self._engine.batch():
                dig = self._engine.record("digs", user=PLAYER, idempotency_key=key)
                if tile in self.gems and not dig.replayed:
                    self._engine.record("gems", user=PLAYER, attributes={"kind": self.gems[tile]})
        except OutOfPoints:
            return False
        self.dug.add(tile)
        self._show()
        if len(self.dug) == TILES:
            self._enter_field()
        return True

    def update(self) -> None:
        """Show what time has changed. Call it about once a second.

        A view includes everything that is due, and writes nothing. Settling makes the effects of it, for the messages,
        and writes to the save file, so it is done only if the view differs from what is shown.
        """
        player = self._engine.user(PLAYER)
        if (player.streak, player.points) != (self.player.streak, self.player.points):
            self._engine.settle()
            self._show()

    def take_messages(self) -> list[Message]:
        """Return the messages about all that has happened since the last call; a lost streak comes first."""
        messages = sorted(describe_effects(self._effects, RULES), key=lambda message: message.tone != "loss")
        self._effects.clear()
        return messages

    @property
    def field(self) -> int:
        """The number of the field, from 0; the next one follows when all tiles are dug."""
        return int(self.player.metrics["digs"]) // TILES

    @property
    def gems_left(self) -> int:
        """The number of gems that are still in the field."""
        return len(self.gems.keys() - self.dug)

    @property
    def energy(self) -> PointsView:
        """The player's energy."""
        return self.player.points["energy"]

    @property
    def streak_length(self) -> int:
        """The number of days of the streak."""
        return self.player.streak.length

    def time_to_rest(self) -> timedelta:
        """Return the time until energy is next returned: hours are counted from the creation of the player."""
        return REST - (max(self._engine.now(), self.player.at) - self.player.created) % REST

    def _show(self) -> None:
        """Read what the screen shows, after a change; the days only if the streak differs: they need the whole log."""
        before, self.player = self.player, self._engine.user(PLAYER)
        if self.player.streak != before.streak:
            self.days = self._read_days()

    def _read_days(self) -> tuple[StreakPeriod, ...]:
        return self._engine.reports.streak_history(PLAYER, periods=DAYS_SHOWN + 1)

    def _enter_field(self) -> None:
        """Read the present field from the save file."""
        self.gems = bury_gems(self.player.created.isoformat(), self.field)
        self.dug = {
            tile
            for tile in range(TILES)
            if self._engine.has_recorded("digs", user=PLAYER, idempotency_key=f"{self.field} {tile}")
        }
