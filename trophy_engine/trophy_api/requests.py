"""Bodies: what the requests of the application API hold."""

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

    The platform's schema says ``subscribeToEmails``, its examples also say ``subscribedToEmails``.
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
    """The fields of a user that a call sets; an ``id`` among them changes nothing, for the path names the user."""

    id: str | Unset = UNSET


@item
class UpsertedUser(UpdatedUser):
    """A user, and the fields that a call sets."""

    id: str


@item
class EventBody:
    """An event."""

    user: UpsertedUser
    value: Number
    attributes: dict[str, str] = attrs.field(factory=dict)


@item
class CompletionBody:
    """The user who is to complete an achievement."""

    user: UpsertedUser


@item
class MetricPreference:
    """A condition of a user's own streak."""

    key: str
    threshold: Number


@item
class StreakPreferences:
    """What a user wants of the streak."""

    enabled: bool | Unset = UNSET
    evaluation_mode: Literal["AND", "OR", "ALL"] | Unset = UNSET
    metrics: tuple[MetricPreference, ...] | Unset = UNSET
    days_off: tuple[int, ...] | Unset = UNSET


@item
class PreferencesBody:
    """What a user wants, as far as the call says."""

    notifications: dict[str, tuple[Channel, ...]] = attrs.field(factory=dict)
    streak: StreakPreferences | Unset = UNSET
