"""The profile: what is known of a user besides what the rules count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

_NOTHING: Final[Mapping[str, str]] = {}


class Profile:
    """The fields of a user; instants in microseconds since the epoch.

    Attributes:
        created: the instant at which the user was first seen.
        updated: the instant of the last ``Identify`` command, or of the creation.
        sign_up_day: the sign-up date as an ordinal, None if unknown.
        has_zone: True if the time zone was set explicitly, False if it is the default (UTC).
        attributes: the values by key; replaced and never changed in place.
        preferences: the user's choices as JSON, by name; replaced and never changed in place.
        device_tokens, subscribe_to_emails: as JSON, None if never set.
        control: True if the user is in the control group of the experiment.
    """

    __slots__ = (
        "attributes",
        "control",
        "created",
        "device_tokens",
        "email",
        "has_zone",
        "name",
        "preferences",
        "sign_up_day",
        "subscribe_to_emails",
        "updated",
    )

    def __init__(self, created: int) -> None:
        self.created = self.updated = created
        self.name: str | None = None
        self.email: str | None = None
        self.device_tokens: str | None = None
        self.subscribe_to_emails: str | None = None
        self.sign_up_day: int | None = None
        self.control = self.has_zone = False
        self.attributes = self.preferences = _NOTHING

    def copy(self) -> Self:
        """Return an independent copy."""
        copied = object.__new__(type(self))
        for name in self.__slots__:
            setattr(copied, name, getattr(self, name))
        return copied

    def dump(self) -> dict[str, Any]:
        """Return the profile as JSON values."""
        dumped = {name: getattr(self, name) for name in self.__slots__}
        dumped["attributes"] = dict(self.attributes)
        dumped["preferences"] = dict(sorted(self.preferences.items()))
        return dumped

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Build the profile from the result of ``dump``."""
        profile = object.__new__(cls)
        for name in cls.__slots__:
            setattr(profile, name, dumped[name])
        return profile
