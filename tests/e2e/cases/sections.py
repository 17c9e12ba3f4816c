# tests/e2e/cases/sections.py - Tests within a run, and named mocks, through the clients of clients/ and the test frameworks that
# they are for. The same shop in each: its tests read one URL and get a reply of their own each, so that tests which do not stay
# apart read each other's; one pays by a named mock. SHOP=mismatch makes the first reader ask for another URL, SHOP=unused the payer not pay.
import re
import subprocess

from harness import ANY, GO, Case, Wrong, shown

PYTHON = "/usr/bin/python3"
MOCHA = "@npm@/.bin/mocha"


def reads(test: str, *replies: str) -> str:
    return f'[[test]]\nname = "{test}"\n' + "".join(
        f'[[test.expect]]\nhttp = "GET http://shop.example.com/who"\nheaders = "*"\nreply = {{ text = "{reply}" }}\n' for reply in replies)


def pays(test: str, args: str = '[42, "eur"]', kwargs: str = "kwargs = { order_id = 42 }\n", spy: bool = True) -> str:
    real = '[[test.expect]]\nmock = "Till.charge"\nargs = [2]\npass_through = true\n' if spy else ""
    return (f'[[test]]\nname = "{test}"\n[[test.expect]]\nmock = "Till.charge"\nargs = {args}\n{kwargs}reply = {{ value = {{ status = "ok" }} }}\n'
            '[[test.expect]]\nmock = "Till.charge"\nargs = [1]\nreply = { error = { type = "ValueError", message = "too \\"little\\"" } }\n' + real)


def skipped(*tests: str) -> str:
    return "".join(f'[[test]]\nname = "{test}"\n[[test.expect]]\nhttp = "GET http://shop.example.com/never"\n' for test in tests)


def spec(*tests: str) -> str:
    return "version = 1\n" + "".join(tests)


def said(*parts: str) -> re.Pattern:
    """Standard output with these parts, in this order."""
    return re.compile(".*" + ".*".join(re.escape(part) for part in parts) + ".*", re.S)


MISMATCH = ("MISMATCH", "GET http://shop.example.com/who?x=1", 'expected ""    got "x=1"')
UNUSED = ("UNUSED", "mock Till.charge")


def shop(name: str, command: list[str], spec: str, green: tuple[str, ...], mismatch: tuple[str, ...], unused: tuple[str, ...], asserted: int,
         mismatch_told: int = 1, **more) -> list[Case]:
    """Three rows: green, red by a mismatch in one test, red by what one test left unused. `mismatch` and `unused` are what stdout says then."""
    env = more.pop("env", {})
    return [
        Case(name, command, spec, stdout=said(*green), report=more.pop("report", ""), counts={"asserted": asserted}, env=env, **more),
        Case(f"{name}, a mismatch fails its test alone", command, spec, exit=1, stdout=said(*mismatch), has=MISMATCH, lacks=("UNUSED", "UNEXPECTED"),
             counts={"mismatch": 1, "unused": 0}, env={**env, "SHOP": "mismatch"}, **more),
        Case(f"{name}, what is unused fails its test alone", command, spec, exit=1, stdout=said(*unused), has=UNUSED, lacks=("MISMATCH",),
             counts={"mismatch": 0, "unexpected": 0}, env={**env, "SHOP": "unused"}, **more),
    ]


