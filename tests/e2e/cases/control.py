# tests/e2e/cases/control.py - $BIGFOOT_CTL: tests that say who they are, processes that are selected by their command line, entries
# that are added while the program runs, named mocks. Source: spec-format.md, 4.10 and 4.11.
import json
import re

from harness import ANY, Case, Wrong

PYTHON = "/usr/bin/python3"


def spec(*parts: str) -> str:
    return "version = 1\n\n[defaults.http]\nheaders = \"*\"\n\n" + "\n".join(parts)


def get(path: str, reply: str, table: str = "expect", more: str = "") -> str:
    return f'[[{table}]]\nhttp = "GET http://api.test/{path}"\n{more}reply = {{ text = "{reply}\\n" }}\n'


def test(name: str, *entries: str, more: str = "") -> str:
    return f'[[test]]\nname = "{name}"\n{more}' + "".join(entries)


def own(path: str, reply: str, more: str = "") -> str:
    return get(path, reply, "test.expect", more)


def shell(*lines: str) -> list[str]:
    return ["sh", "-c", "\n".join(lines)]


def say(line: str) -> str:
    return f"echo '{line}' > \"$BIGFOOT_CTL\""


def ask(*lines: str) -> str:
    """A Python program that writes each line and prints its answer."""
    return "\n".join(['import json, os', 'ctl = open(os.environ["BIGFOOT_CTL"], "r+b", buffering=0)',
                      'def ask(line):', '    ctl.write(line.encode() + b"\\n")', '    answer = b""',
                      '    while not answer.endswith(b"\\n"): answer += ctl.read(65536)', '    return json.loads(answer)',
                      *lines])


def python(*lines: str) -> list[str]:
    return [PYTHON, "-c", ask(*lines)]


CURL = "curl -sS http://api.test/"
FETCH = ["import urllib.request", "def get(path): return urllib.request.urlopen('http://api.test/' + path).read().decode()"]
TWO = spec(test("one", own("x", "1")), test("two", own("x", "2")))

FORK_WORKERS = [
    "import threading, sys",
    "def worker(name, rounds):",
    "    for n in range(rounds):",
    "        open(os.environ['BIGFOOT_CTL'], 'w').write('begin ' + name + '\\n')",
    "        assert get('x') == name + '\\n', name",
    "        answer = ask('end ' + name)",
    "        assert answer['verdict'] == 'pass' and answer['interactions'] > 0, answer",
    "children = []",
    "for name in ('1', '2', '3', '4'):",
    "    child = os.fork()",
    "    if child == 0:",
    "        ctl = open(os.environ['BIGFOOT_CTL'], 'r+b', buffering=0)",
    "        worker(name, 25)",
    "        os._exit(0)",
    "    children.append(child)",
    "sys.exit(any(os.waitpid(child, 0)[1] for child in children))",
]


def tests_of(expected: dict[int, str]):
    """The tests that calls which are not ambient were made in, by their place among those."""
    def check(timeline: dict) -> None:
        got = [call["test"] for call in timeline["interactions"] if call["state"] != "ambient"]
        for place, test in expected.items():
            if (got[place] or "") != test:
                raise Wrong(f"call {place} is of test {got[place]!r}, not {test!r}: {got}")
    return check


def violations_of(expected: list[tuple[str, str]]):
    def check(timeline: dict) -> None:
        got = [(violation["kind"], violation.get("test", "")) for violation in timeline["violations"]]
        if got != expected:
            raise Wrong(f"violations {got}, not {expected}")
    return check


