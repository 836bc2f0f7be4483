"""The application and its commands."""

from __future__ import annotations

import typer

from trophy_engine.cli.check import check
from trophy_engine.cli.compare import compare
from trophy_engine.cli.explain import explain
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
for command in (check, compare, explain, replay, schema, simulate):
    app.command()(command)
