"""Programs in separate processes, each with another hash seed."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["ROOT", "answers"]

ROOT = Path(__file__).resolve().parents[2]


def answers(program: str, stdin: str = "") -> set[str]:
    """Run a Python program under two hash seeds; return the set of its outputs, one if it is deterministic."""
    return {
        subprocess.run(
            [sys.executable, "-c", program],
            input=stdin,
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
