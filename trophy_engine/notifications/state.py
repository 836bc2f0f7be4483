"""The notifications of a user: what was sent, and what is pending.

The next due instant follows from it and from the rest of the user's state (see ``scheduled``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

import attrs

from trophy_engine.rules.tiers import tier_key

#: Before every period and every local day.
_BEFORE: Final = -1


class CompletionEmail(NamedTuple):
    """The fields of the effect of a completion, after its user and its instant."""

    achievement: str
    tier: str | None
    times: int
    number: int

    @property
    def key(self) -> str:
        """The key by which rules name the achievement, or the tier."""
        return self.achievement if self.tier is None else tier_key(self.achievement, self.tier)


@attrs.define
class NotificationState:
    """The notifications of a user; every container is replaced and never changed in place.

    Attributes:
        last_active: the instant of the last activity: an event, or a completion by a call.
        boosts_through: the local day through which the user's own boosts were announced.
        reactivations: the number of reactivation messages since the last activity.
        recaps: the first days of the periods with activity that still need a recap.
        recapped_through: the first day of the latest period with a recap that was sent.
        reminded_through: the last period of the primary streak with a reminder that was sent.
        emails: the pending emails about achievements: the due instant, then the fields of the completion.
        points_changes: by points system, the end of the window in which changes are combined, and their sum.
    """

    last_active: int
    boosts_through: int
    reactivations: int = 0
    recaps: tuple[int, ...] = ()
    recapped_through: int = _BEFORE
    reminded_through: int = _BEFORE
    emails: tuple[tuple[int, CompletionEmail], ...] = ()
    points_changes: Mapping[str, tuple[int, int]] = attrs.field(factory=dict)

    def copy(self) -> Self:
        """Return an independent copy."""
        return attrs.evolve(self)

    def dump(self) -> dict[str, Any]:
        """Return the notifications as JSON values."""
        return {
            **attrs.asdict(self, recurse=False),
            "recaps": list(self.recaps),
            "emails": [[due, *completion] for due, completion in self.emails],
            "points_changes": {system: list(change) for system, change in sorted(self.points_changes.items())},
        }

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Build the notifications from the result of ``dump``."""
        changes = {system: (closes, sum_) for system, (closes, sum_) in dumped["points_changes"].items()}
        return cls(
            **{
                **dumped,
                "recaps": tuple(dumped["recaps"]),
                "emails": tuple((due, CompletionEmail(*fields)) for due, *fields in dumped["emails"]),
                "points_changes": changes,
            }
        )

    def restart_reminders(self) -> None:
        """Forget the last reminder, because the primary streak is another one, or has another calendar."""
        self.reminded_through = _BEFORE