# Python.
PYTEST_SHOP = '''
import asyncio, os, unittest, urllib.request
import bigfoot_run, pytest
HOW = os.environ.get("SHOP")
def read(query=""): return urllib.request.urlopen("http://shop.example.com/who" + query).read().decode()

@pytest.fixture
def visit():
    assert read() == "before"
    yield
    assert read() == "after"

@pytest.mark.parametrize("who", ["ann", "bob", "eve", "joe", "kim", "lea"])
def test_reads(who): assert read("?x=1" if HOW == "mismatch" and who == "ann" else "") == who

def test_visits(visit): assert read() == "within"

class Till:
    def charge(self, amount): return amount * 100

class TestTill(unittest.TestCase):
    def test_pays(self):
        if HOW == "unused": return
        till = bigfoot_run.spy("Till", Till())
        assert till.charge(42, "eur", order_id=42) == {"status": "ok"}
        with self.assertRaisesRegex(ValueError, 'too "little"'): till.charge(1)
        assert till.charge(2) == 200

@pytest.mark.asyncio
async def test_waits(): assert await asyncio.to_thread(read) == "later"

def test_skips_itself(): pytest.skip("no time")
@pytest.mark.skip
def test_is_skipped(): pass
@pytest.mark.xfail
def test_fails_as_expected(): assert False
'''
PYTEST = [PYTHON, "-m", "pytest", "-q", "-p", "bigfoot_pytest", "-p", "no:cacheprovider", "shop_test.py"]
PYTEST_SPEC = spec(*(reads(f"test_reads[{who}]", who) for who in ("ann", "bob", "eve", "joe", "kim", "lea")), reads("test_visits", "before", "within", "after"),
                   pays("test_pays"), reads("test_waits", "later"), skipped("test_skips_itself", "test_is_skipped", "test_fails_as_expected"))
PYTEST_MORE = {"env": {"PYTHONPATH": "@sources@/clients/python"}, "files": {"shop_test.py": PYTEST_SHOP}, "timeout": 300}
PYTEST_GREEN = "9 passed, 2 skipped, 1 xfailed"
PYTEST_RED = "1 failed, 8 passed, 2 skipped, 1 xfailed"
READS_ANN = ("___ test_reads[ann] ___", "MISMATCH", 'expected ""    got "x=1"', "accept it:", "FAILED shop_test.py::test_reads[ann]", PYTEST_RED)
NEVER_PAYS = ("___ TestTill.test_pays ___", "UNUSED", "Till.charge", "FAILED shop_test.py::TestTill::test_pays", PYTEST_RED)
PYTHONS = [
    *shop("pytest", PYTEST, PYTEST_SPEC, (PYTEST_GREEN,), READS_ANN, NEVER_PAYS, 13, **PYTEST_MORE),
    *shop("pytest-xdist", [*PYTEST, "-n", "4"], PYTEST_SPEC, (PYTEST_GREEN,), READS_ANN, NEVER_PAYS, 13, **PYTEST_MORE),
    Case("pytest: a test's own failure stays, with the report below it", PYTEST, spec(reads("test_own", "ann")), exit=1,
         files={"shop_test.py": "def test_own(): assert 1 == 2\ndef test_other(): pass\n"}, env=PYTEST_MORE["env"],
         stdout=said("assert 1 == 2", "-- bigfoot-run --", "UNUSED", "1 failed, 1 passed"), has=("UNUSED",)),
    Case("pytest without the plugin: each section is missed", [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "shop_test.py"], spec(reads("test_one", "ann")), exit=3,
         files={"shop_test.py": "def test_one(): pass\n"}, stdout=ANY, has=("test 'test_one' never began", "nothing wrote `begin test_one` to $BIGFOOT_CTL")),
    Case("Python without a framework", [PYTHON, "-c", "import bigfoot_run as b\ntry:\n  with b.section('one'): pass\nexcept AssertionError as e: print(e)"],
         spec(reads("one", "ann")), exit=3, env=PYTEST_MORE["env"], stdout=said("UNUSED", "never happened"), has=("UNUSED",)),
    Case("Python: an unexpected call of a mock", [PYTHON, "-c", "import bigfoot_run as b\ntry: b.mock('Till').refund(1)\nexcept b.UnmockedInteractionError as e: print(e)"],
         spec(), exit=3, env=PYTEST_MORE["env"], stdout=said("bigfoot: "), has=("UNEXPECTED", "Till.refund"), counts={"unexpected": 1}),
]

# GoogleTest.
GTEST_SPEC = spec(*(reads(f"All/Shop.Reads/{who}", who, "after") for who in ("ann", "bob", "eve")), pays("Till.Pays"), skipped("Till.Skipped"))
GOOGLE = shop("GoogleTest", ["@built@/shop_gtest"], GTEST_SPEC, ("[  PASSED  ] 4 tests.", "[  SKIPPED ] 1 test"),
              ("MISMATCH", "accept it:", "[  FAILED  ] All/Shop.Reads/ann", "[  PASSED  ] 3 tests.", "[  FAILED  ] 1 test"),
              ("UNUSED", "[  FAILED  ] Till.Pays", "[  PASSED  ] 3 tests.", "[  FAILED  ] 1 test"), 9)

