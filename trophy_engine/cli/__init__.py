"""The command line ``trophy-engine``; requires the extra ``cli``."""

from __future__ import annotations

import sys
from io import TextIOWrapper

__all__ = ["main"]


def main() -> None:
    """Run the command line, or exit with installation instructions if its libraries are not installed."""
    try:
        from trophy_engine.cli.app import app  # noqa: PLC0415  # typer and rich come with an extra
    except ModuleNotFoundError as error:
        if error.name not in {"rich", "tree_sitter", "tree_sitter_json", "tree_sitter_toml", "typer"}:
            raise
        sys.exit("the command line requires the extra cli: pip install 'trophy-engine[cli]'")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # file names can contain bytes that are not UTF-8
    app()
