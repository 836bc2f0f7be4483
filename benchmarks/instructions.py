"""Instructions that valgrind counts: of an event, and of the start of a process. They do not depend on other work.

python -m benchmarks.instructions [--users 100]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.start import DEPENDENCIES, GAME

#: The events of each user in the two runs of which the difference is counted; the last number is the days of the log.
_FEW, _MANY, _DAYS = 20, 60, 60

_EVENTS = """
import gc

from benchmarks import throughput, workload

gc.disable()
throughput.{function}(workload.events({users}, {events}, {days}), workload.homes({users}))
"""


def count_instructions(program: str) -> int:
    """Return the number of instructions of a program in a process of its own, once its bytecode is compiled."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables = {**kept, "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "program.py")
        file.write_text(program, encoding="utf-8")
        path = os.pathsep.join([str(Path.cwd()), *filter(None, [kept.get("PYTHONPATH")])])
        variables["PYTHONPATH"] = path
        python = [sys.executable, str(file)]
        subprocess.run(python, check=True, capture_output=True, env=variables)  # noqa: S603  # programs of this file
        valgrind = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        command = [*valgrind, *python]
        result = subprocess.run(command, check=True, capture_output=True, text=True, env=variables)  # noqa: S603
    counted = re.search(r"I +refs: +([\d,]+)", result.stderr)
    if counted is None:
        raise RuntimeError(f"valgrind printed no count:\n{result.stderr}")
    return int(counted[1].replace(",", ""))


def count_an_event(function: str, users: int) -> float:
    """Return the instructions of an event in a function of ``throughput``."""
    programs = (_EVENTS.format(function=function, users=users, events=each, days=_DAYS) for each in (_FEW, _MANY))
    few, many = map(count_instructions, programs)
    return (many - few) / (users * (_MANY - _FEW))


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100, help="the users of the log of events (100)")
    users = parser.parse_args().users
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is not installed; install the package valgrind of the system")
    print("| an event | instructions |")
    print("| --- | --- |")
    for name, function in (("replay, a user at a time", "by_replay"), ("`Engine.record`, in memory", "by_engine")):
        print(f"| {name} | {count_an_event(function, users):,.0f} |")
    counts = {"attrs, dateutil and zoneinfo": DEPENDENCIES, "a small game": GAME}
    found = {name: count_instructions(program) for name, program in counts.items()}
    print("\n| a process that runs | million instructions | of the dependencies |")
    print("| --- | --- | --- |")
    for name, number in found.items():
        print(f"| {name} | {number / 1e6:,.1f} | {number / found['attrs, dateutil and zoneinfo']:.2f} |")


if __name__ == "__main__":
    main()
