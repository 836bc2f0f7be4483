"""What a cluster does to the batches of a frame between the tasks of an evaluation, without a cluster."""

from zlib import crc32

import pyarrow as pa

from trophy_engine.analysis.spark.events import PAYLOAD, ParseBatches

__all__ = ["evaluate", "parse"]


def parse(table, columns, order=(), parts=3):
    """Return the parsed rows of a table, read in parts, each by a task of its own."""
    size = max(-(-table.num_rows // parts), 1)
    rows = []
    for start in range(0, table.num_rows, size):
        batches = table.slice(start, size).combine_chunks().to_batches(max_chunksize=7)
        for batch in ParseBatches(columns, order)(batches):
            rows += batch.to_pylist()
            schema = batch.schema
    return rows, schema


def evaluate(task, rows, schema, partitions, until=None):
    """Return the rows of the tables that a task gives of parsed rows, which are brought together by user."""
    known = [row for row in rows if until is None or row["at"] is None or row["at"] <= until]
    tables = {}
    for partition in range(partitions):
        own = [row for row in known if crc32((row["user_id"] or "").encode()) % partitions == partition]
        own.sort(key=lambda row: _sort_key(row, schema.names))
        batches = pa.Table.from_pylist(own, schema).to_batches(max_chunksize=5)
        for batch in task(iter(batches)):
            for row in batch.to_pylist():
                tables.setdefault(row["table"], []).append(row[row["table"]])
    return tables


def _sort_key(row, names):
    """Return the key of a row in its partition: nulls first, but last for attributes."""
    cells = [(name, row[name]) for name in names if name != PAYLOAD]
    return [
        ((cell is None) if name.startswith("attribute:") else (cell is not None), cell or "") for name, cell in cells
    ]
