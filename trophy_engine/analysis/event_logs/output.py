"""The files of a replay, ``users.csv`` and ``effects.jsonl``; the same input results in the same bytes."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, Final

import attrs

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.calendar.instants import format_instant, to_micros
from trophy_engine.core import AchievementBackdated, AchievementCompleted, Effect, LeaderboardRow, PointsAwarded
from trophy_engine.numbers import as_json
from trophy_engine.rules.points import Boost
from trophy_engine.rules.structure import write_rule
from trophy_engine.views.player import Player

__all__ = ["effect_as_json", "write_comparison", "write_effects", "write_files", "write_users"]


def write_files(result: Replay, effects: EffectLog, folder: Path) -> None:
    """Write ``users.csv`` and ``effects.jsonl`` into a folder; create the folder if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    write_users(result, folder / "users.csv")
    write_effects(effects, folder / "effects.jsonl")


def write_users(result: Replay, path: Path) -> None:
    """Write one row per user, sorted by id; fields that the rules do not have are empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_header(result))
        writer.writerows(_row(player, result) for player in result.players())


def _header(result: Replay) -> list[str]:
    return [
        *("user_id", "events", "streak_length", "longest_streak", "streak_started"),
        *("freezes", "freezes_used", "achievements"),
        *(f"metric:{metric.key}" for metric in result.ruleset.metrics),
        *(f"{field}:{system.key}" for system in result.ruleset.points for field in ("points", "level")),
    ]


def _row(player: Player, result: Replay) -> Iterator[Any]:
    streak = player.streak
    yield from (player.id, result.events_of.get(player.id, 0))
    yield from (streak.length, streak.longest, streak.started or "") if streak.declared else ("", "", "")
    yield from (player.freezes, player.freezes_used, len(player.completed))
    yield from player.metrics.values()
    for balance in player.points.values():
        yield from (balance.total, "" if balance.level is None else balance.level.key)


def write_effects(effects: Iterable[Effect], path: Path) -> None:
    """Write one effect per line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for effect in effects:
            file.write(json.dumps(effect_as_json(effect), ensure_ascii=False, separators=(",", ":")) + "\n")


def write_comparison(result: Comparison, path: Path) -> None:
    """Write one row per user, sorted by id: totals under both rulesets, and achievements gained and lost."""
    fields = ["streak", "longest", *(f"points:{key}" for key in result.systems)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        columns = (f"{field}:{side}" for field in fields for side in ("old", "new"))
        writer.writerow(["user_id", "events", *columns, "gained", "lost"])
        for difference in result.differences.values():
            old, new = ((totals.streak, totals.longest, *totals.points) for totals in (difference.old, difference.new))
            numbers = chain.from_iterable(zip(old, new, strict=True))
            writer.writerow(
                [
                    difference.user_id,
                    difference.new.events,
                    *numbers,
                    " ".join(difference.gained),
                    " ".join(difference.lost),
                ]
            )


def effect_as_json(effect: Effect) -> dict[str, Any]:
    """Return an effect as JSON values: its type, its fields, and the identifier of the completion or award."""
    fields = {field.name: _as_json(getattr(effect, field.name)) for field in attrs.fields(type(effect))}
    if isinstance(effect, AchievementCompleted | AchievementBackdated):
        fields["completion_id"] = str(effect.completion_id)
    if isinstance(effect, PointsAwarded):
        fields["award_id"] = str(effect.award_id)
    return {"type": effect.type, **fields}


def _as_json(value: Any) -> Any:
    for kind, writer in _WRITERS:
        if isinstance(value, kind):
            return writer(value)
    return write_rule(value) if attrs.has(type(value)) else value


def _row_as_json(row: LeaderboardRow) -> dict[str, Any]:
    return {field.name: _as_json(getattr(row, field.name)) for field in attrs.fields(LeaderboardRow)}


#: The writers by type; the first match decides, because a datetime is also a date.
_WRITERS: Final[tuple[tuple[type, Callable[[Any], Any]], ...]] = (
    (datetime, lambda at: format_instant(to_micros(at))),
    (date, date.isoformat),
    (Decimal, as_json),
    (tuple, lambda values: [_as_json(value) for value in values]),
    (Boost, lambda boost: boost.name),
    (LeaderboardRow, _row_as_json),
)
