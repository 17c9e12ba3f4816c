#!/usr/bin/env python3
# tests/e2e/harness_test.py - The harness itself: that it sees what is wrong. A judge that passes everything is worse than none.
import os
import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True
import harness  # noqa: E402
import timeline  # noqa: E402

FAKE = """#!/bin/sh
# Stands in for bigfoot-run: writes the timeline it is told to, then runs the command.
while [ "$1" != -- ]; do shift; done
shift
[ -z "$FAKE_TIMELINE" ] || printf '%s' "$FAKE_TIMELINE" > t.json
printf '%s' "$FAKE_REPORT" >&2
"$@"
exit "${FAKE_EXIT:-$?}"
"""
GREEN = ('{"schema": "bigfoot-timeline/1", "run": {"command": [], "cwd": "", "specs": [], "started_at": "", "duration_ms": 1, "version": "", '
         '"kernel": "", "arch": "", "seed": 1}, "outcome": {"verdict": "pass", "exit_status": 0, "child": {"exit_code": 0, "signal": null}, '
         '"counts": {%s}}, "processes": [], "interactions": [], "violations": []}' % ", ".join(f'"{name}": 0' for name in timeline.COUNTS))


class Judges(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        fake = Path(folder.name) / "fake"
        fake.write_text(FAKE)
        fake.chmod(0o755)
        self.stage = harness.Stage(str(fake), "/nonexistent")
        self.addCleanup(self.stage.remove)

    def verdict(self, **row: object) -> str | None:
        env = {"FAKE_TIMELINE": GREEN, **row.pop("env", {})}
        return harness.run_case(harness.Case("case", **{"command": ["echo", "hi"], "stdout": "hi\n", "env": env, **row}), self.stage)

    def test_passes_what_is_right(self) -> None:
        self.assertIsNone(self.verdict())
        self.assertIsNone(self.verdict(stdout=re.compile("h.\n")))
        self.assertIsNone(self.verdict(stdout=harness.ANY))

    def test_sees_what_is_wrong(self) -> None:
        rows = [
            ("stdout", {"stdout": "ho\n"}), ("does not match", {"stdout": re.compile("x")}),
            ("exit status 4, wanted 0", {"env": {"FAKE_EXIT": "4"}}), ("report differs", {"env": {"FAKE_REPORT": "noise"}}),
            ("does not say: cause", {"has": ("cause",)}), ("stderr says: secret", {"lacks": ("secret",), "env": {"FAKE_REPORT": "secret"}}),
            ("timeline", {"env": {"FAKE_TIMELINE": ""}}), ("timeline", {"env": {"FAKE_TIMELINE": "{}"}}),
            ("verdict", {"env": {"FAKE_TIMELINE": GREEN.replace('"pass"', '"fail"')}}), ("calls differs", {"calls": ["http asserted GET x"]}),
            ("counts.asserted is 0, wanted 1", {"counts": {"asserted": 1}}), ("hangs", {"command": ["sleep", "9"], "timeout": 0.2}),
            ("left running", {"command": ["sh", "-c", "sleep 9 > /dev/null 2>&1 & echo hi"]}),
        ]
        for said, row in rows:
            with self.subTest(said):
                wrong = self.verdict(**row)
                self.assertIn(said, wrong or "nothing")

    def test_takes_times_out_of_reports(self) -> None:
        self.assertEqual("pid 3 · t+N ms", harness.shown("pid 3 · t+212ms"))

    def test_leaves_nothing_running(self) -> None:
        mark = "harness-test"
        self.assertEqual([], harness.left_behind(mark, 0))
        child = os.spawnve(os.P_NOWAIT, "/bin/sleep", ["sleep", "9"], {"BIGFOOT_E2E": mark})
        found = []
        for _ in range(100):
            found = harness.left_behind(mark, 0)
            if found:
                break
        harness.end_those(found)
        os.waitpid(child, 0)
        self.assertEqual(1, len(found))


if __name__ == "__main__":
    unittest.main()
