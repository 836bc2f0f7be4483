"""``trophy-engine explain RULES EVENTS --user U``: one user's story, day by day, and why they have what they have."""

from __future__ import annotations

__all__ = ["explain"]
