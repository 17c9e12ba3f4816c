# tests/e2e/cases/life.py - How runs end: signals, kill -9, orphans, and timelines of runs that did not end well. Each is a little story, so
# each is a function. Source: outputs.md, "Command line" and "The timeline"; kernel-notes.md.
import json
import os
import signal
import subprocess
import time
from pathlib import Path

from harness import Case, Stage, Wrong, compare, left_behind

LOOP = "while true; do curl -s http://api.example.com/tick; sleep 0.05; done"
SPEC = ('version = 1\n[[expect]]\nhttp = "GET http://api.example.com/tick"\nheaders = "*"\nbody = ""\ntimes = "1.."\n'
        'reply = { text = "x" }\n')


def start(stage: Stage, place: Path, env: dict[str, str], *command: str, args: tuple[str, ...] = ()) -> subprocess.Popen:
    if not (place / "spec.toml").exists():
        (place / "spec.toml").write_text(SPEC)
    return subprocess.Popen([str(stage.bigfoot), "--spec", "spec.toml", *args, "--", *command], cwd=place, env=env,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def finish(run: subprocess.Popen, seconds: float = 15) -> tuple[int, str, str]:
    try:
        out, err = run.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        raise Wrong(f"no end {seconds} s later") from None
    return run.returncode, out.decode(), err.decode()


def wait_for(run: subprocess.Popen, text: bytes, count: int = 1) -> None:
    """Until the child has written `text` so often; the supervisor passes its stdout on untouched."""
    seen = b""
    while seen.count(text) < count:
        got = os.read(run.stdout.fileno(), 4096)
        if not got:
            raise Wrong(f"ended before it said {text!r}: {seen!r} {run.communicate()[1].decode()}")
        seen += got


def killed(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """kill -9 of the supervisor: nothing lives on, and what had completed can be read."""
    run = start(stage, place, env, "sh", "-c", LOOP, args=("--timeline", "t.json"))
    wait_for(run, b"x", 5)
    run.send_signal(signal.SIGKILL)
    run.wait(5)
    for stream in (run.stdout, run.stderr):
        stream.close()
    remaining = left_behind(env["BIGFOOT_E2E"])
    if remaining:
        raise Wrong("lived on: " + "; ".join(remaining))
    spool = place / "t.json.partial.jsonl"
    if not spool.exists():
        raise Wrong(f"no {spool.name}: {sorted(os.listdir(place))}")
    lines = spool.read_bytes().rstrip(b"\0").decode().splitlines()
    whole = [json.loads(line) for line in lines if line.endswith("}")]
    calls = sum(record["type"] == "interaction" and record["protocol"] == "http" for record in whole)
    if calls < 5:
        raise Wrong(f"{calls} http interactions in the spool of {len(whole)} records")
    shown = subprocess.run([str(stage.bigfoot), "report", spool.name], cwd=place, env=env, capture_output=True, text=True)
    if shown.returncode or "Traceback" in shown.stderr:
        raise Wrong(f"report on the partial timeline: {shown.returncode} {shown.stdout}{shown.stderr}")


def as_it_happens(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """A .jsonl timeline has each record before the run ends."""
    run = start(stage, place, env, "sh", "-c", "curl -s http://api.example.com/tick; read never < fifo", args=("--timeline", "t.jsonl"))
    os.mkfifo(place / "fifo")
    wait_for(run, b"x")
    until = time.monotonic() + 5
    while b'"http"' not in (place / "t.jsonl").read_bytes() and time.monotonic() < until:
        time.sleep(0.02)
    lines = (place / "t.jsonl").read_bytes().rstrip(b"\0").decode().splitlines()
    if not any(json.loads(line).get("protocol") == "http" for line in lines):
        raise Wrong(f"no interaction yet in {lines}")
    (place / "fifo").write_text("go\n")
    status, _, err = finish(run)
    compare("exit status", "0", str(status))
    kinds = [json.loads(line)["type"] for line in (place / "t.jsonl").read_text().splitlines()]
    compare("first and last record", "run outcome", f"{kinds[0]} {kinds[-1]}")


def interrupted(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """INT reaches the child, which may clean up and choose its own status."""
    run = start(stage, place, env, "sh", "-c", "trap 'echo cleaning; exit 4' INT; echo ready; while :; do sleep 0.05; done")
    wait_for(run, b"ready")
    run.send_signal(signal.SIGINT)
    status, out, _ = finish(run)
    compare("exit status", "4", str(status))
    compare("stdout", "\ncleaning\n", "\n" + out.lstrip("\n"))


def interrupted_twice(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """A second INT ends the run at once, with a report."""
    run = start(stage, place, env, "sh", "-c", "trap '' INT TERM; echo ready; while :; do sleep 0.05; done", args=("--timeline", "t.json"))
    wait_for(run, b"ready")
    run.send_signal(signal.SIGINT)
    time.sleep(0.3)
    if run.poll() is not None:
        raise Wrong("the first INT ended it")
    run.send_signal(signal.SIGINT)
    status, _, err = finish(run, 8)
    if status not in (130, 137):
        raise Wrong(f"exit status {status}\n{err}")
    if "UNUSED" not in err:
        raise Wrong(f"no report: {err}")
    json.loads((place / "t.json").read_text())


def terminated(stage: Stage, place: Path, env: dict[str, str]) -> None:
    run = start(stage, place, env, "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done")
    wait_for(run, b"ready")
    run.send_signal(signal.SIGTERM)
    status, _, _ = finish(run)
    compare("exit status", "9", str(status))


def orphans(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """A daemon that outlives the child is waited for `linger` long and ended."""
    run = start(stage, place, env, "sh", "-c", "curl -s http://api.example.com/tick; setsid sleep 60 > /dev/null 2>&1 & sleep 0.3",
                args=("--linger", "300ms"))
    begun = time.monotonic()
    status, _, _ = finish(run)
    if time.monotonic() - begun > 10:
        raise Wrong(f"took {time.monotonic() - begun:.1f} s")
    compare("exit status", "0", str(status))


def own_streams(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """stdin, stdout and stderr are the child's own, in order and whole."""
    (place / "spec.toml").write_text("version = 1\n")
    data = os.urandom(3 << 20)
    done = subprocess.run([str(stage.bigfoot), "--spec", "spec.toml", "--", "sh", "-c", "cat; echo error >&2"], cwd=place, env=env, input=data,
                          capture_output=True, timeout=20)
    if done.stdout != data or done.stderr != b"error\n" or done.returncode:
        raise Wrong(f"status {done.returncode}, {len(done.stdout)} of {len(data)} bytes, stderr {done.stderr[:500]!r}")


def two_at_once(stage: Stage, place: Path, env: dict[str, str]) -> None:
    runs = [start(stage, place, env, "sh", "-c", "for i in 1 2 3 4 5; do curl -s http://api.example.com/tick; done") for _ in range(4)]
    for run in runs:
        status, out, err = finish(run, 30)
        compare("run", "0 xxxxx", f"{status} {out}{err}")


def same_report_again(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """`report` says what the run itself said; two runs differ in nothing that --normalize keeps."""
    texts = []
    for number in (1, 2):
        run = start(stage, place, env, "sh", "-c", "curl -s http://api.example.com/tock > /dev/null", args=("--timeline", f"{number}.json"))
        status, _, said = finish(run)
        compare("exit status", "3", str(status))
        shown = subprocess.run([str(stage.bigfoot), "report", "--text", f"{number}.json"], cwd=place, env=env, capture_output=True, text=True)
        compare("report", said, shown.stdout)
        normal = subprocess.run([str(stage.bigfoot), "report", "--normalize", f"{number}.json"], cwd=place, env=env, capture_output=True, text=True)
        json.loads(normal.stdout)
        texts.append(normal.stdout.replace(f"{number}.json", "N.json"))
    compare("normalised timelines", texts[0], texts[1])


STORIES = {"kill -9 of the supervisor": killed, "a record a line, as it happens": as_it_happens, "INT is the child's": interrupted,
           "a second INT ends the run": interrupted_twice, "TERM is the child's": terminated, "orphans": orphans,
           "the child's streams are its own": own_streams, "four runs at once": two_at_once,
           "report renders the timeline again": same_report_again}
CASES = [Case(name, script=story) for name, story in STORIES.items()]
