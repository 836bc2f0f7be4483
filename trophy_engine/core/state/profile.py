"""The profile: what is known of a user beside what the rules count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

_NOTHING: Final[Mapping[str, str]] = {}


class Profile:
    """What a user, or the application, has said of the user; instants in microseconds since the epoch.

    Attributes:
        created: when they were first seen.
        updated: when something was last said of them.
        sign_up_day: the sign-up date, as an ordinal.
        zone_given: whether they were given their time zone, or it is that of whoever was given none.
        attributes: their attributes; replaced and never changed in place.
        preferences: what they chose for themselves, as JSON, by name; replaced and never changed in place.
        device_tokens, subscribe_to_emails: as JSON; None where nothing was said.
        control: whether they are in the control group of the experiment.
    """

    __slots__ = (
        "attributes",
        "control",
        "created",
        "device_tokens",
        "email",
        "name",
        "preferences",
        "sign_up_day",
        "subscribe_to_emails",
        "updated",
        "zone_given",
    )

    def __init__(self, created: int) -> None:
        self.created = self.updated = created
        self.name: str | None = None
        self.email: str | None = None
        self.device_tokens: str | None = None
        self.subscribe_to_emails: str | None = None
        self.sign_up_day: int | None = None
        self.control = self.zone_given = False
        self.attributes = self.preferences = _NOTHING

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        twin = object.__new__(type(self))
        for name in self.__slots__:
            setattr(twin, name, getattr(self, name))
        return twin

    def dump(self) -> dict[str, Any]:
        """Return the profile as JSON values."""
        dumped = {name: getattr(self, name) for name in self.__slots__}
        dumped["attributes"] = dict(self.attributes)
        dumped["preferences"] = dict(sorted(self.preferences.items()))
        return dumped

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Return the profile that ``dump`` returned."""
        profile = object.__new__(cls)
        for name in cls.__slots__:
            setattr(profile, name, dumped[name])
        return profile
