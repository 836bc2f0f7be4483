"""General settings in the admin API: the experiment and the period of recaps."""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.settings import Experimentation, Notifications
from trophy_engine.trophy_api.errors import NotHosted
from trophy_engine.trophy_api.field_names import prefixing_request_field
from trophy_engine.trophy_api.structuring import given_item_fields, item, structure_request_json, to_camel_case

#: An engine is a single environment.
ENVIRONMENTS: Final = ({"name": "Engine", "key": "engine", "priority": 0},)

#: The branding in every response; nothing else uses it, because the engine sends no messages.
_BRANDING: Final = {
    "appName": "",
    "appUrl": "",
    "brandColor": "#000000",
    "font": "MODERN_SANS",
    "logo": None,
    "appIcon": None,
}


@item
class ExperimentationEdit:
    """The changes to the experiment that a request makes."""

    control_ratio: int | Unset = UNSET
    user_activation_window: int | Unset = UNSET


@item
class SettingsEdit:
    """The changes to the settings that a request makes."""

    branding: dict[str, Any] | Unset = UNSET
    experimentation: ExperimentationEdit | Unset = UNSET
    aggregation_period: Literal["weekly", "monthly"] | Unset = UNSET


def update_settings(ruleset: Ruleset, body: object, *, strict: bool = True) -> Ruleset:
    """Return the ruleset with the settings that a request changes.

    Raises:
        InvalidValue: the request is invalid.
        NotHosted: the request changes the branding.
    """
    edit = structure_request_json(body, SettingsEdit, strict=strict)
    if not isinstance(edit.branding, Unset):
        raise NotHosted("Branding applies to messages of the hosted service only; an engine sends no messages")
    changes: dict[str, Any] = {}
    if not isinstance(edit.experimentation, Unset):
        experiment = ruleset.experimentation or Experimentation()
        with prefixing_request_field("experimentation"):
            changes["experimentation"] = attrs.evolve(experiment, **given_item_fields(edit.experimentation))
    if not isinstance(edit.aggregation_period, Unset):
        changes["notifications"] = attrs.evolve(
            ruleset.notifications or Notifications(), aggregation_period=edit.aggregation_period
        )
    return attrs.evolve(ruleset, **changes)


def serialize_settings(ruleset: Ruleset) -> dict[str, Any]:
    """Serialize the settings of a ruleset, or their defaults, as JSON."""
    experiment = ruleset.experimentation or Experimentation()
    notifications = ruleset.notifications or Notifications()
    return {
        "branding": dict(_BRANDING),
        "experimentation": {to_camel_case(name): value for name, value in attrs.asdict(experiment).items()},
        "aggregationPeriod": notifications.aggregation_period,
    }