# Node.
NODE_SHOP = '''
import assert from 'node:assert'
import { spy } from '@sources@/clients/node/bigfoot-run.mjs'
const read = async (query = '') => (await fetch('http://shop.example.com/who' + query)).text()
export default (suite, test, beforeEach, half) => {
  beforeEach(async () => assert.equal(await read(), 'before'))
  suite('reads', () => { for (const who of ['ann', 'bob']) test(who + half, async () => assert.equal(await read(process.env.SHOP === 'mismatch' && who + half === 'ann1' ? '?x=1' : ''), who + half)) })
  test('pays' + half, async () => {
    if (process.env.SHOP === 'unused' && half === 1) return
    const till = spy('Till', { charge: (amount) => amount * 100 })
    assert.deepEqual(till.charge(42, 'eur'), { status: 'ok' })
    assert.throws(() => till.charge(1), { name: 'ValueError', message: 'too "little"' })
    assert.equal(till.charge(2), 200)
  })
}
'''
NODE_HALF = "import { beforeEach, describe, test } from 'node:test'\nimport shop from './shop.mjs'\ndescribe('shop', () => {\n  shop(describe, test, beforeEach, %d)\n" \
            "  test('skips itself%d', (t) => t.skip())\n})\n"
MOCHA_HALF = "import shop from '../shop.mjs'\ndescribe('shop', () => {\n  shop(describe, it, beforeEach, %d)\n" \
             "  it('skips itself%d', function () { this.skip() })\n})\n"


def node_spec(between: str) -> str:
    return spec(*(reads(f"shop{between}reads{between}{who}{half}", "before", f"{who}{half}") for who in ("ann", "bob") for half in (1, 2)),
                *(paying.replace("[[test.expect]]", '[[test.expect]]\nhttp = "GET http://shop.example.com/who"\nheaders = "*"\nreply = { text = "before" }\n[[test.expect]]', 1)
                  for paying in (pays(f"shop{between}pays{half}", kwargs="") for half in (1, 2))),
                *(reads(f"shop{between}skips itself{half}", "before") for half in (1, 2)))


NODE_MORE = {"files": {"shop.mjs": NODE_SHOP, "1.test.mjs": NODE_HALF % (1, 1), "2.test.mjs": NODE_HALF % (2, 2), "spec/1.mjs": MOCHA_HALF % (1, 1), "spec/2.mjs": MOCHA_HALF % (2, 2)},
             "timeout": 300}
MOCHAS = [MOCHA, "--timeout", "60000", "--require", "@sources@/clients/node/mocha.mjs", "spec"]
NODES = [
    *shop("node --test, two files", ["node", "--import", "@sources@/clients/node/register.mjs", "--test", "--test-reporter=tap", "1.test.mjs", "2.test.mjs"], node_spec(" > "),
          ("# pass 6", "# fail 0", "# skipped 2"), ("not ok", "- ann1", "MISMATCH", "accept it:"), ("not ok", "- pays1", "UNUSED"), 18, **NODE_MORE),
    *shop("mocha", MOCHAS, node_spec(" "), ("6 passing", "2 pending"), ("5 passing", "1 failing", "MISMATCH", "accept it:"), ("5 passing", "1 failing", "UNUSED"), 18, **NODE_MORE),
    *shop("mocha --parallel", [*MOCHAS, "--parallel", "--jobs", "2"], node_spec(" "), ("6 passing", "2 pending"), ("5 passing", "1 failing", "MISMATCH", "accept it:"),
          ("5 passing", "1 failing", "UNUSED"), 18, **NODE_MORE),
]

