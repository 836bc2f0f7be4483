"""The application and its commands."""

from __future__ import annotations

from importlib import metadata
from typing import Annotated, Final

import typer

from trophy_engine.cli.check import check
from trophy_engine.cli.compare import compare
from trophy_engine.cli.explain import explain
from trophy_engine.cli.init import init
from trophy_engine.cli.inspect import inspect
from trophy_engine.cli.replay import replay
from trophy_engine.cli.schema import schema
from trophy_engine.cli.serve import serve
from trophy_engine.cli.simulate import simulate

app = typer.Typer(
    name="trophy-engine",
    help="A deterministic gamification rules engine: metrics, streaks, achievements and points.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog="Example:\n\ntrophy-engine replay git --git .",
)
#: The commands, and an example of each; an example is the last paragraph of the command's help.
_COMMANDS: Final = (
    (check, "check rules.toml"),
    (compare, "compare rules.toml new.toml events.csv --fail-on-loss"),
    (explain, "explain rules.toml events.csv --user ann --value-column pages"),
    (init, "init game --out game.toml"),
    (inspect, "inspect events.csv"),
    (replay, "replay rules.toml events.csv --value-column pages --tz Europe/Berlin --out results"),
    (schema, "schema --out rules.schema.json"),
    (serve, "serve rules.toml --storage save.db --port 8000"),
    (simulate, "simulate rules.toml --users 100 --days 90 --vary streaks.daily.freezes.max_count=0..2"),
)
for command, example in _COMMANDS:
    app.command(epilog=f"Example:\n\ntrophy-engine {example}")(command)


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
    """Accept the options before a command."""
