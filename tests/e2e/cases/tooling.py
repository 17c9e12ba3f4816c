# tests/e2e/cases/tooling.py - What writes and checks specs: --update with real clients, init, lint, explain, schema with taplo.
# Source: outputs.md, "Command line"; spec-format.md, section 8.
import importlib
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any, Callable

from harness import NPM, SOURCES, Case, Stage, Wrong

PYTHON = "/usr/bin/python3"
HEAD = "# Kept as it is.\nversion = 1   # of the format\n\n"
CHARGES = "http://api.stripe.com/v1/charges"
CHARGE = HEAD + f"""# The charge.
[[expect]]
id      = "charge"
http    = "POST {CHARGES}"   # v1
headers = {{ Content-Type = "application/json", "*" = "*" }}
body    = {{ json = {{ amount = 5000, id = "{{{{uuid}}}}" }} }}  # cents
reply   = {{ json = {{ id = "ch_123" }} }}
"""
POST = ["curl", "-s", "-H", "Content-Type: application/json", "-d", '{"amount":5001,"id":"6f1e1bd6-6d3c-4d2c-9d2c-4b6a1f0c9e11"}', CHARGES]


def call(stage: Stage, place: Path, env: dict[str, str], *args: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(stage.bigfoot), *args], cwd=place, env=env, capture_output=True, text=True, timeout=60)


def want(done: subprocess.CompletedProcess, status: int, *parts: str) -> None:
    if done.returncode != status:
        raise Wrong(f"exit status {done.returncode}, wanted {status}\n{done.stdout}{done.stderr}")
    for part in parts:
        if part not in done.stdout + done.stderr:
            raise Wrong(f"it does not say: {part}\n{done.stdout}{done.stderr}")


def updates(command: list[str], spec: str, after: str, *says: str, rounds: int = 1, env: dict[str, str] = {}, files: dict[str, str] = {}, name: str = "spec.toml") -> Callable:
    """Red with --update, then green; once more with --update it stays byte for byte. `rounds`: a refused call ends some clients."""
    def story(stage: Stage, place: Path, surroundings: dict[str, str]) -> None:
        around = surroundings | env
        path = place / name
        for file, text in (files | {name: spec}).items():
            (place / file).write_bytes(text.encode())
        words = [word.replace("@clients@", str(stage.clients)) for word in command]
        for i in range(rounds):
            done = call(stage, place, around, "--exit-code", "verify", "--update", "--spec", name, "--", *words)
            want(done, 3, *(says if i == 0 else ()), "bigfoot-run: --update wrote")
        got = path.read_bytes().decode()
        if got != after:
            raise Wrong(f"the spec is now\n{got}\nwanted\n{after}\n{done.stderr}")
        want(call(stage, place, around, "--exit-code", "verify", "--spec", name, "--", *words), 0)
        again = call(stage, place, around, "--exit-code", "verify", "--update", "--spec", name, "--", *words)
        want(again, 0)
        if "--update" in again.stderr or path.read_bytes().decode() != after:
            raise Wrong(f"a second update changed something\n{again.stderr}")
        left = sorted(file.name for file in place.iterdir() if ".toml." in file.name)
        if left:
            raise Wrong(f"left behind: {left}")
    return story


def refuses(prepare: Callable[[Path], None], command: list[str], *says: str) -> Callable:
    def story(stage: Stage, place: Path, env: dict[str, str]) -> None:
        path = place / "spec.toml"
        path.write_text(CHARGE)
        prepare(path)
        before = path.read_text()
        done = call(stage, place, env, "--update", "--spec", "spec.toml", "--", *command)
        want(done, 3, "--update changed nothing", *says)
        if not path.read_text().startswith(before):
            raise Wrong("the spec was written to")
    return story


def keeps_link_and_mode(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "real").mkdir()
    real = place / "real" / "orders.toml"
    real.write_text(CHARGE)
    real.chmod(0o640)
    (place / "spec.toml").symlink_to("real/orders.toml")
    want(call(stage, place, env, "--update", "--spec", "spec.toml", "--", *POST), 3, "body.json.amount = 5001")
    if not (place / "spec.toml").is_symlink() or real.stat().st_mode & 0o777 != 0o640 or "amount = 5001" not in real.read_text():
        raise Wrong(f"{os.listdir(place)} {oct(real.stat().st_mode)}\n{real.read_text()}")


def includes(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "common.toml").write_text(CHARGE)
    main = 'version = 1\ninclude = ["common.toml"]\n\n[[expect]]\nhttp = "GET http://api.stripe.com/v1/last"\n'
    (place / "spec.toml").write_text(main)
    done = call(stage, place, env, "--update", "--spec", "spec.toml", "--", *POST, "--next", "-s", "http://api.stripe.com/v1/last")
    want(done, 3, "common.toml:5  body.json.amount = 5001")
    if "amount = 5001" not in (place / "common.toml").read_text() or (place / "spec.toml").read_text() != main:
        raise Wrong((place / "common.toml").read_text())


