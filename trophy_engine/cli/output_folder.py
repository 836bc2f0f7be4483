"""The folder of a command's output, ``--out``: checked before anything is evaluated for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from trophy_engine.cli.console import print_note
from trophy_engine.errors import TrophyError

#: The endings of what commands write into a folder.
_ENDINGS = (".csv", ".parquet", ".jsonl")


def check_out_option(out: Path | None, written: Iterable[str], inputs: Iterable[str | Path]) -> None:
    """Check that files can be written into a folder without replacing what the command reads.

    A file that an earlier run wrote there in another format is noted, since it stays.

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
    names = list(written)
    for name in names:
        replaced = read.get((out / name).resolve())
        if replaced is not None:
            raise TrophyError(f"--out {out} would replace {replaced}, which the command reads; name another folder")
    stems = dict.fromkeys(Path(name).stem for name in names)
    for left in (out / f"{stem}{ending}" for stem in stems for ending in _ENDINGS):
        if left.name not in names and left.is_file() and left.resolve() not in read:
            print_note(f"{left} is not of this run, and stays as it is")


def require_out_option(out: Path | None, table_format: str, effects: str = "jsonl") -> None:
    """Check that a format that is not the default has a folder to be used in.

    Raises:
        TrophyError: there is none.
    """
    if out is not None:
        return
    if table_format != "csv":
        raise TrophyError("--table-format is the format of the tables of --out; name its folder")
    if effects not in {"jsonl", "none"}:
        raise TrophyError("--effects is the format of the effects of --out; name its folder")
