"""The folder of a command's output, ``--out``: checked before anything is evaluated for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trophy_engine.errors import TrophyError


def check_out(out: Path | None, written: Iterable[str], inputs: Iterable[str | Path]) -> None:
    """Check that files can be written into a folder without replacing what the command reads.

    Args:
        out: the folder, or None.
        written: the names of the files that the command writes into it.
        inputs: the rules files and logs that the command reads, or other names, which are no files.

    Raises:
        TrophyError: the folder is a file, or one of the files is an input.
    """
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise TrophyError(f"cannot write into --out {out}: it is a file; name a folder")
    read = {Path(name).resolve(): name for name in inputs if Path(name).is_file()}
    for name in written:
        replaced = read.get((out / name).resolve())
        if replaced is not None:
            raise TrophyError(f"--out {out} would replace {replaced}, which the command reads; name another folder")
