# tests/e2e/harness.py - One end-to-end case is a row: a spec, a command, and everything that must come of it (exit status,
# stdout, report, timeline). Source: spec-format.md and outputs.md. Python 3.11's standard library only.
import difflib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable

import timeline as timelines

ANY = object()  # this output may be anything
SOURCES = Path(__file__).resolve().parent.parent.parent
NPM = SOURCES / "packages/clients-npm/node_modules"
# The standard library is compiled already, where the clients in Go were: tests/clients/CMakeLists.txt.
GO = {"GOCACHE": os.environ.get("GOCACHE", str(Path.home() / ".cache/go-build")), "GOFLAGS": "-mod=mod -trimpath", "GOPROXY": "off", "CGO_ENABLED": "0"}
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
# For rows in which ptrace(2) is refused: a bigfoot-run built with AddressSanitizer cannot look for leaks of its own without it.
NO_PTRACE = {"LSAN_OPTIONS": "detect_leaks=0"}


@dataclass(frozen=True)
class Case:
    """A row. @clients@, @built@, @npm@, @dir@, @sources@, @examples@, @port@ and @certificate@ are replaced in command, spec, args, env and expected output."""
    name: str
    command: list[str] = field(default_factory=list)
    spec: str | None = None
    args: tuple[str, ...] = ()            # options of bigfoot-run
    exit: int = 0
    stdout: Any = ""                      # text, compiled regex, or ANY
    report: Any = ""                      # all of stderr, with times taken out (see shown())
    has: tuple[str, ...] = ()             # parts of stderr; report is then not looked at
    lacks: tuple[str, ...] = ()           # what stderr must not say
    calls: list[str] | None = None        # every interaction that is not ambient, as timeline.calls() writes them
    counts: dict[str, int] = field(default_factory=dict)
    check: Callable[[dict], None] | None = None   # more facts of the timeline
    files: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)
    wrap: tuple[str, ...] = ()            # in front of bigfoot-run: another user, another filter, another network
    server: Callable[[], Any] | None = None       # a real local server; gives its port and how to stop it
    stdin: str | None = None
    root: bool = False                    # needs root
    needs: tuple[str, ...] = ()           # programs that not every machine is asked to have: packages/ci
    timeline: bool = True
    script: Callable[["Stage", Path, dict[str, str]], None] | None = None   # instead of command: does its own checks
    timeout: float = 60


class Wrong(AssertionError):
    """What a case got that it should not have."""


class Stage:
    """Copies of the program and of the clients in a place that every user may read."""

    def __init__(self, bigfoot: str, built: str) -> None:
        self.top = Path(tempfile.mkdtemp(prefix="bigfoot-e2e-"))
        self.top.chmod(0o755)
        self.bigfoot = self.top / Path(bigfoot).name
        # The stub of mocked commands is looked for beside the program.
        for program in (Path(bigfoot), Path(bigfoot).parent / "bigfoot-stub"):
            if program == Path(bigfoot) or program.exists():
                shutil.copy2(program, self.top / program.name)
                (self.top / program.name).chmod(0o755)
        self.clients = self.top / "clients"
        self.built = self.top / "built"
        self.examples = self.top / "examples"
        shutil.copytree(SOURCES / "tests/clients", self.clients)
        shutil.copytree(SOURCES / "examples", self.examples)
        if Path(built).is_dir():
            shutil.copytree(built, self.built)
        for path in self.top.rglob("*"):
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)

    def remove(self) -> None:
        shutil.rmtree(self.top, ignore_errors=True)


def system_path(stage: "Stage") -> str:
    """What a reader's PATH is: the program under test, and the system's own programs before those that somebody put into /usr/local."""
    return f"{stage.top}:/usr/sbin:/usr/bin:/sbin:/bin"


def shown(text: str) -> str:
    """The report without what differs from run to run."""
    text = re.sub(r"t\+[0-9.,]+ ?(ms|s)", "t+N ms", text)
    return re.sub(r"\bafter [0-9.,]+ ?(ms|s)\b", "after N ms", text)


def compare(what: str, wanted: Any, got: str) -> None:
    if wanted is ANY:
        return
    if isinstance(wanted, re.Pattern):
        if not wanted.fullmatch(got):
            raise Wrong(f"{what}: /{wanted.pattern}/ does not match\n{got}")
    elif wanted != got:
        lines = difflib.unified_diff(wanted.splitlines(), got.splitlines(), "wanted", "got", lineterm="", n=20)
        raise Wrong(f"{what} differs\n" + "\n".join(lines))


def left_behind(mark: str, patience: float = 3.0) -> list[str]:
    """Processes of the case that still live, found by a variable that all of them inherit."""
    needle = f"BIGFOOT_E2E={mark}".encode()
    until = time.monotonic() + patience
    while True:
        found = []
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != os.getpid():
                try:
                    if needle in Path(f"/proc/{entry}/environ").read_bytes():
                        found.append(entry + " " + Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode())
                except OSError:
                    continue
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.02)


def end_those(processes: list[str]) -> None:
    for process in processes:
        try:
            os.kill(int(process.split()[0]), signal.SIGKILL)
        except ProcessLookupError:
            pass


