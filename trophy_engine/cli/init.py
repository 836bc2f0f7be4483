"""``trophy-engine init``: write a starting file of rules."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.cli.console import exit_with_error
from trophy_engine.error_messages import file_error_reason
from trophy_engine.rules.starters import Starter, starter_text


def init(
    kind: Annotated[Starter, typer.Argument(help="What the rules are for.")] = "app",
    out: Annotated[Path, typer.Option(help="The file to write; an existing file is not overwritten.")] = Path(
        "rules.toml"
    ),
) -> None:
    """Write a starting file of rules with comments, and print what to do next.

    Exit status: 0 if the file is written, 1 if not, for example because it exists, 2 for a wrong call.

    Example: trophy-engine init game
    """
    if out.suffix.lower() != ".toml":
        exit_with_error(f"{out} must end in .toml, because the starting files are TOML; choose another name with --out")
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(starter_text(kind))
    except FileExistsError:
        exit_with_error(f"{out} exists and is not overwritten; choose another name with --out")
    except OSError as error:
        exit_with_error(f"cannot write {out}: {file_error_reason(error)}")
    name = shlex.quote(str(out))
    typer.echo(
        f"{out} is written: rules of {_TITLES[kind]}, to be changed in an editor. Next:\n"
        f"  trophy-engine check {name}       print every mistake, with its line\n"
        f"  trophy-engine simulate {name}    try the rules with 1,000 simulated users\n"
        f"  trophy-engine schema --out rules.schema.json    let an editor complete and check; for TOML add the line\n"
        f"                                   #:schema rules.schema.json\n"
        f'In Python: Engine("{out}")'
    )


_TITLES: dict[Starter, str] = {"game": "a game", "app": "an app", "habits": "a habit tracker"}
