# tests/e2e/cases/commands.py - The subcommands that supervise nothing: lint, schema, explain, report, doctor, help, version.
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from harness import ANY, NOBODY, Case, Stage, Wrong, compare

GOOD = 'version = 1\n[[expect]]\nhttp = "GET http://a.example/"\nheaders = "*"\nreply = { text = "A" }\n'
BAD = 'version = 1\n[[expect]]\nhttp = "GET http://a.example/"\nmetod = "GET"\nreply = { statsu = 200 }\n'
WAIVED = 'version = 1\n[[expect]]\nhttp = "POST http://a.example/"\nreply = { text = "A" }\n'


def command(*args: str, exit: int = 0, stdout: Any = "", has: tuple[str, ...] = (), files: dict[str, str] = {}) -> Any:
    def story(stage: Stage, place: Path, env: dict[str, str]) -> None:
        for name, text in files.items():
            (place / name).write_text(text)
        done = subprocess.run([str(stage.bigfoot), *args], cwd=place, env=env, capture_output=True, text=True, timeout=20)
        if done.returncode != exit:
            raise Wrong(f"exit status {done.returncode}, wanted {exit}\n{done.stdout}{done.stderr}")
        compare("stdout", stdout, done.stdout)
        for part in has:
            if part not in done.stderr:
                raise Wrong(f"stderr does not say: {part}\n{done.stderr}")
        if not has and done.stderr:
            raise Wrong(f"stderr says: {done.stderr}")
    return story


def schema(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """draft-04 JSON Schema that knows the headlines."""
    done = subprocess.run([str(stage.bigfoot), "schema"], cwd=place, env=env, capture_output=True, text=True, check=True)
    document = json.loads(done.stdout)
    compare("$schema", "http://json-schema.org/draft-04/schema#", document["$schema"])
    text = json.dumps(document)
    for key in ("expect", "http", "dns", "socket", "guard", "settings", "noise", "any_order"):
        if f'"{key}"' not in text:
            raise Wrong(f"the schema does not know {key}")


def doctor_in_podman(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """Its profile forbids ptrace(2) and process_vm_readv(2): only mocked commands need the one, and there is another way for the other."""
    done = subprocess.run([stage.built / "docker_like", "--podman", *NOBODY, str(stage.bigfoot), "doctor"], cwd=place, env=env, capture_output=True,
                          text=True, timeout=20)
    compare("doctor", words("degraded  replacing a program: EPERM from ptrace; commands cannot be mocked",
                            "ok        reading the target's memory: works", "bigfoot-run can work here."), done.stdout)


def words(*texts: str) -> re.Pattern:
    return re.compile("(?is)" + "".join(f"(?=.*{re.escape(text)})" for text in texts) + ".*")


STORIES = {
    "--version": command("--version", stdout=re.compile(r"bigfoot-run \d+\.\d+\.\d+\n")),
    "--help": command("--help", stdout=words("--spec", "--timeline", "--guard", "--timeout", "--linger", "--exit-code", "lint", "doctor")),
    "no command": command(exit=2, has=("bigfoot-run",)),
    "lint, all well": command("lint", "good.toml", stdout=words("good.toml", "ok"), files={"good.toml": GOOD}),
    "lint names every error": command("lint", "bad.toml", exit=2, files={"bad.toml": BAD},
                                      has=("bad.toml:4:1: error: unknown key 'metod' in [[expect]]", "bad.toml:5:", "'statsu'", "'status'?")),
    "lint warns of what is not asserted": command("lint", "w.toml", stdout=ANY, has=("w.toml:3:8: warning: field not asserted: headers", "field not asserted: body"), files={"w.toml": WAIVED}),
    "lint, two files": command("lint", "good.toml", "bad.toml", exit=2, stdout=ANY, has=("bad.toml:4:1",), files={"good.toml": GOOD, "bad.toml": BAD}),
    "lint, no such file": command("lint", "none.toml", exit=2, has=("none.toml",)),
    "schema": schema,
    "explain noise": command("explain", "noise", stdout=words("user-agent", "traceparent", "x-datadog-*")),
    "explain ambient": command("explain", "ambient", stdout=words("dns")),
    "explain protocols": command("explain", "protocols", stdout=words("http", "dns", "socket", "postgres", "not built yet")),
    "explain exit": command("explain", "exit", stdout=words("124", "125", "126", "127", "verify")),
    "explain http": command("explain", "http", stdout=words("method", "headers", "body", "a reply", "status", "sse")),
    "explain, unknown topic": command("explain", "htp", exit=2, has=("htp",)),
    "doctor": command("doctor", stdout=words("seccomp")),
    "report, no such file": command("report", "none.json", exit=2, has=("none.json",)),
    "report, not a timeline": command("report", "t.json", exit=2, has=("t.json",), files={"t.json": '{"hello": 1}'}),
}
CASES = [Case(name, script=story) for name, story in STORIES.items()]
CASES += [Case("doctor in a default container of Podman", script=doctor_in_podman, root=True)]
