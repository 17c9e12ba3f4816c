# tests/e2e/cases/mistakes.py - Ten programs with one mistake each (tests/mistakes/NN-name): the whole report is pinned, and then followed, once into the
# program (fix.diff) and, where the report has lines to paste, once into the spec. Both must be green. docs/ten-mistakes.md is made of the same
# folders: `tests/e2e/mistakes_page.py > docs/ten-mistakes.md`.
import os
import subprocess
from pathlib import Path

import harness
import mistakes_page
from harness import Case, Stage, Wrong
from mistakes_page import Mistake


def run(mistake: Mistake, stage: Stage, place: Path, env: dict[str, str]) -> tuple[int, str]:
    """Builds the program as it stands in `place`, and runs it under the spec that stands there: its status, and what a terminal shows."""
    env = {**env, "PATH": harness.system_path(stage), "NODE_PATH": str(harness.NPM), "GO111MODULE": "off", **mistake.env}
    if mistake.build:
        built = subprocess.run(mistake.build, cwd=place, env=env, capture_output=True, text=True)
        if built.returncode:
            raise Wrong(f"{' '.join(mistake.build)}: {built.stderr}")
    done = subprocess.run([stage.bigfoot, "--spec", "spec.toml", "--", *mistake.command], cwd=place, env=env, capture_output=True, text=True,
                          timeout=120)
    return done.returncode, harness.shown(done.stdout + done.stderr)


def fixed(program: str, diff: str) -> str:
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if line[0] in " -")
    after = "".join(line[1:] for line in lines if line[0] in " +")
    if program.count(before) != 1:
        raise Wrong(f"fix.diff: these lines do not stand in the program once:\n{before}")
    return program.replace(before, after)


def green(how: str, status: int, said: str, spec: Path) -> None:
    if status or "bigfoot-run:" in said:
        raise Wrong(f"with {how}: status {status}\n{spec.read_text()}\n{said}")


def case(mistake: Mistake) -> Case:
    def script(stage: Stage, place: Path, env: dict[str, str]) -> None:
        folder = mistake.folder
        program, spec, report = place / mistake.program, place / "spec.toml", folder / "report.txt"
        program.write_text((folder / mistake.program).read_text())
        program.chmod(0o755)
        spec.write_text((folder / "spec.toml").read_text())

        status, said = run(mistake, stage, place, env)
        if os.environ.get("MISTAKES_WRITE"):
            report.write_text(said)
        if status != mistake.status:
            raise Wrong(f"exit status {status}, wanted {mistake.status}\n{said}")
        harness.compare("report", report.read_text(), said)

        if mistake.paste:
            spec.write_text(mistake.paste(spec.read_text(), said))
            green("the report's lines in the spec", *run(mistake, stage, place, env), spec)
            spec.write_text((folder / "spec.toml").read_text())

        program.write_text(fixed(program.read_text(), (folder / "fix.diff").read_text()))
        green("the program put right", *run(mistake, stage, place, env), spec)
    return Case(f"mistake {mistake.folder.name}", script=script, timeout=300)


def page(_stage: Stage, _place: Path, _env: dict[str, str]) -> None:
    harness.compare("docs/ten-mistakes.md (tests/e2e/mistakes_page.py writes it)", mistakes_page.PAGE.read_text(), mistakes_page.text())


CASES = [*(case(mistake) for mistake in mistakes_page.MISTAKES), Case("the page of the ten mistakes", script=page)]
