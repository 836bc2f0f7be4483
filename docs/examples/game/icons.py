"""Icons: polygons in a square of side 1, drawn with smooth edges."""

from functools import cache
from math import cos, pi, sin
from typing import Final

import pygame
from pygame import Color, Surface

Polygon = list[tuple[float, float]]

GEMS: Final = frozenset({"ruby", "emerald", "sapphire"})
_OVERSAMPLING: Final = 4
_FACET: Final = (0.4, 0.34)  # the middle of the light facet of a gem


def _polygon(corners: int, inner: float | None = None) -> Polygon:
    """Return a regular polygon, or with an inner radius (of 1) a star, with a corner at the top."""
    radii = [0.5] if inner is None else [0.5, inner / 2]
    count = corners * len(radii)
    return [
        (
            0.5 + radii[number % len(radii)] * sin(2 * pi * number / count),
            0.5 - radii[number % len(radii)] * cos(2 * pi * number / count),
        )
        for number in range(count)
    ]


SHAPES: Final[dict[str, Polygon]] = {
    "ruby": [(0.28, 0.14), (0.72, 0.14), (0.94, 0.42), (0.5, 0.92), (0.06, 0.42)],
    "emerald": [
        (0.18, 0.22),
        (0.32, 0.08),
        (0.68, 0.08),
        (0.82, 0.22),
        (0.82, 0.78),
        (0.68, 0.92),
        (0.32, 0.92),
        (0.18, 0.78),
    ],
    "sapphire": _polygon(6),
    "flame": [
        (0.52, 0.02),
        (0.62, 0.26),
        (0.82, 0.46),
        (0.84, 0.72),
        (0.68, 0.92),
        (0.5, 0.97),
        (0.32, 0.92),
        (0.16, 0.72),
        (0.2, 0.48),
        (0.34, 0.56),
        (0.4, 0.28),
    ],
    "bolt": [(0.6, 0.02), (0.16, 0.58), (0.46, 0.58), (0.38, 0.98), (0.84, 0.4), (0.54, 0.4)],
    "star": _polygon(5, 0.45),
    "freeze": _polygon(6, 0.35),
}


@cache
def render_icon(name: str, color: tuple[int, int, int, int], size: int) -> Surface:
    """Return an icon of a color (red, green, blue, alpha) and a side in pixels; it is drawn larger and scaled down."""
    side = size * _OVERSAMPLING
    surface = Surface((side, side), pygame.SRCALPHA)
    surface.fill((*color[:3], 0))
    shape = SHAPES[name]
    pygame.draw.polygon(surface, color, [(x * side, y * side) for x, y in shape])
    if name in GEMS:
        facet = [((x + _FACET[0]) / 2 * side, (y + _FACET[1]) / 2 * side) for x, y in shape]
        pygame.draw.polygon(surface, Color(color).lerp("white", 0.3), facet)
    return pygame.transform.smoothscale(surface, (size, size))