# Go: two packages, built and run at the same time.
GO_SHOP = '''package %s

import (
	"errors"
	"io"
	"net/http"
	"os"
	"testing"

	"bigfoot-run/bigfoot"
)

func read(t *testing.T, query string) string {
	answer, err := http.Get("http://shop.example.com/who" + query)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return string(text)
}

func TestReads%s(t *testing.T) {
	for _, who := range []string{"ann", "bob", "eve"} {
		who := who
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			bigfoot.Section(t)
			query := ""
			if os.Getenv("SHOP") == "mismatch" && t.Name() == "TestReadsOne/ann" {
				query = "?x=1"
			}
			if got := read(t, query); got != t.Name() {
				t.Errorf("got %%s", got)
			}
		})
	}
}

func TestPays%s(t *testing.T) {
	bigfoot.Section(t)
	if os.Getenv("SHOP") == "unused" && t.Name() == "TestPaysOne" {
		return
	}
	var paid struct{ Status string }
	if err := bigfoot.Call("Till.charge", &paid, map[string]any{"order_id": 42}, 42, "eur"); err != nil || paid.Status != "ok" {
		t.Error(err, paid)
	}
	if err := bigfoot.Call("Till.charge", nil, nil, 1); err == nil || err.Error() != `ValueError: too "little"` {
		t.Error(err)
	}
	if err := bigfoot.Call("Till.charge", nil, nil, 2); !errors.Is(err, bigfoot.ErrReal) {
		t.Error(err)
	}
}

func TestSkips%s(t *testing.T) {
	bigfoot.Section(t)
	t.Skip()
}
'''
GO_FILES = {"go.mod": "module shop\n\ngo 1.18\n\nrequire bigfoot-run/bigfoot v0.0.0\n\nreplace bigfoot-run/bigfoot => @sources@/clients/go\n",
            **{f"{package}/shop_test.go": GO_SHOP % (package, *[package.title()] * 3) for package in ("one", "two")}}
GO_SPEC = spec(*(reads(f"TestReads{package}/{who}", f"TestReads{package}/{who}") for package in ("One", "Two") for who in ("ann", "bob", "eve")),
               *(pays(f"TestPays{package}") for package in ("One", "Two")), skipped("TestSkipsOne", "TestSkipsTwo"))
GOS = shop("go test of two packages", ["go", "test", "-count=1", "-vet=off", "-p", "2", "./..."], GO_SPEC, ("ok", "shop/one", "ok", "shop/two"),
          ("--- FAIL: TestReadsOne/ann", "MISMATCH", "accept it:", "FAIL\tshop/one", "ok", "shop/two"), ("--- FAIL: TestPaysOne", "UNUSED", "FAIL\tshop/one", "ok", "shop/two"), 12,
          files=GO_FILES, env=GO, timeout=300)

# Shells.
SH_SHOP = '''
. @sources@/clients/shell/bigfoot.sh
failed=0
read_shop() { curl -sS "http://shop.example.com/who$1"; }
check() { [ "$1" = "$2" ] || { echo "got $1"; failed=1; }; }
for who in ann bob; do
  bigfoot_begin "reads $who"
  query=; if [ "${SHOP-}$who" = mismatchann ]; then query='?x=1'; fi
  check "$(read_shop "$query")" $who
  bigfoot_end || { echo "FAILED reads $who"; failed=1; }
done
bigfoot_begin pays
if [ "${SHOP-}" != unused ]; then
  check "$(bigfoot_call Till.charge '[42, "eur"]' '{"order_id": 42}')" '{"status":"ok"}'
  check "$(bigfoot_call Till.charge '[1]' 2>&1)" 'too "little"'
  bigfoot_call Till.charge '[2]'; check $? 2
fi
bigfoot_end pays || { echo "FAILED pays"; failed=1; }
bigfoot_skip skips
echo over; exit $failed
'''
BATS_SHOP = '''
setup() { . @sources@/clients/shell/bigfoot.sh; bigfoot_begin "$BATS_TEST_DESCRIPTION"; }
teardown() { if [ -n "${BATS_TEST_SKIPPED-}" ]; then bigfoot_skip "$BATS_TEST_DESCRIPTION"; else bigfoot_end "$BATS_TEST_DESCRIPTION"; fi; }
read_shop() { query=; if [ "${SHOP-}$1" = mismatchann ]; then query='?x=1'; fi; run curl -sS "http://shop.example.com/who$query"; [ "$output" = "$1" ]; }
@test "reads ann" { read_shop ann; }
@test "reads bob" { read_shop bob; }
@test "pays" {
  if [ "${SHOP-}" = unused ]; then return; fi
  run bigfoot_call Till.charge '[42, "eur"]' '{"order_id": 42}'
  [ "$output" = '{"status":"ok"}' ]
  run bigfoot_call Till.charge '[1]'
  [ "$status" = 1 ] && [ "$output" = 'too "little"' ]
  run bigfoot_call Till.charge '[2]'
  [ "$status" = 2 ]
}
@test "skips" { skip; }
'''
SHELL_SPEC = spec(reads("reads ann", "ann"), reads("reads bob", "bob"), pays("pays"), skipped("skips"))
SHELLS = [case for shell in ("dash", "bash") for case in shop(shell, [shell, "shop.sh"], SHELL_SPEC, ("over",), ("FAILED reads ann\nover",), ("FAILED pays\nover",), 5,
                                                              files={"shop.sh": SH_SHOP})]
