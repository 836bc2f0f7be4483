"""Filters that do not match: the required value and the actual one."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from trophy_engine.rules.filters import Filter

__all__ = ["UnmetFilter", "find_unmet_filter"]


@attrs.frozen
class UnmetFilter:
    """An attribute without the value that a filter requires; ``actual`` is None if the user does not have it."""

    attribute: str
    required: str
    actual: str | None

    @property
    def text(self) -> str:
        """The attribute, its required value, and its actual value."""
        actual = "not set" if self.actual is None else repr(self.actual)
        return f"it requires {self.attribute} = {self.required!r}; the value of this user is {actual}"


def find_unmet_filter(required: Filter, attributes: Mapping[str, str]) -> UnmetFilter | None:
    """Return the first attribute that keeps a filter from matching, or None if the filter matches."""
    name = required.mismatch(attributes)
    return None if name is None else UnmetFilter(name, required[name], attributes.get(name))
