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
import mistakes_page  # noqa: E402
import pages  # noqa: E402
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
         '"counts": {%s}}, "processes": [], "tests": [], "interactions": [], "violations": []}' % ", ".join(f'"{name}": 0' for name in timeline.COUNTS))


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


# What a page says, and what the reader must object to; the program under test is `true` or `false`, and the pages type commands of the shell.
SPEC = '```toml\n# a.toml\nversion = 1\n```\n'
PAGES = [
    ("what is shown is what comes of it", "```console\n$ echo hi\nhi\n$ (exit 3)\n$ echo $?\n3\n```\n", "`(exit 3)` says nothing, and ends with 3"),
    ("a silent failure", "```console\n$ false\n```\n", "`false` says nothing, and ends with 1"),
    ("another output", "```console\n$ echo hi\nho\n```\n", "what `echo hi` shows differs"),
    ("nothing shown where something comes", "    $ echo hi\n", "what `echo hi` shows differs"),
    ("a report that ends with 0", "```console\n$ echo 'bigfoot-run: 1 problem'\nbigfoot-run: 1 problem\n```\n", "reports, and ends with 0"),
    ("times are not compared", "```console\n$ echo t+7ms\nt+9ms\n```\n", None),
    ("lines that may be anything", "```console\n$ seq 4\n1\n…\n4\n```\n", None),
    ("not any end", "```console\n$ seq 4\n1\n…\n5\n```\n", "what `seq 4` shows differs"),
    ("a command in two lines", "```console\n$ echo a \\\n> b\na b\n```\n", None),
    ("a file that a command uses", "```sh\n#!/bin/sh\n# x.sh\necho $1\n```\n\n```console\n$ ./x.sh 5\n5\n```\n", None),
    ("a file that no command uses", "```sh\n# x.sh\necho\n```\n", "nothing on this page uses x.sh"),
    ("a spec that no command uses", SPEC, "nothing on this page uses a.toml"),
    ("a whole spec without a name", "```toml\nversion = 1\n```\n", "a whole spec needs a name in its first line"),
    ("a link that leads nowhere", "[x](none.md)\n", "there is no none.md"),
    ("a heading that is not there", "# One\n\n[x](#two)\n", "has no heading #two"),
    ("a heading that is there", "# One two\n\n[x](#one-two)\n", None),
]


class Readers(unittest.TestCase):
    def objections(self, text: str, program: str = "/bin/true") -> str:
        stage = harness.Stage(program, "/nonexistent")
        self.addCleanup(stage.remove)
        with tempfile.TemporaryDirectory(dir=stage.top) as place, tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(text)
            return "\n".join(pages.read_aloud(page, stage, Path(place), {}).wrong)

    def test_pages(self) -> None:
        for name, text, wanted in PAGES:
            with self.subTest(name):
                said = self.objections(text)
                self.assertIn(wanted, said) if wanted else self.assertEqual(said, "")

    def test_fragments_are_run(self) -> None:
        fragment = "```toml\n[[expect]]\nexec = ['true']\n```\n"
        self.assertEqual(self.objections(fragment), "")
        self.assertIn("this fragment, made whole, gives status 1", self.objections(fragment, "/bin/false"))

    def test_fragments_are_made_whole(self) -> None:
        rows = [
            ("[guard]\ndns = 'off'\n", "version = 1\n\n[guard]\ndns = 'off'\n"),
            ("{ quit = true }   # bye\n", 'version = 1\n\n[[expect]]\nsmtp = "mail.example.com:25"\nsteps = [\n  { quit = true },\n]\n'),
            ("exec = ['true']\n", "version = 1\n\n[[expect]]\n\nexec = ['true']\n"),
        ]
        for fragment, wanted in rows:
            self.assertEqual(pages.whole(fragment, "smtp"), wanted)


class Pasters(unittest.TestCase):
    SPEC = '[[expect]]\nhttp = "GET http://a/"\nbody = "x"\nsteps = [\n  { query = "a", params = [1, "}"] },\n]\n'

    def test_keys_and_steps(self) -> None:
        rows = [(2, 'body = "y"', 'body = "x"', 'body = "y"'), (5, "params = [2]", 'params = [1, "}"] }', "params = [2] }"),
                (5, 'query = "b"', 'query = "a"', 'query = "b"')]
        for line, pasted, before, after in rows:
            report = f"MISMATCH  #1  GET http://a/\n   spec.toml:{line}\n   accept it:  {pasted}\n"
            self.assertEqual(mistakes_page.accepted(self.SPEC, report), self.SPEC.replace(before, after))

    def test_entries(self) -> None:
        report = 'UNEXPECTED  #2  GET http://b/\n   add:\n     [[expect]]\n     http = "GET http://b/"\n\n'
        self.assertEqual(mistakes_page.added("version = 1\n", report), 'version = 1\n\n[[expect]]\nhttp = "GET http://b/"\n')


if __name__ == "__main__":
    unittest.main()
