# tests/e2e/cases/docs.py - Every page of the documentation does what it says: its files, commands, reports and fragments (pages.py has the rules).
import subprocess
from pathlib import Path

import pages
from harness import Case, Stage, Wrong


def held(path: Path) -> Case:
    def script(stage: Stage, place: Path, env: dict[str, str]) -> None:
        reader = pages.read_aloud(path, stage, place, env)
        if reader.wrong:
            raise Wrong("\n".join(reader.wrong))
    return Case(f"page {pages.read(path).title()}", script=script, timeout=300)


def linted(_stage: Stage, _place: Path, env: dict[str, str]) -> None:
    """What mandoc says of the manual pages: nothing."""
    manuals = [str(path) for path in pages.pages() if path.suffix != ".md"]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *manuals], env=env, capture_output=True, text=True)
    if done.returncode or done.stdout:
        raise Wrong(done.stdout + done.stderr)


CASES = [held(path) for path in pages.pages()] + [Case("the manual pages are clean", script=linted, needs=("mandoc",))]
