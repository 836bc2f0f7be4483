"""The canvas: colors, text and simple shapes. The font is the one that comes with pygame."""

from typing import Final, Literal

import pygame
from pygame import Color, Rect, Surface

from .icons import render_icon

Point = tuple[float, float]
Align = Literal["left", "center", "right"]

BACKGROUND: Final = Color(22, 24, 31)
PANEL: Final = Color(34, 38, 49)
GROOVE: Final = Color(52, 58, 72)
TEXT: Final = Color(236, 238, 243)
MUTED: Final = Color(154, 161, 178)
EARTH: Final = Color(122, 91, 66)
EARTH_LIGHT: Final = Color(146, 110, 80)
EARTH_HOVER: Final = Color(170, 130, 94)
GOLD: Final = Color(244, 193, 86)
FLAME: Final = Color(255, 138, 61)
ICE: Final = Color(125, 200, 255)
GREEN: Final = Color(111, 207, 128)
RED: Final = Color(235, 96, 96)
BLUE: Final = Color(92, 146, 247)

GEM_COLORS: Final = {"ruby": RED, "emerald": GREEN, "sapphire": BLUE}


class Canvas:
    """A surface, and the ways in which this game draws on it."""

    def __init__(self, surface: Surface) -> None:
        self.surface = surface
        self._fonts: dict[int, pygame.font.Font] = {}

    def write(self, text: str, at: Point, size: int = 18, color: Color = TEXT, align: Align = "left") -> Rect:
        """Write a line of text with its middle line at a height, and return the rectangle that it covers.

        Small letters are spaced more evenly if the text is drawn larger, and scaled down.
        """
        if size not in self._fonts:
            self._fonts[size] = pygame.font.Font(None, size * 2)
        image = self._fonts[size].render(text, antialias=True, color=color)
        image = pygame.transform.smoothscale_by(image, 0.5)
        rect = image.get_rect()
        anchor = {"left": "midleft", "center": "center", "right": "midright"}[align]
        setattr(rect, anchor, at)
        self.surface.blit(image, rect)
        return rect

    def fill(self, rect: Rect, color: Color, radius: int = 10) -> None:
        """Fill a rectangle with round corners."""
        pygame.draw.rect(self.surface, color, rect, border_radius=radius)

    def outline(self, rect: Rect, color: Color, radius: int = 10) -> None:
        """Draw the border of a rectangle with round corners."""
        pygame.draw.rect(self.surface, color, rect, width=2, border_radius=radius)

    def bar(self, rect: Rect, fraction: float, color: Color) -> None:
        """Draw a progress bar; a fraction of 1 is a full one."""
        radius = rect.height // 2
        self.fill(rect, GROOVE, radius)
        if fraction > 0:
            width = max(rect.height, round(rect.width * min(fraction, 1)))
            self.fill(Rect(rect.left, rect.top, width, rect.height), color, radius)

    def icon(self, name: str, center: Point, size: int, color: Color) -> None:
        """Draw an icon of ``icons.SHAPES``."""
        image = render_icon(name, (color.r, color.g, color.b, color.a), size)
        self.surface.blit(image, image.get_rect(center=center))

    def button(self, rect: Rect, label: str, *, enabled: bool = True, color: Color = TEXT) -> None:
        """Draw a button, lighter under the mouse."""
        hovered = enabled and rect.collidepoint(pygame.mouse.get_pos())
        self.fill(rect, EARTH if hovered else GROOVE, 8)
        self.write(label, rect.center, 22, color if enabled else MUTED.lerp(PANEL, 0.5), "center")
