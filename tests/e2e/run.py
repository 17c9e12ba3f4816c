#!/usr/bin/env python3
# tests/e2e/run.py - Runs the end-to-end cases: `tests/e2e/run.py [GROUP...]`, with BIGFOOT_RUN naming the program under test
# and BIGFOOT_CLIENTS the folder of the compiled clients (cmake builds them into BUILD/tests/clients).
import argparse
import importlib
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import harness  # noqa: E402

GROUPS = tuple(sorted(path.stem for path in (Path(__file__).parent / "cases").glob("*.py")))


def main() -> int:
    parser = argparse.ArgumentParser(description="End-to-end cases of bigfoot-run.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)} (all)")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="run every case N times (1)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="at the same time (2)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cases whose name contains TEXT")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("-v", "--verbose", action="store_true", help="a line for each case")
    options = parser.parse_args()
    unknown = set(options.groups) - set(GROUPS)
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    cases = [case for group in options.groups or GROUPS for case in importlib.import_module(f"cases.{group}").CASES]
    cases = [case for case in cases if options.only in case.name]
    names = [case.name for case in cases]
    assert len(names) == len(set(names)), f"two cases of one name: {sorted({name for name in names if names.count(name) > 1})}"
    if options.list:
        print("\n".join(names))
        return 0
    bigfoot = os.environ.get("BIGFOOT_RUN", str(harness.SOURCES / "build/release/bigfoot-run"))
    if not os.access(bigfoot, os.X_OK):
        print(f"no program at {bigfoot}: build it, or name it in BIGFOOT_RUN", file=sys.stderr)
        return 2
    stage = harness.Stage(bigfoot, os.environ.get("BIGFOOT_CLIENTS", str(Path(bigfoot).parent / "tests/clients")))
    try:
        return 1 if harness.run_all(cases, stage, options.repeat, options.jobs, options.verbose) else 0
    finally:
        stage.remove()


if __name__ == "__main__":
    sys.exit(main())
