"""Sources: every format of a log has the same rows, and errors name the file."""

import json

import pytest
from replayed import LOG, RULES, read

from trophy_engine import (
    InvalidValue,
    TrophyError,
)
from trophy_engine.analysis.event_logs.runner import replay


def reasons(result):
    return [(row.source.line, row.reason) for row in result.bad_rows]


@pytest.mark.parametrize("name", ["log.csv", "log.csv.gz", "log.tsv", "log.jsonl", "log.ndjson.gz"])
def test_every_format_has_the_same_rows(log, name):
    header, *rows = [line.split(",") for line in LOG.splitlines()]
    text = LOG
    if "json" in name:
        text = "\n".join(json.dumps(dict(zip(header, row, strict=True))) for row in rows)
    if "tsv" in name:
        text = LOG.replace(",", "\t")
    assert replay(RULES, read(log(text, name))).events_of == {"ann": 3, "ben": 1}


def test_json_numbers_keep_their_digits(log):
    rows = '{"who": "ann", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 0.1}\n' * 3
    [ann] = replay(RULES, read(log(rows, "log.jsonl"))).players()
    assert str(ann.metrics["words"]) == "0.3"


def test_invalid_json_lines_are_bad_rows(log):
    path = log('{"who": \n[]\n\n{"who": "ann", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 1}\n', "a.jsonl")
    result = replay(RULES, read(path))
    assert [line for line, _ in reasons(result)] == [1, 2]
    assert result.events == 1


def test_a_missing_column_is_reported_with_the_existing_columns(log):
    with pytest.raises(InvalidValue, match="has no column 'who'; it has 'user', 'at'"):
        read(log("user,at\n"))
    with pytest.raises(InvalidValue, match=r"unknown format of .*log\.txt"):
        read(log(LOG, "log.txt"))
    assert len(read(log(LOG, "log.txt"), format_="csv")) == 5
    with pytest.raises(TrophyError, match=r"cannot read missing.csv"):
        read("missing.csv")
