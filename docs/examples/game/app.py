"""The app: a window, and one of two screens in it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

import pygame

from trophy_engine import system_clock

from .canvas import BACKGROUND, Canvas
from .play_screen import PlayScreen
from .save_slots import SaveSlots
from .session import Session
from .slots_screen import SlotsScreen

SIZE: Final = (960, 640)


class App:
    """The game.

    Args:
        folder: the folder of the save slots.
        clock: a function that returns the current instant.
        time_zone: the zone of the player's clock; by default the machine's offset from UTC.

    Attributes:
        surface: the window.
        screen: the screen that is shown.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime] = system_clock, time_zone: str | None = None
    ) -> None:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_caption("Quarry")
        self.surface = pygame.display.set_mode(SIZE)
        self._canvas = Canvas(self.surface)
        self._clock = clock
        self._time_zone = time_zone
        self._slots = SaveSlots(folder, clock)
        self.screen: SlotsScreen | PlayScreen = SlotsScreen(self._slots)

    def run(self) -> None:
        """Show frames until the player closes the window."""
        frames = pygame.time.Clock()
        while self.show_frame(frames.tick(60) / 1000):
            pass
        pygame.quit()

    def show_frame(self, seconds: float) -> bool:
        """Handle all events, let seconds pass, draw, and return False once the player has closed the window."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self._leave()
                return False
            self._handle(event)
        self.screen.update(seconds)
        self.surface.fill(BACKGROUND)
        self.screen.draw(self._canvas)
        pygame.display.flip()
        return True

    def _handle(self, event: pygame.event.Event) -> None:
        match self.screen:
            case SlotsScreen() as slots:
                number = slots.handle(event)
                if number is not None:
                    session = Session(self._slots.path(number), self._time_zone or local_offset(), self._clock)
                    self.screen = PlayScreen(session)
            case PlayScreen() as play:
                if play.handle(event):
                    self._leave()

    def _leave(self) -> None:
        """Close the save file that is in play, and show the slots."""
        if isinstance(self.screen, PlayScreen):
            self.screen.session.close()
            self.screen = SlotsScreen(self._slots)


def local_offset() -> str:
    """Return the machine's offset from UTC, for example ``"+02:00"``.

    A change of the clocks in spring or autumn looks like a short flight, and costs no streak.
    """
    offset = datetime.now().astimezone().strftime("%z")
    return f"{offset[:3]}:{offset[3:]}"
