"""The HTML report of each command; charts require the extra ``plot``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.simulation.simulate import Simulation
from trophy_engine.analysis.simulation.sweep import Sweep
from trophy_engine.errors import TrophyError

ReportPath = Annotated[
    Path | None, typer.Option("--report", help="Write a report with charts to this HTML file; requires the extra plot.")
]
_ENDINGS = (".html", ".htm")


def check_report_option(path: Path | None) -> None:
    """Check that a report can be written, before anything is evaluated for it.

    Raises:
        MissingExtra: the libraries of charts are not installed.
        TrophyError: the name does not end in .html, or there is no folder for the file.
    """
    if path is None:
        return
    from trophy_engine.analysis.html_report import page  # noqa: F401, PLC0415  # drawing comes with an extra

    if path.suffix.lower() not in _ENDINGS:
        raise TrophyError(f"cannot write --report {path}: the name must end in .html, because a report is a page")
    if not path.absolute().parent.is_dir():
        raise TrophyError(f"cannot write --report {path}: there is no folder {path.parent}; create it first")


def write_report_for_replay(result: Replay, rules: str, log: str, path: Path) -> None:
    """Write the report of a replay."""
    _write_report_of_command(result, path, f"Replay under {Path(rules).name}", log)


def write_report_for_compare(result: Comparison, names: tuple[str, str], log: str, path: Path) -> None:
    """Write the report of a comparison."""
    old, new = (Path(name).name for name in names)
    if old == new:
        old, new = names
    source = f"{log} under old rules ({old}) and new rules ({new})"
    _write_report_of_command(result, path, f"Comparison of {old} and {new}", source)


def write_report_for_simulate(result: Simulation, rules: str, path: Path) -> None:
    """Write the report of a simulation."""
    _write_report_of_command(result, path, f"Simulation under {Path(rules).name}", None)


def write_report_for_vary(result: Sweep, rules: str, path: Path) -> None:
    """Write the report of a sweep."""
    _write_report_of_command(result, path, f"Simulation under variations of {Path(rules).name}", None)


def _write_report_of_command(
    result: Replay | Comparison | Simulation | Sweep, path: Path, title: str, source: str | None
) -> None:
    from trophy_engine.analysis.html_report.results import write_report  # noqa: PLC0415  # drawing comes with an extra

    write_report(result, path, title=title, source=source)
