"""Pending awards: the awards of each user and points system since ``points.changed`` was last sent."""

from __future__ import annotations

from datetime import datetime

from trophy_engine.core import PointsAwarded, effect_from_raw
from trophy_engine.engine.engine import Engine
from trophy_engine.notifications.effects import PointsChanged


class PendingAwards:
    """The awards that the next ``points.changed`` of a user and a points system lists.

    Those from before the subscription, for example of an earlier process, are computed from the log.

    Args:
        engine: the engine.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._awards: dict[tuple[str, str], list[PointsAwarded]] = {}

    def record(self, award: PointsAwarded) -> None:
        """Record an award; rules without notifications never announce it."""
        if self._engine.ruleset.notifications is not None:
            self._awards.setdefault((award.user_id, award.system), []).append(award)

    def take(self, change: PointsChanged) -> tuple[PointsAwarded, ...]:
        """Return the awards of a change, in order, and forget them."""
        awards = self._awards.pop((change.user_id, change.system), [])
        if sum(award.awarded for award in awards) == change.added and awards:
            return tuple(awards)
        return self._pending_awards_from_log(change.user_id, change.system, change.at)

    def forget(self, change: PointsChanged) -> None:
        """Forget the awards of a change."""
        self._awards.pop((change.user_id, change.system), None)

    def _pending_awards_from_log(self, user: str, system: str, at: datetime) -> tuple[PointsAwarded, ...]:
        """Return a user's awards in a points system that the last change up to an instant announced."""
        announced: list[PointsAwarded] = []
        awards: list[PointsAwarded] = []
        for transition in self._engine.transitions(user, at=at):
            for raw in transition.effects:
                effect = effect_from_raw(raw)
                if isinstance(effect, PointsAwarded) and effect.system == system:
                    awards.append(effect)
                elif isinstance(effect, PointsChanged) and effect.system == system:
                    announced, awards = awards, []
        return tuple(announced)