def init(stage: Stage, place: Path, env: dict[str, str]) -> None:
    want(call(stage, place, env, "init"), 0, "bigfoot.toml written")
    text = (place / "bigfoot.toml").read_text()
    lint = call(stage, place, env, "lint")
    want(lint, 0, "bigfoot.toml: ok, 0 expectations")
    if lint.stderr:
        raise Wrong(lint.stderr)
    want(call(stage, place, env, "--", "true"), 0)
    want(call(stage, place, env, "init"), 2, "bigfoot.toml is there already, and stays as it is", "bigfoot-run init FILE")
    want(call(stage, place, env, "init", "other.toml"), 0, "bigfoot-run --spec other.toml")
    uncommented = "".join(line[2:] if line.startswith(("# [", "# http", "# headers", "# body", "# reply", "# redis", "# exec", "# stdin", "# order", "# timeout", "# redact", "# default", "# allow")) else line for line in text.splitlines(True))
    (place / "other.toml").write_text(uncommented)
    done = call(stage, place, env, "lint", "other.toml")
    want(done, 0, "ok, 3 expectations")
    if done.stderr:
        raise Wrong(f"what the comments show has something to lint\n{done.stderr}")
    below = place / "a" / "b"
    below.mkdir(parents=True)
    want(call(stage, below, env, "lint"), 0, "../../bigfoot.toml: ok")


def lint_none(stage: Stage, place: Path, env: dict[str, str]) -> None:
    want(call(stage, place, env, "lint"), 2, "no bigfoot.toml here or in a folder above", "bigfoot-run init")


def explains(*topics: str) -> Callable:
    def story(stage: Stage, place: Path, env: dict[str, str]) -> None:
        for topic in topics:
            done = call(stage, place, env, "explain", topic)
            want(done, 0)
            if len(done.stdout.splitlines()) < 5 or done.stderr:
                raise Wrong(f"explain {topic} says little\n{done.stdout}{done.stderr}")
    return story


def lints_json(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "good.json").write_text(json.dumps({"version": 1, "include": ["more.json"], "expect": [{"http": "GET http://a.example/", "headers": "*"}]}))
    (place / "more.json").write_text(json.dumps({"version": 1, "expect": [{"redis": ["GET", "k"], "reply": None}]}))
    want(call(stage, place, env, "lint", "good.json"), 0, "good.json: ok, 2 expectations")
    (place / "bad.json").write_text('{"version": 1,\n "expect": [\n  {"http": "GET http://a.example/", "metod": "GET"}]}\n')
    want(call(stage, place, env, "lint", "bad.json"), 2, "bad.json:3:37: error: unknown key 'metod' in [[expect]]\n", "\n" + " " * 38 + "^")


def taplo(stage: Stage, place: Path, env: dict[str, str], *files: Path) -> subprocess.CompletedProcess:
    (place / "schema.json").write_text(call(stage, place, env, "schema").stdout)
    tool = NPM / ".bin/taplo"
    return subprocess.run([str(tool), "lint", "--schema", f"file://{place}/schema.json", *map(str, files)], cwd=place, env=env, capture_output=True, text=True, timeout=120)


def taplo_accepts(stage: Stage, place: Path, env: dict[str, str]) -> None:
    files = sorted((SOURCES / "examples").glob("*/*.toml"))
    if len(files) < 10:
        raise Wrong(f"only {files}")
    done = taplo(stage, place, env, *files)
    want(done, 0)


