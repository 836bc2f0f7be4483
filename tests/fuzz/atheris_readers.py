"""Fuzz the readers of rules and of event logs by coverage; not part of the test suite.

Run it with ``pip install atheris`` and then::

    python tests/fuzz/atheris_readers.py rules -max_total_time=300
    python tests/fuzz/atheris_readers.py csv -max_total_time=300

Further options are those of libFuzzer. An input that raises anything but a documented error ends the run and is left
in a file ``crash-…``.
"""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports():
    import csv  # noqa: F401  # instrumented, as are the next two
    import json  # noqa: F401
    import tomllib  # noqa: F401

    from trophy_engine.analysis.event_logs.columns import Columns
    from trophy_engine.analysis.event_logs.sources import read_log
    from trophy_engine.errors import InvalidRules, TrophyError
    from trophy_engine.rules.ruleset import Ruleset

_FOLDER = Path(tempfile.mkdtemp(prefix="trophy-engine-fuzz-"))
_COLUMNS = Columns("who", "when", "what", "n", "where", {"topic": "topic"})
_SEEDS = {
    "rules": b"[[metrics]]\nkey = 'words'\n[[streaks]]\nkey = 's'\nmetrics = [{ key = 'words', threshold = 1.5 }]\n",
    "csv": b"who,when,what,n,where,topic\n18,2025-04-02T10:00:00Z,words,2,Europe/Berlin,ui\n",
    "json": b'{"rows": [{"who": "18", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 2}]}',
    "jsonl": b'{"who": "18", "when": "2025-04-02T10:00:00Z", "what": "words", "n": 2, "where": "UTC"}\n',
}


def read_rules(content):
    """Read rules as TOML and as JSON."""
    text = content.decode("utf-8", "surrogatepass" if len(content) % 2 else "replace")
    for format_ in ("toml", "json"):
        try:
            rules = Ruleset.from_text(text, format_)
        except InvalidRules as error:
            str(error)
        else:
            assert Ruleset.from_text(rules.to_text("json"), "json") == rules


def read_rows(name, content):
    """Read a log."""
    path = _FOLDER / name
    path.write_bytes(content)
    try:
        for row in read_log(str(path), _COLUMNS):
            str(row)
    except TrophyError as error:
        str(error)


def _read_text_of_rules(content):
    try:
        read_rules(content)
    except UnicodeDecodeError:
        return  # not text


_TARGETS = {
    "rules": _read_text_of_rules,
    "csv": lambda content: read_rows("log.csv", content),
    "json": lambda content: read_rows("log.json", content),
    "jsonl": lambda content: read_rows("log.jsonl", content),
}


def main():
    """Fuzz the target that the first argument names."""
    target = sys.argv.pop(1) if len(sys.argv) > 1 else ""
    if target not in _TARGETS:
        sys.exit(f"say what to fuzz: {', '.join(_TARGETS)}")
    corpus = _FOLDER / "corpus"
    corpus.mkdir()
    (corpus / "seed").write_bytes(_SEEDS[target])
    atheris.Setup([*sys.argv, str(corpus)], _TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
