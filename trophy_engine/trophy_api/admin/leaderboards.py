"""Leaderboards of the admin API; most of their fields can change only while they are inactive."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import attrs

from trophy_engine.calendar.runs import RunUnit
from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.leaderboards import Leaderboard, LeaderboardStatus
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.edit_context import EditContext
from trophy_engine.trophy_api.fields import (
    BREAKDOWN,
    DATE,
    METRIC,
    SYSTEM,
    TEXT,
    USER_FILTER,
    Codec,
    Field,
    VariantFields,
    read_item_fields,
)
from trophy_engine.trophy_api.ids import leaderboard_id
from trophy_engine.trophy_api.statuses import LeaderboardPhase, leaderboard_status

RankBy = Literal["metric", "streak", "points"]
Status = Literal["inactive", "active", "scheduled", "finished"]

_MAX_PARTICIPANTS: Final = 1000
#: The maximal number of ranked users; null stands for the maximum of the platform.
_PARTICIPANTS: Final = Codec(read=lambda _, most: _MAX_PARTICIPANTS if most is None else most, type=int | None)
_VARIANTS: Final = VariantFields(
    "a leaderboard",
    {
        "metric": (Field("metric_id", "metric", codec=METRIC, required=True, omitted=True),),
        "points": (Field("points_system_id", "points", codec=SYSTEM, required=True, omitted=True),),
        "streak": (),
    },
)
#: The fields that can change at any status.
_ALWAYS_EDITABLE: Final = {"name", "description", "end", "status"}
#: The statuses that a leaderboard can change to, by its current one; scheduled means active but not yet started.
_NEXT_STATUSES: Final[dict[str, set[str]]] = {
    "inactive": {"inactive", "active", "scheduled"},
    "scheduled": {"inactive", "active", "scheduled"},
    "active": {"inactive", "active", "finished"},
    "finished": {"finished"},
}


class LeaderboardResource(Resource[Leaderboard]):
    """The leaderboards of a ruleset. If the key of a leaderboard changes, so does its identifier."""

    label, key_scope, section = "Leaderboard", "leaderboard", "leaderboards"
    fields = (
        Field("name", required=True),
        Field("key", required=True),
        Field("description", codec=TEXT, omitted=True),
        Field("rank_by", type=RankBy, required=True),
        *_VARIANTS.all,
        Field("max_participants", codec=_PARTICIPANTS),
        Field("start", codec=DATE),
        Field("end", type=date | None, codec=DATE, omitted=True),
        Field("start_time", type=str | None, omitted=True),
        Field("end_time", type=str | None, omitted=True),
        Field("breakdown_attributes", codec=BREAKDOWN),
        Field("run_unit", type=RunUnit | None, omitted=True),
        Field("run_interval", type=int | None, omitted=True),
        Field("user_attributes", codec=USER_FILTER),
    )
    variant_fields = _VARIANTS.all
    item_fields = (Field("status", type=Status, default="inactive"),)

    def rule_id(self, rule: Leaderboard) -> UUID:
        """Return the identifier of a leaderboard."""
        return leaderboard_id(rule.key)

    def create_rule(self, item: Any, context: EditContext) -> Leaderboard:
        """Create a leaderboard; it starts today by default."""
        _VARIANTS.check(item, item.rank_by, whole=True)
        self.check_unused(item.key, (board.key for board in context.ruleset.leaderboards))
        values = {"start": context.today, **read_item_fields(self.fields, item, context)}
        board = _check_edited_participants(Leaderboard(**values, status=_requested_rule_status(item.status)))
        if item.status == "finished" and (board.end is None or board.end >= context.today):
            raise InvalidValue("must be in the past for a finished leaderboard", "end")
        return _check_edited_schedule(board, item.status, context)

    def update_rule(self, rule: Leaderboard, item: Any, context: EditContext) -> Leaderboard:
        """Update a leaderboard."""
        now = leaderboard_status(rule, context.at, context.ruleset.day_start)
        status: LeaderboardPhase = now if isinstance(item.status, Unset) else item.status
        if status not in _NEXT_STATUSES[now]:
            raise InvalidValue(f"cannot change from {now} to {status}", "status")
        new = _check_edited_participants(attrs.evolve(rule, **self._leaderboard_fields_from_item(rule, item, context)))
        if item.status is not UNSET:
            new = _check_edited_schedule(attrs.evolve(new, status=_requested_rule_status(status)), status, context)
        if now != "inactive":
            self._check_uneditable_fields(rule, new)
        return new

    def _leaderboard_fields_from_item(self, rule: Leaderboard, item: Any, context: EditContext) -> dict[str, Any]:
        kind = rule.rank_by if isinstance(item.rank_by, Unset) else item.rank_by
        is_new_kind = kind != rule.rank_by
        _VARIANTS.check(item, kind, whole=is_new_kind)
        if isinstance(item.key, str) and item.key != rule.key:
            self.check_unused(item.key, (board.key for board in context.ruleset.leaderboards))
        changes = read_item_fields(self.fields, item, context)
        if is_new_kind:
            changes = {"metric": None, "points": None, **changes}
        if item.run_unit is None:
            changes.setdefault("run_interval", None)
        return changes

    def _check_uneditable_fields(self, old: Leaderboard, new: Leaderboard) -> None:
        for field in self.fields:
            if field.name not in _ALWAYS_EDITABLE and getattr(old, field.rule_field) != getattr(new, field.rule_field):
                raise InvalidValue("can only be changed while the leaderboard is inactive", field.name)

    def serialize(self, rule: Leaderboard, context: EditContext) -> dict[str, Any]:
        """Serialize a leaderboard with its status at the time of the request."""
        status = leaderboard_status(rule, context.at, context.ruleset.day_start)
        return {**super().serialize(rule, context), "status": status}


def _requested_rule_status(status: LeaderboardPhase) -> LeaderboardStatus:
    """Return the status of the rule: a scheduled leaderboard is an active one that starts later."""
    return "active" if status == "scheduled" else status


def _check_edited_participants(board: Leaderboard) -> Leaderboard:
    if board.max_participants > _MAX_PARTICIPANTS:
        raise InvalidValue(f"must be at most {_MAX_PARTICIPANTS}, not {board.max_participants}", "max_participants")
    return board


def _check_edited_schedule(board: Leaderboard, status: LeaderboardPhase, context: EditContext) -> Leaderboard:
    if status == "scheduled" and board.start <= context.today:
        raise InvalidValue("must be in the future for a scheduled leaderboard", "start")
    if status == "active" and leaderboard_status(board, context.at, context.ruleset.day_start) == "scheduled":
        raise InvalidValue("must not be in the future for an active leaderboard; make it scheduled", "start")
    return board
