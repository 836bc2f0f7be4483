"""Instants in a short notation."""

from datetime import UTC, datetime


def utc(text: str) -> datetime:
    """Parse ``2025-04-02 10:00`` as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
