"""What a call of the application, and no trigger of the rules, entered into a points ledger."""

from __future__ import annotations

from typing import ClassVar

import attrs

from trophy_engine.values import Value

__all__ = ["ManualAward"]


@attrs.frozen
class ManualAward(Value):
    """A manual award, in place of the trigger of an award.

    Attributes:
        points: the number of points that was awarded; negative for a payment.
        reason: the reason that the application gave, empty for none.
    """

    type: ClassVar[str] = "manual"
    points: int
    reason: str = ""
