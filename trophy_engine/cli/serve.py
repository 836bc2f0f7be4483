"""``trophy-engine serve RULES``: the platform's API over HTTP, for clients in any language."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.cli.console import exit_with_error
from trophy_engine.cli.rules import load_rules_argument
from trophy_engine.errors import MissingExtra, TrophyError


def serve(
    rules: Annotated[
        str | None,
        typer.Argument(
            help="A rules file (.toml or .json), or the name of a bundled one: git; by default the last rules of "
            "--storage, or none."
        ),
    ] = None,
    storage: Annotated[
        Path | None, typer.Option(help="Keep users and rules in this save file; by default in memory.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen at; 0.0.0.0 is every address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port; 0 chooses a free one.")] = 8000,
    *,
    now: Annotated[
        str | None,
        typer.Option(help="Start with a clock that stands at this instant; by default it is the system's."),
    ] = None,
    ignore_unknown_fields: Annotated[
        bool,
        typer.Option("--ignore-unknown-fields", help="Ignore unknown fields of requests instead of refusing them."),
    ] = False,
    webhooks: Annotated[str | None, typer.Option(metavar="URL", help="Post webhooks to this URL.")] = None,
    webhooks_secret: Annotated[
        str | None,
        typer.Option(envvar="TROPHY_WEBHOOK_SECRET", help="Sign webhooks with this secret.", show_envvar=True),
    ] = None,
    webhooks_anywhere: Annotated[
        bool, typer.Option("--webhooks-anywhere", help="Post webhooks to another machine, too.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not log requests.")] = False,
) -> None:
    """Serve the platform's API over HTTP until it is stopped, for the platform's clients in any language.

    The URL is printed on standard output, the log on standard error. The application API is below /v1, the admin API
    below /admin/v1, and /_engine has the clock, settling, a reset, and failures on demand. A client needs its base URLs
    and any key. What was answered is kept in --storage, however the server ends.

    Exit status: 0 if it was stopped by Ctrl-C or SIGTERM, 1 if it cannot start, 2 for a wrong call.
    """
    try:
        # uvicorn comes with an extra
        from trophy_engine.cli.server import Settings, run_server  # noqa: PLC0415
        from trophy_engine.cli.webhooks import open_poster_by_options  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name not in {"cattrs", "uvicorn"}:
            raise
        exit_with_error(MissingExtra("trophy-engine serve", "serve"))
    try:
        ruleset = None if rules is None else load_rules_argument(rules)
        settings = Settings(ruleset, storage, host, port, now, strict=not ignore_unknown_fields, quiet=quiet)
        run_server(settings, open_poster_by_options(webhooks, webhooks_secret, anywhere=webhooks_anywhere))
    except (TrophyError, OSError) as error:
        exit_with_error(error)
