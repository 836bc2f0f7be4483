"""The application and its commands."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated

import typer

from trophy_engine.cli.check import check
from trophy_engine.cli.compare import compare
from trophy_engine.cli.explain import explain
from trophy_engine.cli.init import init
from trophy_engine.cli.replay import replay
from trophy_engine.cli.schema import schema
from trophy_engine.cli.simulate import simulate

app = typer.Typer(
    name="trophy-engine",
    help="A deterministic gamification rules engine: metrics, streaks, achievements and points.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for command in (check, compare, explain, init, replay, schema, simulate):
    app.command()(command)


def _print_version(is_asked: bool) -> None:  # noqa: FBT001  # typer passes the value of an option by position
    if is_asked:
        typer.echo(f"trophy-engine {metadata.version('trophy-engine')}")
        raise typer.Exit


@app.callback()
def _read_global_options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Accept the options that stand before a command."""
