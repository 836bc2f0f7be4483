"""The files of a replay: the same input results in the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

from replayed import LOG, RULES, read

from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.output import effect_as_json, write_files
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.event_logs.summary import summarize


def test_the_summary_and_the_files(log, tmp_path):
    with EffectLog() as effects:
        result = replay(RULES, read(log(LOG)), effects=effects)
        write_files(result, effects, tmp_path / "out")
        collected = list(effects)
    summary = summarize(result)
    assert (summary.users, summary.events, summary.skipped) == (2, 4, 1)
    assert summary.streaks.longest == 1
    assert [ranked.user_id for ranked in summary.top] == ["ann", "ben"]
    assert (tmp_path / "out" / "users.csv").read_text() == dedent("""\
        user_id,events,streak_length,longest_streak,streak_started,freezes,freezes_used,achievements,metric:words,metric:views,points:energy,level:energy
        ann,3,1,1,2025-04-03,1,0,0,2.6,2,3,
        ben,1,1,1,2025-04-02,1,0,0,1,0,3,
    """)
    lines = (tmp_path / "out" / "effects.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert first == {"type": "user.created", "user_id": "ann", "at": "2025-04-02T07:00:00Z", "time_zone": "+02:00"}
    assert [json.loads(line) for line in lines] == [effect_as_json(effect) for effect in collected]


def test_two_runs_write_equal_bytes_under_any_hash_seed(log, tmp_path):
    path = log(LOG)
    RULES.save(tmp_path / "rules.toml")
    written = set()
    for seed in ("1", "77"):
        out = tmp_path / seed
        columns = {"user": "who", "at": "when", "metric": "what", "value": "n", "tz": "where"}
        command = [sys.executable, "-c", "from trophy_engine.cli import main; main()", "replay"]
        options = [f"--{name}-column={column}" for name, column in columns.items()]
        subprocess.run(
            [*command, str(tmp_path / "rules.toml"), path, *options, "--attribute", "device", "--out", str(out)],
            check=True,
            capture_output=True,
            cwd=Path(__file__).resolve().parents[3],
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        written.add(tuple((out / name).read_bytes() for name in ("users.csv", "effects.jsonl")))
    assert len(written) == 1
