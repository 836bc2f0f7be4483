"""The screen on which a slot is played: the field on the left, the player's progress on the right."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import pygame
from pygame import Rect
from pygame.event import Event

from .canvas import (
    BLUE,
    EARTH,
    EARTH_HOVER,
    EARTH_LIGHT,
    FLAME,
    GEM_COLORS,
    GOLD,
    GREEN,
    GROOVE,
    ICE,
    MUTED,
    PANEL,
    RED,
    Canvas,
)
from .field import COLUMNS, TILES
from .messages import Message, count_days
from .session import Session
from .toasts import Toasts

TILE: Final = 68
STEP: Final = 76
FIELD: Final = Rect(32, 92, 600, 372)
TOASTS: Final = Rect(32, 484, 600, 132)
SIDE_LEFT: Final = 660
SIDE_WIDTH: Final = 268
SLOTS_BUTTON: Final = Rect(828, 28, 100, 36)
TIRED: Final = Message("Out of energy", "Rest a while: it returns with time.", "refusal")
SECONDS_BETWEEN_UPDATES: Final = 1.0


def tile_rect(tile: int) -> Rect:
    """Return where a tile is on the screen."""
    row, column = divmod(tile, COLUMNS)
    return Rect(FIELD.left + column * STEP, FIELD.top + row * STEP, TILE, TILE)


class PlayScreen:
    """A session on the screen."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.toasts = Toasts()
        self._seconds = 0.0
        self._collect_messages()

    def handle(self, event: Event) -> bool:
        """Handle an event of pygame, and return True if the player leaves the screen."""
        match event.type:
            case pygame.KEYDOWN if event.key == pygame.K_ESCAPE:
                return True
            case pygame.MOUSEBUTTONDOWN if event.button == 1:
                if SLOTS_BUTTON.collidepoint(event.pos):
                    return True
                for tile in range(TILES):
                    if tile_rect(tile).collidepoint(event.pos) and tile not in self.session.dug:
                        self._dig(tile)
                        break
        return False

    def update(self, seconds: float) -> None:
        """Let time pass: toasts fade, and once a second the session is updated."""
        self.toasts.advance(seconds)
        self._seconds += seconds
        if self._seconds >= SECONDS_BETWEEN_UPDATES:
            self._seconds = 0.0
            self.session.update()
            self._collect_messages()

    def draw(self, canvas: Canvas) -> None:
        """Draw the screen."""
        canvas.write("Quarry", (32, 46), 44)
        canvas.write(
            f"Field {self.session.field + 1}, gems left: {self.session.gems_left}",
            (FIELD.right, 48),
            22,
            MUTED,
            "right",
        )
        canvas.button(SLOTS_BUTTON, "Slots")
        self._draw_field(canvas)
        self._draw_level(canvas, Rect(SIDE_LEFT, 92, SIDE_WIDTH, 84))
        self._draw_energy(canvas, Rect(SIDE_LEFT, 188, SIDE_WIDTH, 84))
        self._draw_streak(canvas, Rect(SIDE_LEFT, 284, SIDE_WIDTH, 116))
        self._draw_badges(canvas, Rect(SIDE_LEFT, 412, SIDE_WIDTH, 204))
        if self.toasts.shown:
            self.toasts.draw(canvas, TOASTS)
        else:
            canvas.write("Click a tile to dig. A few digs every day keep your streak.", (32, 504), 20, MUTED)

    def _dig(self, tile: int) -> None:
        if not self.session.dig(tile) and TIRED not in self.toasts.shown:
            self.toasts.add(TIRED)
        self._collect_messages()

    def _collect_messages(self) -> None:
        for message in self.session.take_messages():
            self.toasts.add(message)

    def _draw_field(self, canvas: Canvas) -> None:
        mouse = pygame.mouse.get_pos()
        for tile in range(TILES):
            rect = tile_rect(tile)
            if tile not in self.session.dug:
                canvas.fill(rect, EARTH)
                canvas.fill(rect.inflate(-10, -10), EARTH_HOVER if rect.collidepoint(mouse) else EARTH_LIGHT, 8)
                continue
            canvas.fill(rect, PANEL)
            gem = self.session.gems.get(tile)
            if gem is not None:
                canvas.icon(gem, rect.center, 40, GEM_COLORS[gem])

    def _draw_level(self, canvas: Canvas, area: Rect) -> None:
        canvas.fill(area, PANEL)
        experience = self.session.player.points["xp"]
        upcoming = next((level for level in experience.levels if level.progress), None)
        canvas.write(experience.level.name if experience.level else "", (area.left + 14, area.top + 24), 28, GOLD)
        canvas.write(f"{experience.total} XP", (area.right - 14, area.top + 24), 20, align="right")
        bar = Rect(area.left + 14, area.top + 44, area.width - 28, 10)
        if upcoming and upcoming.progress:
            reached = experience.level.points if experience.level else 0
            canvas.bar(bar, (experience.total - reached) / (upcoming.points - reached), GOLD)
            text = f"{upcoming.progress.remaining} to {upcoming.name}"
        else:
            canvas.bar(bar, 1, GOLD)
            text = "The highest level"
        canvas.write(text, (area.left + 14, area.top + 69), 18, MUTED)

    def _draw_energy(self, canvas: Canvas, area: Rect) -> None:
        canvas.fill(area, PANEL)
        energy = self.session.energy
        maximum = energy.maximum or energy.total
        canvas.icon("bolt", (area.left + 24, area.top + 24), 24, GREEN)
        canvas.write("Energy", (area.left + 42, area.top + 24), 24)
        canvas.write(f"{energy.total} of {maximum}", (area.right - 14, area.top + 24), 20, align="right")
        bar = Rect(area.left + 14, area.top + 44, area.width - 28, 10)
        canvas.bar(bar, energy.total / maximum, GREEN if energy.total else RED)
        minutes, seconds = divmod(int(self.session.time_to_rest().total_seconds()), 60)
        text = "Full" if energy.total == maximum else f"More in {minutes}:{seconds:02}"
        canvas.write(text, (area.left + 14, area.top + 69), 18, MUTED)

    def _draw_streak(self, canvas: Canvas, area: Rect) -> None:
        canvas.fill(area, PANEL)
        length, player = self.session.streak_length, self.session.player
        canvas.icon("flame", (area.left + 24, area.top + 24), 26, FLAME if length else GROOVE)
        canvas.write(count_days(length) if length else "No streak", (area.left + 42, area.top + 25), 24)
        most = player.streak.max_freezes
        for number in range(most or 0):
            color = ICE if number < player.freezes else GROOVE
            canvas.icon("freeze", (area.right - 24 - 28 * number, area.top + 24), 22, color)
        for number, (color, day) in enumerate(self._days()):
            center = (area.left + 30 + number * 35, area.top + 66)
            pygame.draw.aacircle(canvas.surface, color, center, 12)
            canvas.write(day, (center[0], area.top + 96), 18, MUTED, "center")

    def _days(self) -> Iterator[tuple[pygame.Color, str]]:
        """Yield the color and the letter of each of the last days: a credited day makes the streak longer."""
        for before, day in pairwise(self.session.days):
            credited = day.length > before.length
            yield FLAME if credited else ICE if day.used_freeze else GROOVE, f"{day.period_start:%a}"[0]

    def _draw_badges(self, canvas: Canvas, area: Rect) -> None:
        canvas.fill(area, PANEL)
        badges = self.session.player.achievements
        for number, badge in enumerate(badges):
            color = GOLD if badge.achieved_at else GROOVE
            canvas.icon("star", (area.left + 26 + number * 27, area.top + 26), 24, color)
        top = area.top + 62
        for badge in self.session.player.next_achievements(3):
            if badge.progress is not None:
                canvas.write(badge.name, (area.left + 14, top), 20)
                reached = f"{badge.progress.current} of {badge.progress.target}"
                canvas.write(reached, (area.right - 14, top), 18, MUTED, "right")
                canvas.bar(Rect(area.left + 14, top + 14, area.width - 28, 8), badge.progress.fraction, BLUE)
                top += 48