BATS = [case for name, jobs in (("bats", []), ("bats --jobs 4", ["--jobs", "4"])) for case in shop(
    name, ["bats", "--tap", *jobs, "shop.bats"], SHELL_SPEC, ("ok 1 reads ann", "ok 2 reads bob", "ok 3 pays", "ok 4 skips # skip"),
    ("not ok 1 reads ann", "MISMATCH", "ok 2 reads bob", "ok 3 pays"), ("ok 1 reads ann", "ok 2 reads bob", "not ok 3 pays", "UNUSED"), 5, files={"shop.bats": BATS_SHOP})]

# An entry that the test itself adds.
ENTRY = 'http = "GET http://shop.example.com/new", reply = { text = "new" }'
EXPECTS = [
    Case("Python adds an entry", [PYTHON, "-c", f"import bigfoot_run as b, urllib.request as u\nwith b.section('one'):\n  print(b.expect('{ENTRY}'))\n"
                                                "  print(u.urlopen('http://shop.example.com/new').read())\nprint(b.status()['open'])"],
         spec(), env=PYTEST_MORE["env"], stdout="GET http://shop.example.com/new\nb'new'\n[]\n", counts={"asserted": 1}),
    Case("Node adds an entry", ["node", "--input-type=module", "-e", f"import * as b from '@sources@/clients/node/bigfoot-run.mjs'; b.begin('one'); console.log(b.expect('{ENTRY}'));"
                                "console.log(await (await fetch('http://shop.example.com/new')).text()); b.check(b.end())"],
         spec(), stdout="GET http://shop.example.com/new\nnew\n", counts={"asserted": 1}),
    Case("a shell adds an entry", ["dash", "-c", f". @sources@/clients/shell/bigfoot.sh; bigfoot_begin one; bigfoot_expect '{ENTRY}'; curl -sS http://shop.example.com/new; bigfoot_end"],
         spec(), stdout="new", counts={"asserted": 1}),
    Case("a shell adds an entry that is none", ["dash", "-c", ". @sources@/clients/shell/bigfoot.sh; bigfoot_expect 'htp = 1' 2> said; echo $?; grep -c htp said"], spec(), stdout=re.compile("1\n[1-9]\n"),
         has=("warning", "htp")),
    Case("what goes wrong in a test that is skipped is told", ["dash", "-c", ". @sources@/clients/shell/bigfoot.sh; bigfoot_begin one; curl -sS http://shop.example.com/new > /dev/null; "
                                                               "bigfoot_skip one 2> said; echo $?; grep -c UNEXPECTED said"], spec(skipped("one")), exit=3, stdout="1\n1\n",
         has=("UNEXPECTED",), lacks=("UNUSED",)),
]

