# tests/e2e/long_run.py - Timelines of runs that would take long: thousands of calls of several protocols, processes and test sections, with
# a problem now and then. Source: outputs.md, "The timeline".
import json
from pathlib import Path

SECTIONS = (None, "test_login", "test_checkout", "test_refund[eur]", "test_mail")
KINDS = ("unexpected", "mismatch", "unasserted", "unused", "out_of_order", "out_of_state", "guarded", "leaked", "undecoded", "tls_refused", "timeout")


def ambient(number: int) -> dict:
    return {"connection": None, "protocol": "dns", "op": "query", "target": "dns://10.255.255.53", "state": "ambient", "expectation": None,
            "request": {"name": "api.stripe.com", "type": "A/AAAA"}, "response": {"rcode": "NOERROR", "records": ["198.18.0.1"]}}


def redis(number: int) -> dict:
    return {"protocol": "redis", "op": "command", "target": "tcp://cache:6379", "request": {"server": "cache:6379", "command": "SET", "args": ["SET", f"session:{number}", "x" * 30]},
            "response": {"value": "OK"}}


def postgres(number: int) -> dict:
    return {"protocol": "postgres", "op": "query", "target": "tcp://db:5432", "request": {"sql": "SELECT id, name FROM users WHERE id = $1", "params": [number]},
            "response": {"columns": ["id", "name"], "rows": [[number, "Ann"]]}}


def charge(number: int) -> dict:
    return {"protocol": "http", "op": "request", "target": "https://api.stripe.com:443",
            "request": {"method": "POST", "url": f"https://api.stripe.com/v1/charges?page={number % 9}",
                        "headers": [["content-type", "application/json"], ["authorization", "Bearer {{env.STRIPE_KEY}}"]],
                        "body": {"json": {"amount": 5000, "currency": "usd", "lines": [{"sku": f"A{number}", "note": "</script><b>fragile</b><!-- <script>"}]}}},
            "response": {"status": 200, "headers": [["content-type", "application/json"]], "body": {"json": {"id": f"ch_{number}"}}}}


CALLS = (ambient, redis, postgres, charge, charge)


def write(path: Path, calls: int, problem_every: int, ended: bool = True) -> None:
    """Every call that is the `problem_every`th and an HTTP call is a mismatch: body.amount 5001."""
    counts = {"interactions": calls, "asserted": 0, "ambient": 0, "allowed": 0, **dict.fromkeys(KINDS, 0), "unused": 1}
    with path.open("w") as out:
        def record(kind: str, /, **members: object) -> None:
            out.write(json.dumps({"type": kind, **members}) + "\n")
        record("run", schema="bigfoot-timeline/1", command=["pytest", "-q", "tests"], cwd="/srv/shop", specs=["tests/bigfoot.toml"], started_at="2026-01-02T03:04:05.678Z",
               duration_ms=0, version="0.1.0", kernel="6.1.0", arch="x86_64", seed=1)
        for pid in range(1, 8):
            record("process", pid=pid, host_pid=100 + pid, ppid=min(pid - 1, 1), argv=["/usr/bin/python3", "-m", "worker", f"q{pid}"], exe="/usr/bin/python3",
                   started_ms=1, ended_ms=None, exit_code=None, signal=None)
        for number in range(1, calls + 1):
            call = {"connection": number % 35, "state": "asserted", "expectation": {"id": "charge", "file": "tests/bigfoot.toml", "line": 10 + number % 40}, **CALLS[number % 5](number)}
            section, pid = SECTIONS[number * 5 // (calls + 1)], 1 + number % 7
            problem = number % problem_every == 0 and call["protocol"] == "http"
            if problem:
                call["state"], call["request"]["body"]["json"]["amount"] = "mismatch", 5001
            counts[call["state"]] += 1
            record("interaction", seq=number, t_ms=number * 0.8, duration_ms=0.42, pid=pid, test=section, **call)
            if problem:
                record("violation", kind="mismatch", interaction=number, expectation=call["expectation"], pid=pid, t_ms=number * 0.8, **({"test": section} if section else {}),
                       message=f"POST {call['request']['url']}: 1 field differs", fields=[{"path": "body.amount", "expected": 5000, "actual": 5001}], fields_equal=3,
                       suggestion_verb="accept it", suggestion="body = { json = { amount = 5001 } }")
        record("violation", kind="unused", interaction=None, expectation={"id": None, "file": "tests/bigfoot.toml", "line": 50}, pid=None, t_ms=calls * 0.8,
               message='redis ["SET", "session:abc123", …] never happened', fields=[], fields_equal=0)
        if ended:
            record("outcome", duration_ms=calls * 0.8 + 5, verdict="fail", exit_status=3, child={"exit_code": 0, "signal": None}, expectations={"met": 6, "of": 9}, counts=counts)
