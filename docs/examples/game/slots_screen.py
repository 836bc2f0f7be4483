"""The screen on which a save slot is chosen, copied or deleted."""

from typing import Final, Literal

import pygame
from pygame import Rect
from pygame.event import Event

from .canvas import FLAME, GOLD, GREEN, GROOVE, MUTED, PANEL, RED, Canvas
from .messages import count_days
from .save_slots import NUMBERS, SaveSlots, Slot

Action = Literal["play", "copy", "delete"]

CARD_TOP: Final = 150
CARD_STEP: Final = 150
BUTTON_LEFT: Final[dict[Action, int]] = {"play": 566, "copy": 682, "delete": 798}


def card_rect(number: int) -> Rect:
    """Return where the card of a slot is on the screen."""
    return Rect(32, CARD_TOP + (number - 1) * CARD_STEP, 896, 130)


def button_rect(number: int, action: Action) -> Rect:
    """Return where a button of a slot is on the screen."""
    return Rect(BUTTON_LEFT[action], card_rect(number).centery - 22, 106, 44)


class SlotsScreen:
    """The slots as cards. A slot is deleted by two clicks on its button, without another click between them."""

    def __init__(self, slots: SaveSlots) -> None:
        self._store = slots
        self._to_delete: int | None = None
        self.slots = self._read()

    def handle(self, event: Event) -> int | None:
        """Handle an event of pygame, and return the number of the slot that the player starts to play, if any."""
        if event.type != pygame.MOUSEBUTTONDOWN or event.button != 1:
            return None
        clicked = next(
            (
                (slot, action)
                for slot in self.slots
                for action in BUTTON_LEFT
                if self._enabled(slot, action) and button_rect(slot.number, action).collidepoint(event.pos)
            ),
            None,
        )
        to_delete, self._to_delete = self._to_delete, None
        match clicked:
            case (slot, "play"):
                return slot.number
            case (slot, "copy"):
                self._store.copy(slot.number)
            case (slot, "delete") if to_delete == slot.number:
                self._store.delete(slot.number)
            case (slot, "delete"):
                self._to_delete = slot.number
        self.slots = self._read()
        return None

    def update(self, seconds: float) -> None:
        """Do nothing: on this screen nothing changes with time."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the screen."""
        canvas.write("Quarry", (32, 62), 64)
        canvas.write("Choose a slot. Energy returns while you are away.", (34, 112), 22, MUTED)
        for slot in self.slots:
            card = card_rect(slot.number)
            canvas.fill(card, PANEL, 14)
            canvas.write(str(slot.number), (card.left + 44, card.centery), 64, GROOVE, "center")
            self._draw_player(canvas, slot, card.left + 92, card.centery)
            self._draw_buttons(canvas, slot)

    def _read(self) -> list[Slot]:
        return [self._store.read(number) for number in NUMBERS]

    def _enabled(self, slot: Slot, action: Action) -> bool:
        match action:
            case "play":
                return slot.problem is None
            case "copy":
                return slot.player is not None and any(other.empty for other in self.slots)
            case "delete":
                return not slot.empty

    def _draw_player(self, canvas: Canvas, slot: Slot, left: int, middle: int) -> None:
        player = slot.player
        if player is None:
            canvas.write("Cannot be read" if slot.problem else "Empty", (left, middle), 28, MUTED)
            return
        experience, energy = player.points["xp"], player.points["energy"]
        days = player.streak.length
        badges = len(player.completed)
        name = canvas.write(experience.level.name if experience.level else "", (left, middle - 20), 34)
        canvas.write(f"{experience.total} XP", (name.right + 14, middle - 17), 20, MUTED)
        for x, icon, color, text in (
            (0, "flame", FLAME if days else GROOVE, count_days(days) if days else "No streak"),
            (130, "bolt", GREEN, f"{energy.total} of {energy.maximum}"),
            (250, "star", GOLD, "1 badge" if badges == 1 else f"{badges} badges"),
        ):
            canvas.icon(icon, (left + x + 10, middle + 22), 22, color)
            canvas.write(text, (left + x + 28, middle + 22), 20)

    def _draw_buttons(self, canvas: Canvas, slot: Slot) -> None:
        sure = self._to_delete == slot.number
        labels: dict[Action, str] = {
            "play": "New" if slot.empty else "Play",
            "copy": "Copy",
            "delete": "Really?" if sure else "Delete",
        }
        for action, label in labels.items():
            if action == "play" or not slot.empty:
                rect = button_rect(slot.number, action)
                canvas.button(rect, label, enabled=self._enabled(slot, action))
                if action == "delete" and sure:
                    canvas.outline(rect, RED, 8)
