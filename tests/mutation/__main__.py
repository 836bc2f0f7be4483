"""Draw mutants of ``core/`` and ``calendar/`` by a seed, judge them by the whole test suite, and print the score.

Run it from the root of the project::

    pip install -e '.[mutation]'
    python tests/mutation --count 400 --seed 1

See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import tomllib
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from judge import KILLED, SURVIVED, TIMED_OUT, UNTOUCHED, Judge  # noqa: E402
from mutants import ROOT, Mutant, all_sources, draw  # noqa: E402

EQUIVALENT = HERE / "equivalent.toml"
#: Tests that count the instructions of the engine, which observation changes, or that require a browser.
LEFT_OUT = ("tests/analysis/html_report/test_browser.py",)


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=400, help="how many mutants are drawn (default: 400)")
    parser.add_argument("--seed", type=int, default=1, help="by what they are drawn (default: 1)")
    parser.add_argument("--only", action="append", default=[], metavar="WORD", help="only files whose path has this")
    parser.add_argument("--again", metavar="FILE", help="judge only those that survived in an earlier run's FILE")
    parser.add_argument("--workers", type=int, default=1, help="how many mutants are tried at a time (default: 1)")
    parser.add_argument("--output", default="mutation", help="folder for the results (default: mutation/)")
    parser.add_argument("--observed", action="store_true", help="believe what the last run observed of the tests")
    parser.add_argument(
        "--patience", type=float, default=float("inf"), metavar="SECONDS", help="let only so much of the tests judge"
    )
    parser.add_argument("--no-control", action="store_true", help="do not run all tests once without a mutant")
    parser.add_argument("tests", nargs="*", help="the tests that judge (default: all)")
    return parser.parse_args()


class Equivalents:
    """The changes that do not change behavior."""

    def __init__(self, text: str) -> None:
        listed = tomllib.loads(text)
        self._mutants = {
            (one["file"], one["function"], one["before"], one["after"]): one["reason"] for one in listed["mutant"]
        }
        self._kinds = [(re.compile(one["pattern"]), one["reason"]) for one in listed["kind"]]

    def reason(self, mutant: Mutant) -> str | None:
        """Return why a mutant changes nothing, or None if it is not listed."""
        change = f"{mutant.before} -> {mutant.after}"
        reasons = [reason for pattern, reason in self._kinds if pattern.fullmatch(change)]
        return self._mutants.get(mutant.change) or next(iter(reasons), None)


def main() -> int:
    given = read_arguments()
    os.chdir(ROOT)
    output = Path(given.output)
    output.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    mutants, there_are = draw(all_sources(given.only), given.count, given.seed)
    print(f"seed {given.seed}: {len(mutants)} mutants of {there_are}, drawn in {time.monotonic() - started:.0f} s")
    if given.again:
        before = map(json.loads, Path(given.again).read_text(encoding="utf-8").splitlines())
        alive = {one["name"] for one in before if one["result"] in {SURVIVED, UNTOUCHED}}
        mutants = [mutant for mutant in mutants if mutant.name in alive]
    (output / "drawn.txt").write_text("".join(f"{mutant.name}\n" for mutant in mutants), encoding="utf-8")

    equivalent, counts = Equivalents(EQUIVALENT.read_text(encoding="utf-8")), Counter[str]()
    with (output / "results.jsonl").open("w", encoding="utf-8") as results:

        def record_result(mutant: Mutant, result: str, test: str, seconds: float) -> None:
            reason = equivalent.reason(mutant)
            justified = reason is not None and result in {SURVIVED, UNTOUCHED}
            counts["justified" if justified else result] += 1
            if reason is not None and not justified:
                print(f"listed as equivalent, but {result}: {mutant}", flush=True)
            entry = {"name": mutant.name, "line": mutant.line, "before": mutant.before, "after": mutant.after}
            entry |= {"result": result, "test": test, "seconds": round(seconds, 1), "equivalent": reason}
            results.write(json.dumps(entry, ensure_ascii=False) + "\n")
            results.flush()
            if result in {SURVIVED, UNTOUCHED}:
                print(f"{result}{' (justified)' if justified else ''}: {mutant}", flush=True)
            if sum(counts.values()) % 25 == 0:
                print(f"... {sum(counts.values())} judged, {time.monotonic() - started:.0f} s", flush=True)

        judge = Judge(mutants, given.workers, record_result)
        observed = output / "observed.json"
        if given.observed and observed.exists():
            judge.observed = json.loads(observed.read_text(encoding="utf-8"))
        judge.keep, judge.control, judge.patience = observed, not given.no_control, given.patience
        os.environ["HYPOTHESIS_PROFILE"] = "mutation"
        options = ["-n0", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:cov", "--no-header"]
        status = pytest.main([*options, *(f"--ignore={path}" for path in LEFT_OUT), *given.tests], plugins=[judge])
    if status:
        return int(status)
    killed = counts[KILLED] + counts[TIMED_OUT]
    print(*(f"{name}: {number}" for name, number in sorted(counts.items()) if number), sep="\n")
    if mutants:
        print(f"killed of all drawn: {killed} of {len(mutants)}, {killed / len(mutants):.1%}")
        real = len(mutants) - counts["justified"]
        print(f"score, without the justified: {killed} of {real}, {killed / real:.1%}")
    print(f"{time.monotonic() - started:.0f} s in all; see {output}/results.jsonl")
    return 0


if __name__ == "__main__":
    sys.exit(main())
