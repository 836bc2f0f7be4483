"""Filters that do not match: the required value and the actual one."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from trophy_engine.rules.filters import Filter

__all__ = ["FilterClosed", "closed_by"]


@attrs.frozen
class FilterClosed:
    """An attribute without the value that a filter requires; ``found`` is None if the user does not have it."""

    attribute: str
    wanted: str
    found: str | None

    @property
    def text(self) -> str:
        """The attribute, its required value, and its actual value."""
        found = "not set" if self.found is None else repr(self.found)
        return f"it requires {self.attribute} = {self.wanted!r}; the value of this user is {found}"


def closed_by(wanted: Filter, attributes: Mapping[str, str]) -> FilterClosed | None:
    """Return the first attribute that keeps a filter from matching, or None if the filter matches."""
    name = wanted.mismatch(attributes)
    return None if name is None else FilterClosed(name, wanted[name], attributes.get(name))
