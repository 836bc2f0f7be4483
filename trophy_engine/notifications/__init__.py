"""Notifications: what to tell users beside the facts, and when. A plug of the core (see ``core.plugs``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trophy_engine.core import Plug
    from trophy_engine.rules.ruleset import Ruleset


def compile_notifications(ruleset: Ruleset) -> Plug | None:
    """Compile the plug for rules; None where they have no notifications."""
    if ruleset.notifications is None:
        return None
    from trophy_engine.notifications.plug import NotificationPlug  # noqa: PLC0415  # most rules have none

    return NotificationPlug(ruleset, ruleset.notifications)
