"""``trophy-engine schema``: the JSON Schema of rules files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.cli.console import exit_with_error
from trophy_engine.error_messages import file_error_reason
from trophy_engine.rules.schema import json_schema

#: What a file with a schema begins with; only such a file is replaced.
_BEGINNING = b'{\n  "$schema"'


def schema(
    out: Annotated[Path | None, typer.Option(help="Write the schema to this file instead of standard output.")] = None,
) -> None:
    """Print the JSON Schema of rules files; editors use it for completion and checks.

    Exit status: 0 if the schema is written; 1 if not, for example because --out is another file; 2 for a wrong call.
    """
    text = json.dumps(json_schema(), indent=2)
    if out is None:
        typer.echo(text)
        return
    try:
        if out.suffix.lower() != ".json":
            exit_with_error(f"--out {out} must end in .json, because a schema is JSON")
        if out.is_file() and not out.read_bytes().lstrip().startswith(_BEGINNING):
            exit_with_error(f"{out} is no schema of rules and is not overwritten; choose another name with --out")
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        exit_with_error(f"cannot write {out}: {file_error_reason(error)}")
