"""The history of a git repository as events: one per commit, by its author, at the author's instant and offset."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from typing import Final

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import Row, Source
from trophy_engine.analysis.event_logs.row_parser import RowParser
from trophy_engine.error_messages import file_error_reason
from trophy_engine.errors import TrophyError
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import InstanceOf

__all__ = ["GIT_COLUMNS", "read_history"]

#: The columns of a history; ``kind`` is ``commit`` or ``merge``.
GIT_COLUMNS: Final = Columns("email", "at", "=commits", "=1", "offset", {"kind": "kind"})

_FIELD: Final = "\x1f"
_FORMAT: Final = _FIELD.join(("%aE", "%aI", "%P"))


def read_history(path: str, columns: Columns = GIT_COLUMNS) -> Iterator[Row]:
    """Yield the commits reachable from ``HEAD``, oldest first; the line of a source is the number of the commit.

    Raises:
        InvalidValue: an argument is invalid.
        TrophyError: git is not installed, or the path has no repository or no commit.
    """
    path = check_path(path)
    InstanceOf((Columns,)).check("columns", columns)
    command = ["git", "-C", path, "log", "--reverse", f"--format={_FORMAT}", "HEAD", "--"]
    try:
        process = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # the path is one argument
    except OSError as error:
        raise TrophyError(
            f"cannot run git: {file_error_reason(error)}; install it, or use an event log instead"
        ) from error
    if process.returncode:
        message = process.stderr.decode(errors="replace").strip()
        raise TrophyError(f"cannot read the history of {path}: {message}")
    parser = RowParser(columns, Counter())
    for number, line in enumerate(process.stdout.decode("utf-8", errors="replace").splitlines(), start=1):
        yield from parser.parse(_parse_commit(line), Source(path, number))


def _parse_commit(line: str) -> dict[str, str]:
    email, at, parents = line.split(_FIELD)
    offset = "+00:00" if at.endswith("Z") else at[-6:]
    return {"email": email, "at": at, "offset": offset, "kind": "merge" if " " in parents else "commit"}
