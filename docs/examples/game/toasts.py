"""Toasts: messages that appear at the foot of the screen, one below the other, and fade."""

from dataclasses import dataclass, field
from typing import Final

from pygame import Color, Rect

from .canvas import BACKGROUND, FLAME, GOLD, GREEN, ICE, MUTED, PANEL, RED, TEXT, Canvas
from .messages import Message, Tone

SHOWN: Final = 3
SECONDS: Final = 5.0
FADING_SECONDS: Final = 0.6
HEIGHT: Final = 40
GAP: Final = 6
#: The icon and the color of each tone.
LOOKS: Final[dict[Tone, tuple[str, Color]]] = {
    "award": ("star", GOLD),
    "streak": ("flame", FLAME),
    "freeze": ("freeze", ICE),
    "energy": ("bolt", GREEN),
    "loss": ("flame", RED),
    "refusal": ("bolt", RED),
}


@dataclass
class _Toast:
    message: Message
    seconds_left: float = SECONDS


@dataclass
class Toasts:
    """The toasts on the screen, and those that wait until there is room; the time of a toast runs while it is shown."""

    _toasts: list[_Toast] = field(default_factory=list)

    @property
    def shown(self) -> list[Message]:
        """The messages on the screen, oldest first."""
        return [toast.message for toast in self._toasts[:SHOWN]]

    def add(self, message: Message) -> None:
        """Add a message at the end."""
        self._toasts.append(_Toast(message))

    def advance(self, seconds: float) -> None:
        """Let time pass for the toasts on the screen."""
        for toast in self._toasts[:SHOWN]:
            toast.seconds_left -= seconds
        self._toasts = [toast for toast in self._toasts if toast.seconds_left > 0]

    def draw(self, canvas: Canvas, area: Rect) -> None:
        """Draw the toasts in an area, from its top."""
        for row, toast in enumerate(self._toasts[:SHOWN]):
            rect = Rect(area.left, area.top + row * (HEIGHT + GAP), area.width, HEIGHT)
            faded = 1 - min(toast.seconds_left / FADING_SECONDS, 1)
            icon, color = LOOKS[toast.message.tone]
            color = color.lerp(BACKGROUND, faded)
            canvas.fill(rect, PANEL.lerp(BACKGROUND, faded))
            canvas.fill(Rect(rect.left, rect.top + 8, 4, rect.height - 16), color, 2)
            canvas.icon(icon, (rect.left + 28, rect.centery), 22, color)
            canvas.write(toast.message.title, (rect.left + 50, rect.centery), 22, TEXT.lerp(BACKGROUND, faded))
            canvas.write(
                toast.message.detail, (rect.right - 14, rect.centery), 18, MUTED.lerp(BACKGROUND, faded), "right"
            )
