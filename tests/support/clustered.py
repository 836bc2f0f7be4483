"""Results of a cluster and of a local replay in one form: rows as text, in order, and their digest."""

import hashlib

import pyarrow as pa

from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.tables.arrow import arrow_table
from trophy_engine.analysis.tables.effects import EFFECT_COLUMNS, wide_effect_row

__all__ = ["digest", "effects_of", "in_order", "local_tables", "users_of"]

_INSTANT = pa.timestamp("us", "UTC")


def local_tables(rules, log, **options):
    """Return the result of a local replay, and its users and effects as tables of Arrow."""
    with EffectLog() as effects:
        result = replay(rules, log, effects=effects, **options)
        return result, result.to_arrow(), arrow_table(EFFECT_COLUMNS, map(wide_effect_row, effects))


def users_of(result):
    """Return the users of a cluster, sorted."""
    return result.users.toArrow().sort_by("user_id")


def effects_of(result):
    """Return the effects of a cluster, sorted."""
    return in_order(result.effects.toArrow())


def in_order(effects):
    """Return effects of a cluster, sorted as those of a local replay."""
    return effects.sort_by([(name, "ascending") for name in ("at", "user_id", "position")]).drop_columns("position")


def digest(table):
    """Return a digest of the rows of a table; instants are in UTC."""
    in_utc = [
        column.cast(pa.timestamp("us", "UTC")) if pa.types.is_timestamp(column.type) else column for column in table
    ]
    rows = pa.table(in_utc, table.column_names).to_pylist()
    return hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