CASES = [
    Case("lines alone are enough", shell(say("begin one"), CURL + "x", say("end one"), say("begin two"), CURL + "x", say("end two")), TWO,
         stdout="1\n2\n", check=tests_of({0: "one", 1: "two"})),
    Case("the end needs no name, and no end is needed", shell(say("begin one"), CURL + "x", say("end"), say("begin two"), CURL + "x"), TWO,
         stdout="1\n2\n", check=tests_of({0: "one", 1: "two"})),
    Case("a line without its end counts where the writer closes", shell('printf "begin one" > "$BIGFOOT_CTL"', CURL + "x", say("begin two"), CURL + "x"), TWO,
         stdout="1\n2\n"),
    Case("a descriptor that stays open", shell('exec 3<>"$BIGFOOT_CTL"', "echo begin one >&3", "read -r line <&3", "echo \"$line\"", CURL + "x", "echo end >&3", "read -r line <&3",
                                               "echo begin two >&3", "read -r line <&3", CURL + "x"), TWO, stdout='{"test":"one","state":"open"}\n1\n2\n'),
    Case("children are of the test, also in the background", shell(say("begin one"), f"(sleep 0.05; {CURL}x) &", "wait", say("end one"), say("begin two"), f"sh -c '{CURL}x'"), TWO,
         stdout="1\n2\n", check=tests_of({0: "one", 1: "two"})),
    Case("each time has entries of its own", shell(*[line for _ in range(3) for line in (say("begin one"), CURL + "x", say("end one"))]),
         spec(test("o*", own("x", "1"))), stdout="1\n1\n1\n"),
    Case("calls outside of tests have the run's entries", shell(CURL + "token", say("begin one"), CURL + "token", CURL + "x", say("end one"), CURL + "token"),
         spec(get("token", "T", more='times = "1.."\n'), test("one", own("x", "1"))), stdout="T\nT\n1\nT\n", check=tests_of({0: "", 1: "one", 2: "one", 3: ""})),
    Case("the verdict of a green test", python(*FETCH, "ask('begin one')", "get('x')", "print(json.dumps(ask('end one')))"), spec(test("one", own("x", "1"))),
         stdout='{"test": "one", "state": "ended", "verdict": "pass", "interactions": 2, "violations": [], "report": ""}\n'),
    Case("the verdict of a test that leaves something out",
         python(*FETCH, "ask('begin one')", "print(get('x'), end='')", "end = ask('end one')", "print(end['verdict'], [v['message'] for v in end['violations']])",
                "print(end['report'], end='')", "ask('begin two')", "print(get('x'), end='')", "print(ask('end two')['verdict'])"),
         spec(test("one", own("x", "1"), own("y", "1")), test("two", own("x", "2"))), exit=3, check=violations_of([("unused", "one")]),
         stdout="1\nfail ['GET http://api.test/y never happened']\nbigfoot-run: 1 problem · 2 interactions (1 ambient)\n\n".replace(" (1 ambient)", "")
                + "UNUSED  spec.toml:11 GET http://api.test/y never happened    in one\n2\npass\n", report=ANY),
    Case("what a test does not expect is told with entries of a test",
         shell(say("begin one"), CURL + "other > /dev/null", say("end one")), spec(test("one", own("x", "1", 'required = false\n'))), exit=3, check=violations_of([("unexpected", "one")]),
         report="""\
bigfoot-run: 1 problem · 1 of 1 expectations met · 2 interactions (1 ambient)

UNEXPECTED  #2  GET http://api.test/other    in one · curl -sS http://api.test/other pid 2 · t+N ms · answered 501
   nearest: spec.toml:8 GET http://api.test/x   path differs: /other instead of /x
   add:
     [[test.expect]]
     http  = "GET http://api.test/other"
     body  = ""
     reply = { status = 200, json = { } }
"""),
    Case("an entry of another test is named", shell(say("begin one"), CURL + "y > /dev/null"), spec(test("one"), test("two", own("y", "2"), more="required = false\n")), exit=3,
         has=("nearest: spec.toml:12 GET http://api.test/y   of test 'two', and this call was made outside of it",)),
    Case("a test that the spec does not know", shell(say("begin new"), CURL + "x > /dev/null"), spec(), exit=3,
         has=('     [[test]]\n     name = "new"\n\n     [[test.expect]]\n     http  = "GET http://api.test/x"\n',)),
    Case("a test that never begins", shell(say("begin two"), CURL + "x"), TWO, exit=3, stdout="2\n",
         report="""\
bigfoot-run: 1 problem · 1 of 2 expectations met · 2 interactions (1 ambient)

UNUSED  spec.toml:6 test 'one' never began: its 1 expectation was not asked for
   nothing wrote `begin one` to $BIGFOOT_CTL
   if it need not run each time, add:  required = false
"""),
    Case("a test that need not begin", shell(say("begin two"), CURL + "x"), spec(test("one", own("x", "1"), more="required = false\n"), test("two", own("x", "2"))), stdout="2\n"),
    Case("parallel workers stay apart", python(*FETCH, *FORK_WORKERS), spec(*[test(str(n), own("x", str(n))) for n in (1, 2, 3, 4)])),
    Case("a worker below a test has its own", shell(say("begin suite"), f"sh -c 'echo begin one > $BIGFOOT_CTL; {CURL}x; {CURL}s'", CURL + "s"),
         spec(test("suite", own("s", "S", "times = 2\n")), test("one", own("x", "1"))), stdout="1\nS\nS\n", check=tests_of({0: "one", 1: "one", 2: "suite"})),
    Case("a process is selected by its command line", shell(f"sh -c '{CURL}x; true' login_test", f"sh -c '{CURL}x; true' cart_test"),
         spec(f'[[test]]\nargv = "sh -c curl* login_test"\n' + own("x", "L"), f'[[test]]\nname = "cart"\nargv = "sh -c curl* cart_test"\n' + own("x", "C")),
         stdout="L\nC\n", check=tests_of({0: "sh -c curl* login_test", 1: "cart"})),
    Case("a process that a test left behind", shell(say("begin one"), f"({CURL}x; touch done; until [ -e ended ]; do sleep 0.02; done; {CURL}late > /dev/null) &",
                                                           "until [ -e done ]; do sleep 0.02; done", say("end one"), "sleep 0.1; touch ended; wait"), spec(test("one", own("x", "1"))), exit=3, stdout="1\n",
         has=("LEAKED  #4  GET http://api.test/late", "test 'one' started this process, and had ended when it made the call")),
    Case("log lines are of the test in which they were written",
         shell(*[line for name in ("one", "two") for line in (say(f"begin {name}"), f'echo "INFO app: {name}" >&2', say(f"end {name}"))] * 3),
         "version = 1\n[channels.app]\nfrom = \"stderr\"\nformat = \"{level} {logger}: {message}\"\nstrict = true\n"
         + "".join(f'[[test]]\nname = "{name}"\n[[test.expect]]\nlog = "app"\nlevel = "INFO"\nlogger = "app"\nmessage = "{name}"\n' for name in ("one", "two")),
         report="INFO app: one\nINFO app: two\n" * 3),
    Case("bytes that nobody answers are of the test that sent them",
         python("import socket", "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)", "s.connect(('127.0.0.1', 8125))",
                "for n in range(20):", "    ask('begin t')", "    s.send(b'n:%d|c' % n)", "    answer = ask('end t')", "    assert answer['verdict'] == 'pass', answer"),
         "version = 1\n[[test]]\nname = \"t\"\n[[test.expect]]\nsocket = \"udp://127.0.0.1:8125\"\nsteps = [ { send = \"n:{{int}}|c\" } ]\n"),
    Case("names that a test binds are its own",
         python(*FETCH, "for n in (1, 2):", "    ask('begin t')", "    get(f'orders/{n}')", "    print(get(f'again/{n}'), end='')", "    assert ask('end t')['verdict'] == 'pass'"),
         spec(test("t", own("orders/{{id:int}}", "ok"), own("again/{{id}}", "{{id}}"))), stdout="1\n2\n"),

    # Named mocks.
    Case("a named mock", python("print(json.dumps(ask(json.dumps({'call': 'Pay.charge', 'args': [42], 'kwargs': {'order': 7}}))))",
                                "print(json.dumps(ask(json.dumps({'call': 'Pay.charge', 'args': [43]}))))", "print(json.dumps(ask(json.dumps({'call': 'Pay.charge'}))))"),
         'version = 1\n[[expect]]\nmock = "Pay.charge"\nargs = [42]\nkwargs = { order = "{{int:order}}" }\nreply = { value = { ok = true, order = "{{order}}" } }\n'
         '[[expect]]\nmock = "Pay.charge"\nargs = ["{{int}}"]\nreply = { error = { type = "IOError", message = "unavailable" }, delay = "20ms" }\n'
         '[[expect]]\nmock = "Pay.charge"\npass_through = true\n',
         stdout='{"value": {"ok": true, "order": 7}}\n{"error": {"type": "IOError", "message": "unavailable"}}\n{"real": true}\n',
         calls=["mock asserted Pay.charge"] * 3),
    Case("a mock that is called with something else", python("print(ask(json.dumps({'call': 'Pay.charge', 'args': [43], 'kwargs': {'fast': True}})))"),
         'version = 1\n[[expect]]\nmock = "Pay.charge"\nargs = [42]\nreply = { value = 1 }\n', exit=3, stdout="{'value': 1}\n",
         report="""\
bigfoot-run: 2 problems · 0 of 1 expectations met · 1 interaction

MISMATCH  #1  mock Pay.charge                           python3 -c … pid 1 · t+N ms
   spec.toml:2
     args[0]   expected 42    got 43
   accept it:  args = [43]

UNASSERTED  #1  mock Pay.charge: kwargs not asserted    python3 -c … pid 1 · t+N ms
   spec.toml:2
     kwargs   expected (not mentioned)    got {"fast":true}
   add:  kwargs = { fast = true }
"""),
    Case("a mock that nothing names", python("print(ask(json.dumps({'call': 'Pay.refund', 'args': [1]}))['error']['type'])"), "version = 1\n", exit=3, stdout="UnmockedInteractionError\n",
         has=('     mock  = "Pay.refund"\n     args  = [1]\n     reply = { value = "" }\n',)),

    # Entries that are added while the program runs.
    Case("an entry is added", python(*FETCH, "print(ask('expect http = \"GET http://new.test/x\", headers = \"*\", reply = { text = \"new\" }'))",
                                     "print(urllib.request.urlopen('http://new.test/x').read().decode())"), "version = 1\n", stdout="{'added': 'GET http://new.test/x'}\nnew\n"),
    Case("an entry that is added is asserted", python("ask('expect { redis = [\"GET\", \"a\"], reply = \"1\" }')"), "version = 1\n", exit=3,
         has=('UNUSED  $BIGFOOT_CTL:2 redis ["GET", "a"] never happened',)),
    Case("an entry that is wrong", python("print(ask('expect htp = \"GET http://x/\"')['error']['message'])"), "version = 1\n",
         stdout=re.compile(r"\$BIGFOOT_CTL:2:\d+: error: no headline in .*did you mean 'http'\?\n\n", re.S), report=ANY),
    Case("an entry that must be known before", python("print(ask('expect exec = [\"git\"], stdin = \"\"')['error']['message'])"), "version = 1\n",
         stdout="`exec` entries cannot be added while the program runs: write it into the spec\n", report=ANY),

    # What is wrong is said to the writer, and to the user.
    Case("a word that means nothing", shell(say("start one")), "version = 1\n",
         report="bigfoot-run: warning: sh pid 1 wrote to $BIGFOOT_CTL: 'start' is nothing that $BIGFOOT_CTL knows: begin NAME, end NAME, skip NAME, status, expect KEY = VALUE, ..., or "
                '{"call": "Object.method", "args": [...]}\n'),
    Case("an end without its beginning", python("print(ask('end one')['error'])"), "version = 1\n",
         stdout="{'type': 'ControlError', 'message': '`end one`, but this process is in no such test; open are: none'}\n", report=ANY),
    Case("a beginning twice", python("ask('begin one')", "print(ask('begin one')['error']['message'])"), "version = 1\n",
         stdout="test 'one' has begun already and not ended: end one\n", report=ANY),
    Case("a call of nothing", python("for call in ('5', '\"\"'): print(ask('{\"call\": ' + call + '}')['error']['message'])"), "version = 1\n", report=ANY,
         stdout='a JSON line is a call: {"call": "Object.method", "args": [...], "kwargs": {...}}\n' * 2),
    Case("a line that is no JSON", python("print(ask('{\"call\": ')['error']['message'])"), "version = 1\n", stdout="this line is not JSON: wrong at byte 8: {\"call\":\n", report=ANY),
    Case("counts so far", python(*FETCH, "ask('begin one')", "get('x')", "status = ask('status')", "print(status['open'], status['counts']['asserted'], status['counts']['unexpected'])"),
         spec(test("one", own("x", "1"))), stdout="['one'] 1 0\n"),
    Case("a writer that never reads", python("for n in range(20000): ctl.write(b'status\\n')"), "version = 1\n"),
]