# Without any change to the tests: by the command line of a process.
JOBS = "for who in ann bob eve joe; do sh job.sh $who & done; wait"
BY_ARGV = "".join(reads("x", who).replace('name = "x"', f'argv = "sh job.sh {who}"') for who in ("ann", "bob", "eve", "joe"))
ARGV = [
    Case("sections by argv, at the same time", ["sh", "-c", JOBS], spec(BY_ARGV), counts={"asserted": 4}, stdout=ANY,
         files={"job.sh": '[ "$(curl -sS http://shop.example.com/who)" = "$1" ] || echo "$1 got another reply" >&2\n'}),
    Case("sections by argv, one of them never asked for", ["sh", "-c", JOBS.replace(" joe", "")], spec(BY_ARGV), exit=3, counts={"asserted": 3, "unused": 1}, stdout=ANY,
         files={"job.sh": "curl -sS http://shop.example.com/who\n"}, has=("UNUSED", "sh job.sh joe", "no process had that command line")),
    *(Case(f"a section by argv is the main program's own, {name}", command, spec(reads("x", "ann").replace('name = "x"', f'argv = "{argv}"')), stdout="ann",
           files={"job.sh": "#!/bin/sh\ncurl -sS http://shop.example.com/who\n"}, counts={"asserted": 1})
      for name, argv, command in (("a program", "curl *", ["curl", "-sS", "http://shop.example.com/who"]), ("a script", "*job.sh", ["./job.sh"]),
                                  ("what a shell becomes", "*job.sh", ["sh", "-c", "exec ./job.sh"]), ("and what it starts", "*job.sh*", ["sh", "-c", "./job.sh; :"]))),
    Case("--test: the whole run is one test", ["curl", "-sS", "http://shop.example.com/who"], spec(reads("one", "1"), reads("two", "2")), args=("--test", "two"),
         stdout="2", counts={"asserted": 1}),
    Case("--test: what it leaves unused", ["true"], spec(reads("one", "1"), reads("two", "2")), args=("--test", "two"), exit=3, counts={"unused": 1}, has=("UNUSED",)),
]

# CTest: a supervisor for each test.
CTEST = """cmake_minimum_required(VERSION 3.16)
project(shop NONE)
enable_testing()
include(@sources@/cmake/BigfootRun.cmake)
foreach(who ann bob eve joe kim lea)
  bigfoot_add_test(reads-${who} SPEC shop.toml COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/job.sh ${who} TEST reads-${who} OPTIONS --timeline ${who}.json)
endforeach()
"""


def ctest(how: str, *wanted: str):
    def script(stage, place, env) -> None:
        def run(*command: str) -> str:
            done = subprocess.run(command, cwd=place, env={**env, "SHOP": how}, capture_output=True, text=True, timeout=120)
            return shown(done.stdout + done.stderr) + f"\nexit {done.returncode}"

        configured = run("cmake", "-S", ".", "-B", "b", f"-DBIGFOOT_RUN={stage.bigfoot}")
        said_by_ctest = run("ctest", "--test-dir", "b", "-j", "4", "--output-on-failure")
        for part in wanted:
            if part not in said_by_ctest:
                raise Wrong(f"ctest does not say: {part}\n{configured}\n{said_by_ctest}")
        for who in ("ann", "lea"):
            if not (place / "b" / f"{who}.json").exists():
                raise Wrong(f"OPTIONS --timeline {who}.json: there is no such file")
    return script


CTEST_FILES = {"CMakeLists.txt": CTEST, "shop.toml": spec(*(reads(f"reads-{who}", who) for who in ("ann", "bob", "eve", "joe", "kim", "lea"))),
               "job.sh": 'query=; if [ "$SHOP$1" = mismatchann ]; then query="?x=1"; fi; if [ "$SHOP$1" = unusedann ]; then exit; fi\n'
                         '[ "$(curl -sS "http://shop.example.com/who$query")" = "$1" ]\n'}
CTESTS = [
    Case("ctest -j 4 with bigfoot_add_test", script=ctest("", "100% tests passed, 0 tests failed out of 6", "exit 0"), files=CTEST_FILES, timeout=120),
    Case("ctest -j 4, a mismatch fails its test alone", script=ctest("mismatch", "83% tests passed, 1 tests failed out of 6", "reads-ann (Failed)", *MISMATCH), files=CTEST_FILES),
    Case("ctest -j 4, what is unused fails its test alone", script=ctest("unused", "83% tests passed, 1 tests failed out of 6", "reads-ann (Failed)", "UNUSED"),
         files=CTEST_FILES),
]

CASES = [*PYTHONS, *GOOGLE, *NODES, *GOS, *SHELLS, *BATS, *EXPECTS, *ARGV, *CTESTS]
