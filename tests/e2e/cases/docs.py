# tests/e2e/cases/docs.py - Every page of the documentation does what it says: its files, commands, reports and fragments (pages.py has the rules).
from pathlib import Path

import pages
from harness import Case, Stage, Wrong


def held(path: Path) -> Case:
    def script(stage: Stage, place: Path, env: dict[str, str]) -> None:
        reader = pages.read_aloud(path, stage, place, env)
        if reader.wrong:
            raise Wrong("\n".join(reader.wrong))
    return Case(f"page {pages.read(path).title()}", script=script, timeout=300)


CASES = [held(path) for path in pages.pages()]
