# tests/e2e/timeline.py - Reads a timeline as another program would, and holds it to outputs.md, "The timeline", in every case.
STATES = {"asserted", "ambient", "allowed", "unexpected", "mismatch", "unasserted", "out-of-order", "out-of-state", "guarded",
          "leaked", "undecoded", "tls-refused", "timeout"}
KINDS = STATES - {"asserted", "ambient", "allowed"} | {"unused"}
COUNTS = ("interactions", "asserted", "ambient", "allowed", "unexpected", "mismatch", "unasserted", "unused", "out_of_order",
          "out_of_state", "guarded", "leaked", "undecoded", "tls_refused")


def shown_call(interaction: dict) -> str:
    """`http mismatch POST http://host/path`, `dns asserted MX example.com`, `socket unexpected tcp://host:1`."""
    request = interaction.get("request", {})
    if interaction["protocol"] == "http" and "url" in request:
        what = f"{request['method']} {request['url']}"
    elif interaction["protocol"] == "dns":
        what = f"{request.get('type', '')} {request.get('name', interaction['target'])}".strip()
    elif interaction["protocol"] == "redis" and "args" in request:
        what = " ".join(word if isinstance(word, str) else "[" + " ".join(word) + "]" for word in request["args"])
    else:
        what = interaction["target"]
    return f"{interaction['protocol']} {interaction['state']} {what}"


def calls(document: dict, all_of_them: bool = False) -> list[str]:
    return [shown_call(call) for call in document["interactions"] if all_of_them or call["state"] != "ambient"]


def check_shape(document: dict, exit_status: int) -> None:
    """What holds for every timeline, whatever the run did."""
    assert document["schema"] == "bigfoot-timeline/1", document.get("schema")
    run, outcome = document["run"], document["outcome"]
    for name in ("command", "cwd", "specs", "started_at", "duration_ms", "version", "kernel", "arch", "seed"):
        assert name in run, f"run has no {name}"
    counts = outcome["counts"]
    for name in COUNTS:
        assert isinstance(counts[name], int), f"counts.{name} is {counts[name]!r}"
    assert outcome["exit_status"] == exit_status, f"outcome.exit_status {outcome['exit_status']}"
    interactions, violations = document["interactions"], document["violations"]
    assert counts["interactions"] == len(interactions), f"{counts['interactions']} counted, {len(interactions)} listed"
    sequence = [call["seq"] for call in interactions]
    assert sequence == sorted(set(sequence)), f"seq is not rising: {sequence[:20]}"
    pids = {process["pid"] for process in document["processes"]}
    for test in document["tests"]:
        assert test["pid"] in pids and test["state"] in ("ended", "skipped"), f"test {test}"
    for call in interactions:
        assert call["state"] in STATES, f"state {call['state']}"
        assert call["pid"] in pids, f"interaction {call['seq']} of pid {call['pid']}, which is not listed"
        assert 0 <= call["t_ms"] <= run["duration_ms"] + 1, f"t_ms {call['t_ms']} of a run of {run['duration_ms']}"
    for state in ("asserted", "ambient", "allowed"):
        listed = sum(call["state"] == state for call in interactions)
        assert counts[state] == listed, f"counts.{state} is {counts[state]}, {listed} listed"
    for violation in violations:
        assert violation["kind"] in KINDS, f"kind {violation['kind']}"
        assert violation["message"], "a violation without a message"
        assert violation.get("interaction") is None or violation["interaction"] in set(sequence), "violation of no interaction"
    if exit_status == 0:
        assert outcome["verdict"] == "pass" and not violations, f"verdict {outcome['verdict']}, {len(violations)} violations"
    if exit_status == 3:
        assert outcome["verdict"] == "fail", f"verdict {outcome['verdict']}"
        assert outcome["child"]["exit_code"] == 0, f"child {outcome['child']}"
