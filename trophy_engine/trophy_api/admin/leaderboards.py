"""Leaderboards, as the admin API has them: free to change while inactive, and hardly so from then on."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

import attrs

from trophy_engine.engine.arguments import UNSET, Unset
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.leaderboards import Leaderboard, LeaderboardStatus
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.admin.edit_context import AttributeValue, EditContext
from trophy_engine.trophy_api.admin.fields import (
    BREAKDOWN,
    DATE,
    METRIC,
    SYSTEM,
    TEXT,
    USER_FILTER,
    Codec,
    Field,
    Kinds,
    set_by,
)
from trophy_engine.trophy_api.admin.resource import Resource
from trophy_engine.trophy_api.ids import leaderboard_id
from trophy_engine.trophy_api.statuses import BoardStatus, board_status
from trophy_engine.trophy_api.structuring import camel, item

__all__ = ["Leaderboards"]

RankBy = Literal["metric", "streak", "points"]
Status = Literal["inactive", "active", "scheduled", "finished"]
Unit = Literal["day", "month", "year"]

_MOST_PARTICIPANTS: Final = 1000
#: How many users a leaderboard holds; null stands for as many as one can hold.
_PARTICIPANTS: Final = Codec(read=lambda _, most: _MOST_PARTICIPANTS if most is None else most)
_OWN: Final = Kinds(
    "a leaderboard",
    {
        "metric": (Field("metric_id", "metric", codec=METRIC, required=True, omitted=True),),
        "points": (Field("points_system_id", "points", codec=SYSTEM, required=True, omitted=True),),
        "streak": (),
    },
)
#: What can be changed whatever the status.
_FREE: Final = {"name", "description", "end", "status"}
#: What a leaderboard can become, by what it is; scheduled is active, and not yet begun.
_NEXT: Final[dict[str, set[str]]] = {
    "inactive": {"inactive", "active", "scheduled"},
    "scheduled": {"inactive", "active", "scheduled"},
    "active": {"inactive", "active", "finished"},
    "finished": {"finished"},
}


@item
class LeaderboardItem:
    """What an item can say of a leaderboard, be it new or not."""

    description: str | None | Unset = UNSET
    metric_id: UUID | Unset = UNSET
    points_system_id: UUID | Unset = UNSET
    max_participants: int | None | Unset = UNSET
    start: date | Unset = UNSET
    end: date | None | Unset = UNSET
    start_time: str | None | Unset = UNSET
    end_time: str | None | Unset = UNSET
    breakdown_attributes: tuple[UUID, ...] | Unset = UNSET
    run_unit: Unit | None | Unset = UNSET
    run_interval: int | None | Unset = UNSET
    user_attributes: tuple[AttributeValue, ...] | None | Unset = UNSET


@item
class NewLeaderboard(LeaderboardItem):
    """A leaderboard to make."""

    name: str
    key: str
    rank_by: RankBy
    status: Status = "inactive"


@item
class LeaderboardEdit(LeaderboardItem):
    """What to change of a leaderboard."""

    id: UUID
    name: str | Unset = UNSET
    key: str | Unset = UNSET
    rank_by: RankBy | Unset = UNSET
    status: Status | Unset = UNSET


class Leaderboards(Resource[Leaderboard]):
    """The leaderboards of a ruleset; one that is given another key has another identifier from then on."""

    noun, rivals, new, edit = "Leaderboard", "leaderboard", NewLeaderboard, LeaderboardEdit
    fields = (
        Field("name"),
        Field("key"),
        Field("description", codec=TEXT, omitted=True),
        Field("rank_by"),
        *_OWN.all,
        Field("max_participants", codec=_PARTICIPANTS),
        Field("start", codec=DATE),
        Field("end", codec=DATE, omitted=True),
        Field("start_time", omitted=True),
        Field("end_time", omitted=True),
        Field("breakdown_attributes", codec=BREAKDOWN),
        Field("run_unit", omitted=True),
        Field("run_interval", omitted=True),
        Field("user_attributes", codec=USER_FILTER),
    )

    def rules(self, ruleset: Ruleset) -> tuple[Leaderboard, ...]:
        """Give the leaderboards."""
        return ruleset.leaderboards

    def replace(self, ruleset: Ruleset, rules: tuple[Leaderboard, ...]) -> Ruleset:
        """Make the ruleset with other leaderboards."""
        return attrs.evolve(ruleset, leaderboards=rules)

    def identify(self, rule: Leaderboard) -> UUID:
        """Give the identifier of a leaderboard."""
        return leaderboard_id(rule.key)

    def make(self, item: NewLeaderboard, desk: EditContext) -> Leaderboard:
        """Make a leaderboard, from today on where it is not told otherwise."""
        _OWN.check(item, item.rank_by, whole=True)
        self.claim(item.key, (board.key for board in desk.ruleset.leaderboards))
        values = {"start": desk.today, **set_by(self.fields, item, desk)}
        board = _checked(Leaderboard(**values, status=_kept(item.status)))
        if item.status == "finished" and (board.end is None or board.end >= desk.today):
            raise InvalidValue("end must be in the past for a finished leaderboard")
        return _scheduled(board, item.status, desk)

    def alter(self, rule: Leaderboard, item: LeaderboardEdit, desk: EditContext) -> Leaderboard:
        """Change a leaderboard."""
        now = board_status(rule, desk.at)
        status: BoardStatus = now if isinstance(item.status, Unset) else item.status
        if status not in _NEXT[now]:
            raise InvalidValue(f"status cannot change from {now} to {status}")
        new = _checked(attrs.evolve(rule, **self._changes(rule, item, desk)))
        if item.status is not UNSET:
            new = _scheduled(attrs.evolve(new, status=_kept(status)), status, desk)
        if now != "inactive":
            self._check_frozen(rule, new)
        return new

    def _changes(self, rule: Leaderboard, item: LeaderboardEdit, desk: EditContext) -> dict[str, Any]:
        kind = rule.rank_by if isinstance(item.rank_by, Unset) else item.rank_by
        another = kind != rule.rank_by
        _OWN.check(item, kind, whole=another)
        if isinstance(item.key, str) and item.key != rule.key:
            self.claim(item.key, (board.key for board in desk.ruleset.leaderboards))
        changes = set_by(self.fields, item, desk)
        if another:
            changes = {"metric": None, "points": None, **changes}
        if item.run_unit is None:
            changes.setdefault("run_interval", None)
        return changes

    def _check_frozen(self, old: Leaderboard, new: Leaderboard) -> None:
        for field in self.fields:
            if field.name not in _FREE and getattr(old, field.of) != getattr(new, field.of):
                raise InvalidValue(f"{camel(field.name)} can only be changed while the leaderboard is inactive")

    def show(self, rule: Leaderboard, desk: EditContext) -> dict[str, Any]:
        """Show a leaderboard as it is at the time of the request."""
        return {**super().show(rule, desk), "status": board_status(rule, desk.at)}


def _kept(status: BoardStatus) -> LeaderboardStatus:
    """Give the status that a rule has: what is scheduled is active, from its start on."""
    return "active" if status == "scheduled" else status


def _checked(board: Leaderboard) -> Leaderboard:
    if board.max_participants > _MOST_PARTICIPANTS:
        raise InvalidValue(f"maxParticipants must be at most {_MOST_PARTICIPANTS}, not {board.max_participants}")
    return board


def _scheduled(board: Leaderboard, status: BoardStatus, desk: EditContext) -> Leaderboard:
    if status == "scheduled" and board.start <= desk.today:
        raise InvalidValue("start must be in the future for a scheduled leaderboard")
    if status == "active" and board_status(board, desk.at) == "scheduled":
        raise InvalidValue("start must not be in the future for an active leaderboard; make it scheduled")
    return board