def all_specs_accepted(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """What the other cases run with is what lint and the schema have to accept: both tell of nothing that a run would take."""
    groups = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    cases = [(group, case) for group in groups for case in importlib.import_module(f"cases.{group}").CASES if case.spec is not None and case.exit != 2]
    if len(cases) < 1000:
        raise Wrong(f"only {len(cases)} specs")
    files = []
    for number, (group, case) in enumerate(cases):
        files.append(place / f"{group}-{number}.toml")
        files[-1].write_text(re.sub("@[a-z]+@", lambda hole: "4321" if hole[0] == "@port@" else "/x", case.spec))
    want(call(stage, place, env, "lint", *map(str, files)), 0)
    want(taplo(stage, place, env, *files), 0)


MISTAKES = {"an unknown key": ('[[expect]]\nhttp = "GET http://a/"\nbdy = ""\n', "bdy"),
            "a headline without a method": ('[[expect]]\nhttp = "http://a/"\n', "does not match"),
            "a wrong kind": ('[[expect]]\nhttp = "GET http://a/"\ntimes = true\n', "true"),
            "an unknown key of a reply": ('[[expect]]\nhttp = "GET http://a/"\nreply = { statu = 200 }\n', "statu"),
            "a word that is none": ('[settings]\norder = "strikt"\n', "strikt"),
            "an unknown table": ("[seting]\n", "seting")}


def taplo_tells(stage: Stage, place: Path, env: dict[str, str]) -> None:
    for name, (text, says) in MISTAKES.items():
        file = place / "mistake.toml"
        file.write_text("version = 1\n" + text)
        done = taplo(stage, place, env, file)
        if done.returncode == 0 or says not in done.stderr:
            raise Wrong(f"{name}: taplo says {done.returncode}\n{done.stderr}")


PSQL = ["psql", "-qAt", "-c", "SELECT 7", "-c", "SELECT now()", "postgresql://a@db.example:5432/app"]
SESSION = HEAD + """[[expect]]
postgres = "a@db.example/app"
steps = [
  { query = "SELECT $1", params = [0], columns = ["n:int4"], rows = [[7]] },  # keep
  { close = true },
]
"""
STORIES: dict[str, Any] = {
    "update, curl, a value": updates(POST, CHARGE, CHARGE.replace("5000", "5001"), "spec.toml:5  body.json.amount = 5001"),
    "update, curl, line ends of Windows": updates(POST, CHARGE.replace("\n", "\r\n"), CHARGE.replace("5000", "5001").replace("\n", "\r\n")),
    "update, curl, a field": updates(["curl", "-s", "-d", "x=1", CHARGES], HEAD + f'[[expect]]\nhttp = "POST {CHARGES}"\n',
                                     HEAD + f'[[expect]]\nhttp = "POST {CHARGES}"\nheaders = {{ content-type = "application/x-www-form-urlencoded", "*" = "*" }}\nbody = {{ form = {{ x = "1" }} }}\n'),
    "update, python, new calls": updates([PYTHON, "-c", "import urllib.request as r\nfor p in 'ab':\n  r.urlopen('http://api.example.com/' + p).read()"],
                                         HEAD, HEAD + "\n".join(f'[[expect]]\nhttp  = "GET http://api.example.com/{p}"\nbody  = ""\nreply = {{ status = 200, json = {{ }} }}\n' for p in "ab"), rounds=2),
    "update, redis-cli": updates(["redis-cli", "-h", "cache.example", "SET", "k", "new"], HEAD + '[[expect]]\nredis = [ "SET", "k", "old" ]  # keep\n',
                                 HEAD + '[[expect]]\nredis = [ "SET", "k", "new" ]  # keep\n'),
    "update, psql, a step": updates(PSQL, SESSION, SESSION.replace("[0]", "[7]").replace("  { close", '  { query = "SELECT now()" },\n  { close'), rounds=1),
    "update, a secret stays out": updates(["sh", "-c", 'curl -s -H "X-Api-Key: $API_KEY" http://api.example.com/'], HEAD + '[[expect]]\nhttp = "GET http://api.example.com/"\nheaders = { x-api-key = "none" }\n',
                                          HEAD + '[[expect]]\nhttp = "GET http://api.example.com/"\nheaders = { x-api-key = "{{env.API_KEY}}" }\n', env={"API_KEY": "k-1234567890-abcdef"}),
    "update, a JSON spec": updates(POST, json.dumps({"version": 1, "expect": [{"http": f"POST {CHARGES}", "headers": "*", "body": {"json": {"amount": 5000, "id": "{{uuid}}"}}}]}, indent=2),
                                   json.dumps({"version": 1, "expect": [{"http": f"POST {CHARGES}", "headers": "*", "body": {"json": {"amount": 5001, "id": "{{uuid}}"}}}]}, indent=2), name="spec.json"),
    "update, through a link": keeps_link_and_mode,
    "update, an included file": includes,
    "update, a file that is read-only": refuses(lambda path: path.chmod(0o444), POST, "spec.toml  it is read-only: nothing was written"),
    "update, a file that was changed meanwhile": refuses(lambda path: None, ["sh", "-c", 'echo "# more" >> spec.toml; exec "$@"', "sh", *POST], "somebody changed it while the program ran: nothing was written"),
    "update deletes nothing": refuses(lambda path: None, ["true"], "unused: POST", "nothing is deleted"),
    "init": init,
    "lint without a spec": lint_none,
    "lint of JSON": lints_json,
    "explain, topics": explains("noise", "ambient", "protocols", "operators", "holes", "settings", "guard", "tests", "violations", "exit"),
    "explain, protocols": explains("http", "websocket", "postgres", "redis", "smtp", "socket", "exec", "shell", "which", "file", "dns", "log", "mock", "sqlite"),
    "schema, taplo accepts the examples": taplo_accepts,
    "lint and schema accept the specs of all cases": all_specs_accepted,
    "schema, taplo tells mistakes": taplo_tells,
}
CASES = [Case(name, script=story) for name, story in STORIES.items()]