def environment(case: Case, place: Path, mark: str, fill: Callable[[str], str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS") if name in os.environ}
    return {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", **kept, "HOME": str(place), "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1", "BIGFOOT_E2E": mark, **{name: fill(value) for name, value in case.env.items()}}


def run_supervised(case: Case, stage: Stage, place: Path, env: dict[str, str], fill: Callable[[str], str]) -> None:
    args = [fill(arg) for arg in case.args]
    if case.spec is not None:
        (place / "spec.toml").write_text(fill(case.spec))
        args += ["--spec", "spec.toml"]
    if case.timeline:
        args += ["--timeline", "t.json"]
    command = [*(fill(part) for part in case.wrap), str(stage.bigfoot), *args, "--", *(fill(part) for part in case.command)]
    try:
        done = subprocess.run(command, cwd=place, env=env, capture_output=True, timeout=case.timeout,
                              input=(case.stdin or "").encode())
    except subprocess.TimeoutExpired as hung:
        said = (hung.stderr or b"").decode(errors="replace")
        raise Wrong(f"hangs: no end after {case.timeout:g} s\nstderr: {said[-2000:]}") from None
    out, err = done.stdout.decode(errors="replace"), shown(done.stderr.decode(errors="replace"))
    told = f"\nstdout: {out[-1500:]}\nstderr: {err[-6000:]}"
    status = 128 - done.returncode if done.returncode < 0 else done.returncode
    if status != case.exit:
        raise Wrong(f"exit status {status}, wanted {case.exit}{told}")
    compare("stdout", fill(case.stdout) if isinstance(case.stdout, str) else case.stdout, out)
    for part in case.has:
        if fill(part) not in err:
            raise Wrong(f"stderr does not say: {fill(part)}{told}")
    for part in case.lacks:
        if part in err:
            raise Wrong(f"stderr says: {part}{told}")
    if not case.has and not case.lacks:
        compare("report", fill(case.report) if isinstance(case.report, str) else case.report, err)
    if case.timeline and case.exit != 2:
        check_timeline(case, place / "t.json", fill, told)


def check_timeline(case: Case, path: Path, fill: Callable[[str], str], told: str) -> None:
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as bad:
        raise Wrong(f"timeline: {bad}{told}") from None
    timelines.check_shape(document, case.exit)
    if case.calls is not None:
        compare("calls", "\n".join(sorted(fill(call) for call in case.calls)),
                "\n".join(sorted(timelines.calls(document))))
    for name, wanted in case.counts.items():
        got = document["outcome"]["counts"][name]
        if got != wanted:
            raise Wrong(f"timeline: counts.{name} is {got}, wanted {wanted}\n" + "\n".join(timelines.calls(document, all_of_them=True)))
    if case.check:
        case.check(document)


def run_case(case: Case, stage: Stage) -> str | None:
    """Nothing when all is as the row says, else what is wrong."""
    place = Path(tempfile.mkdtemp(prefix="case-", dir=stage.top))
    place.chmod(0o777)
    mark = uuid.uuid4().hex
    server = case.server() if case.server else None
    port = str(server.port) if server else ""
    certificate = getattr(server, "certificate", "")

    def fill(text: str) -> str:
        for name, value in (("@clients@", stage.clients), ("@built@", stage.built), ("@npm@", NPM), ("@dir@", place), ("@sources@", SOURCES),
                            ("@examples@", stage.examples), ("@port@", port), ("@certificate@", certificate)):
            text = text.replace(name, str(value))
        return text

    try:
        for name, text in case.files.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(fill(text))
            (place / name).chmod(0o755)
        env = environment(case, place, mark, fill)
        if case.script:
            case.script(stage, place, env)
        else:
            run_supervised(case, stage, place, env, fill)
        remaining = left_behind(mark)
        if remaining:
            raise Wrong("left running: " + "; ".join(remaining))
    except Wrong as wrong:
        return str(wrong)
    except (KeyError, TypeError, IndexError, AssertionError) as odd:
        return f"timeline has not the shape the case reads: {type(odd).__name__}: {odd}"
    finally:
        end_those(left_behind(mark, 0))
        if server:
            server.stop()
        shutil.rmtree(place, ignore_errors=True)
    return None


def run_all(cases: list[Case], stage: Stage, repeat: int, jobs: int, verbose: bool) -> int:
    """Runs every case `repeat` times; prints failures with how often they came; gives the number of failed cases."""
    started = time.monotonic()
    is_root = os.geteuid() == 0
    able = [case for case in cases if is_root or not case.root]
    chosen = [case for case in able if all(shutil.which(program) for program in case.needs)]
    lacking = sorted({program for case in able for program in case.needs if not shutil.which(program)})
    failures: dict[str, list[str]] = {}
    took: dict[str, float] = {}

    def one(case: Case) -> tuple[Case, str | None, float]:
        begun = time.monotonic()
        return case, run_case(case, stage), time.monotonic() - begun

    with ThreadPoolExecutor(jobs) as pool:
        for case, wrong, seconds in pool.map(one, [case for _ in range(repeat) for case in chosen]):
            took[case.name] = took.get(case.name, 0) + seconds
            if wrong:
                if case.name not in failures:
                    print(f"--- {case.name}: {wrong}", flush=True)
                failures.setdefault(case.name, []).append(wrong)
            elif verbose:
                print(f"ok  {case.name}  {seconds * 1000:.0f} ms", flush=True)
    for name, wrongs in failures.items():
        print(f"FAILED {name}: {len(wrongs)} of {repeat}")
    left_out = f", {len(cases) - len(able)} more need root" if len(able) < len(cases) else ""
    left_out += f", {len(able) - len(chosen)} more need {' and '.join(lacking)}" if lacking else ""
    print(f"{len(chosen) - len(failures)} of {len(chosen)} cases pass, {repeat} time{'s' if repeat != 1 else ''} each{left_out}"
          f" ({time.monotonic() - started:.1f} s)")
    return len(failures)


def variants(case: Case, suffix: str, **changes: Any) -> Case:
    """The same row under other circumstances."""
    return replace(case, name=f"{case.name}, {suffix}", **changes)
