"""``trophy-engine schema``: the JSON Schema of rules files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.rules.schema import json_schema


def schema(
    out: Annotated[Path | None, typer.Option(help="Write the schema to this file instead of standard output.")] = None,
) -> None:
    """Print the JSON Schema of rules files; editors use it for completion and checks."""
    text = json.dumps(json_schema(), indent=2)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
