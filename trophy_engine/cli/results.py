"""The options of the files that ``--out`` writes, shared by all commands that write results."""

from __future__ import annotations

from typing import Annotated

import typer

from trophy_engine.analysis.event_logs.output import EffectFormat, TableFormat

TableFormatOption = Annotated[
    TableFormat, typer.Option("--table-format", help="The format of the tables of --out; parquet requires the extra.")
]
EffectFormatOption = Annotated[
    EffectFormat, typer.Option("--effects", help="The format of the effects of --out; none writes no effects.")
]
