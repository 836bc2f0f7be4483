"""The notifications of a user: what was sent, and what waits to be sent.

When the next one is due follows from it and from the rest of the user's state (see ``scheduled``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

import attrs

#: Before every period and every local day.
_BEFORE: Final = -1


@attrs.define
class NotificationState:
    """The notifications of a user; every container is replaced and never changed in place.

    Attributes:
        last_active: the instant of their last activity: an event, or an achievement that the application completed.
        boosts_through: the local day through which they were told of their own boosts.
        reactivations: how many messages they were sent since their last activity, to come back.
        recaps: the first days of the periods in which they were active and whose recap is still to come.
        recapped_through: the first day of the latest period whose recap was sent.
        reminded_through: the last period of the streak for which they were reminded.
        emails: the achievements whose email waits, each after its instant.
        points_changes: by points system, until when changes are gathered, and their sum.
    """

    last_active: int
    boosts_through: int
    reactivations: int = 0
    recaps: tuple[int, ...] = ()
    recapped_through: int = _BEFORE
    reminded_through: int = _BEFORE
    emails: tuple[tuple[int, str], ...] = ()
    points_changes: Mapping[str, tuple[int, int]] = attrs.field(factory=dict)

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        return attrs.evolve(self)

    def dump(self) -> dict[str, Any]:
        """Return the notifications as JSON values."""
        return {
            **attrs.asdict(self, recurse=False),
            "recaps": list(self.recaps),
            "emails": [list(email) for email in self.emails],
            "points_changes": {system: list(change) for system, change in sorted(self.points_changes.items())},
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Return the notifications that ``dump`` returned."""
        changes = {system: (closes, sum_) for system, (closes, sum_) in dumped["points_changes"].items()}
        return cls(
            **{
                **dumped,
                "recaps": tuple(dumped["recaps"]),
                "emails": tuple((at, achievement) for at, achievement in dumped["emails"]),
                "points_changes": changes,
            }
        )

    def restart_reminders(self) -> None:
        """Forget which period was reminded of: the streak goes by other periods."""
        self.reminded_through = _BEFORE
