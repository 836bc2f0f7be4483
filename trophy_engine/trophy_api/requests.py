"""Request bodies of the application API."""

from __future__ import annotations

from typing import Literal

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.numbers import Number
from trophy_engine.trophy_api.structuring import item

Channel = Literal["email", "push"]


@item
class UpdatedUser:
    """The fields of a user that a call sets.

    The platform's schema names the last field ``subscribeToEmails``; some of its examples use ``subscribedToEmails``.
    """

    email: str | None | Unset = UNSET
    name: str | None | Unset = UNSET
    tz: str | None | Unset = UNSET
    sign_up_date: str | None | Unset = UNSET
    device_tokens: tuple[str, ...] | None | Unset = UNSET
    subscribe_to_emails: bool | Unset = UNSET
    subscribed_to_emails: bool | Unset = UNSET
    attributes: dict[str, str] = attrs.field(factory=dict)


@item
class PatchedUser(UpdatedUser):
    """The fields of a user that a call sets; an ``id`` among them is ignored because the path names the user."""

    id: str | Unset = UNSET


@item
class UpsertedUser(UpdatedUser):
    """The id of a user and the fields that a call sets."""

    id: str


@item
class EventBody:
    """An event: its user, value and attributes."""

    user: UpsertedUser
    value: Number
    attributes: dict[str, str] = attrs.field(factory=dict)


@item
class CompletionBody:
    """The user who completes an achievement."""

    user: UpsertedUser


@item
class MetricPreference:
    """A condition of a user's custom streak."""

    key: str
    threshold: Number


@item
class StreakPreferences:
    """The streak preferences that a call sets."""

    enabled: bool | Unset = UNSET
    evaluation_mode: Literal["AND", "OR", "ALL"] | Unset = UNSET
    metrics: tuple[MetricPreference, ...] | Unset = UNSET
    days_off: tuple[int, ...] | Unset = UNSET


@item
class PreferencesBody:
    """The preferences that a call sets."""

    notifications: dict[str, tuple[Channel, ...]] = attrs.field(factory=dict)
    streak: StreakPreferences | Unset = UNSET
