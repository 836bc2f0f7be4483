"""The evaluation: bad rows are collected with their lines, up to a limit, and skipped."""

import pytest
from replayed import RULES, read

from trophy_engine.analysis.event_logs.evaluation import BadRowFound, TooManyBadRows
from trophy_engine.analysis.event_logs.runner import replay


def reasons(result):
    return [(row.source.line, row.reason) for row in result.bad_rows]


def test_bad_rows_are_reported_with_their_lines(log):
    rows = log("""\
        who,when,what,n,where,device
        ,2025-04-02T10:00:00Z,words,1,,
        ann,2025-04-02T10:00:00,words,1,,
        ann,2025-04-02T10:00:00Z,words,one,,
        ann,2025-04-02T10:00:00Z,word,1,,
        ann,2025-04-02T10:00:00Z,words,NaN,,
        ann,2025-04-02T10:00:00Z,words,1,+51:800,
        ann,2025-04-02T10:00:00Z,words,1,Europe/Lodnon,
    """)
    messages = dict(reasons(replay(RULES, read(rows))))
    assert messages[2] == "the column 'who' is empty"
    assert "when must have an offset, as in 2025-04-02T10:00:00Z, or a time zone (--tz or --tz-column)" in messages[3]
    assert messages[4] == "n must be a number, not 'one'"
    assert messages[5] == "unknown metric 'word'; did you mean 'words'? known: 'words', 'views'"
    assert messages[6].startswith("n must be finite")
    assert messages[7].startswith("unknown time zone '+51:800'; use an IANA name")
    assert messages[8].startswith("unknown time zone 'Europe/Lodnon'; did you mean 'Europe/London'?")


def test_a_refused_row_does_not_change_its_user(log):
    rows = log("""\
        who,when,what,n,where,device
        ann,2025-04-02T10:00:00Z,words,1,Asia/Tokyo,
        ann,2025-04-02T11:00:00Z,views,9,Europe/London,
    """)
    [ann] = replay(RULES, read(rows)).players()
    assert ann.time_zone == "Asia/Tokyo"


def test_too_many_bad_rows_stop_the_replay(log):
    rows = log("who,when,what,n,where,device\n" + "ann,never,words,1,,\n" * 3)
    with pytest.raises(BadRowFound, match=r"log\.csv:2: when must be an ISO 8601 datetime"):
        replay(RULES, read(rows), max_errors=0)
    with pytest.raises(TooManyBadRows, match="more than 2 bad rows"):
        replay(RULES, read(rows), max_errors=2)
    assert len(replay(RULES, read(rows), max_errors=3).bad_rows) == 3
