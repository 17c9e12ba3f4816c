# tests/e2e/cases/pages.py - The reports for other programs: the page in a real browser, JUnit XML against a schema, HAR against the npm
# validator, GitHub's annotations. Source: outputs.md; docs/reports.md.
import json
import re
import subprocess
import time
from pathlib import Path

import long_run
from browser import Browser
from harness import NPM, SOURCES, Case, Stage, Wrong, compare, shown

SECRET = "sk_live_51Hx7Kq2eZvKYlo2C"
SPEC = """\
version = 1
[[expect]]
id      = "charge"
http    = "POST http://api.stripe.com/v1/charges"
headers = { content-type = "application/json", authorization = "*" }
body    = { json = { amount = 5000 } }
reply   = { status = 200, json = { id = "ch_1" } }

[[expect]]
http  = "GET http://api.stripe.com/v1/never"
reply = { status = 200, json = { } }
"""
CALLS = """curl -s -H 'Content-Type: application/json' -H "Authorization: Bearer $STRIPE_KEY" -d '{"amount":5001}' http://api.stripe.com/v1/charges > /dev/null
curl -s -b "a=1; session=$STRIPE_KEY" "http://api.example.com/search?q=a%20b&q=c&key=$STRIPE_KEY" > /dev/null
printf 'no line end'
"""


def run(stage: Stage, place: Path, env: dict[str, str], *args: str, exit: int = 0) -> tuple[str, str]:
    done = subprocess.run([str(stage.bigfoot), *args], cwd=place, env=env, capture_output=True, text=True, timeout=120)
    if done.returncode != exit:
        raise Wrong(f"exit status {done.returncode}, wanted {exit}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout, done.stderr


def same(what: str, wanted: object, got: object) -> None:
    if wanted != got:
        raise Wrong(f"{what}: wanted {wanted!r}, got {got!r}")


def supervised(stage: Stage, place: Path, env: dict[str, str], *args: str) -> tuple[str, str]:
    (place / "spec.toml").write_text(SPEC)
    (place / "calls.sh").write_text(CALLS)
    return run(stage, place, {**env, "STRIPE_KEY": SECRET}, "--spec", "spec.toml", *args, "--", "sh", "calls.sh", exit=3)


FORMS = {"html": "p.html", "junit": "j.xml", "har": "h.har"}


def all_forms(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """One run, every form: what `report` makes of the stored timeline is the same, byte for byte, and none has the secret."""
    out, _ = supervised(stage, place, env, "--timeline", "t.json", "--github", *(part for form, file in FORMS.items() for part in (f"--{form}", file)))
    compare("the command's own output", "no line end\n::error ", out[:20])
    for form, file in FORMS.items():
        again, _ = run(stage, place, env, "report", "t.json", f"--{form}")
        compare(form, (place / file).read_text(), again)
        run(stage, place, env, "report", f"--{form}", "t.json", "--output", "again")
        compare(f"{form} --output", again, (place / "again").read_text())
    annotations, _ = run(stage, place, env, "report", "t.json", "--github")
    compare("github", out.removeprefix("no line end\n"), annotations)
    for file in ("t.json", *FORMS.values()):
        if SECRET in (place / file).read_text():
            raise Wrong(f"{file} has the secret")
    if SECRET in out:
        raise Wrong("the annotations have the secret")


def without_timeline(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """The run keeps what reports need in a file without a name: beside the reports nothing is left."""
    before = {path.name for path in place.iterdir()}
    supervised(stage, place, env, "--junit", "j.xml", "--har", "h.har")
    same("new files", {"spec.toml", "calls.sh", "j.xml", "h.har"}, {path.name for path in place.iterdir()} - before)
    same("calls in the archive", 2, len(json.loads((place / "h.har").read_text())["log"]["entries"]))


def cut_short(stage: Stage, place: Path, env: dict[str, str]) -> None:
    long_run.write(place / "t.jsonl", 30, 9, ended=False)
    with (place / "t.jsonl").open("a") as out:
        out.write('{"type":"interaction","seq":31,"t_')
    for form, said in (("html", '"complete":false'), ("junit", '<error type="cut-short"'), ("github", "The run was cut short"), ("har", "the run was cut short")):
        out, _ = run(stage, place, env, "report", "t.jsonl", f"--{form}")
        if said not in out:
            raise Wrong(f"{form} does not say that the run was cut short\n{out[:1000]}")


def bad_path(stage: Stage, place: Path, env: dict[str, str]) -> None:
    out, err = run(stage, place, env, "--junit", "no/such/folder/j.xml", "--", "touch", "started", exit=2)
    compare("stderr", "bigfoot-run: cannot write no/such/folder/j.xml: No such file or directory\n", err)
    same("the command was started", False, (place / "started").exists())


def not_started(stage: Stage, place: Path, env: dict[str, str]) -> None:
    run(stage, place, env, "--junit", "j.xml", "--", "./no-such-program", exit=127)
    text = (place / "j.xml").read_text()
    if '<error type="exit" message="the run ended with status 127">' not in text:
        raise Wrong(text)


def annotations(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "sub").mkdir()
    out, _ = supervised(stage, place / "sub", {**env, "GITHUB_WORKSPACE": str(place)}, "--github", "--quiet")
    errors = [line for line in shown(out).splitlines() if line.startswith("::error ")]
    places = [re.match(r"::error (file=[^,]*,)?(line=\d+,)?title=([^:]*)::", line) for line in errors]
    same("places", [("file=sub/spec.toml,", "line=2,", "mismatch%3A POST http%3A//api.stripe.com/v1/charges%3A 1 field differs"),
                    ("file=sub/spec.toml,", None, "unexpected%3A GET http%3A//api.example.com/search?q=a%2520b&q=c&key={{env.STRIPE_KEY}}"),
                    ("file=sub/spec.toml,", "line=9,", "unused%3A GET http%3A//api.stripe.com/v1/never never happened")], [place and place.groups() for place in places])
    same("last line", "::notice title=bigfoot-run::bigfoot-run: 3 problems · 0 of 2 expectations met · 4 interactions (2 ambient)", out.splitlines()[-1])


def junit(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """The schema holds for a run, a green run, one that failed by itself, one of tests, and a long one with sections."""
    (place / "green.toml").write_text('version = 1\n[[expect]]\nhttp = "GET http://a.example/"\nreply = { text = "A" }\n')
    supervised(stage, place, env, "--junit", "red.xml")
    run(stage, place, env, "-s", "green.toml", "--junit", "green.xml", "--", "curl", "-s", "http://a.example/")
    run(stage, place, env, "--junit", "failed.xml", "--", "sh", "-c", "printf 'x\\033[1m\\001<&>'; exit 7", exit=7)
    run(stage, place, env, "--junit", "control.xml", "--", "curl", "-s", "-d", "\x01\x1b]]>\ufffe\r\n", "http://a.example/", exit=3)
    run(stage, place, env, "-s", "green.toml", "--junit", "tests.xml", "--", "sh", "-c",
        'for line in "begin sum" end "skip later" "begin <get>"; do echo "$line" > "$BIGFOOT_CTL"; done; curl -s http://a.example/; echo end > "$BIGFOOT_CTL"')
    same("cases", [("sum", "case"), ("later", "skipped"), ("&lt;get&gt;", "case")],
         [(name, "skipped" if "skipped" in rest else "case") for name, rest in
          re.findall(r'<testcase classname="sh" name="([^ "]*)"([^<]*(?:<skipped/>)?)', (place / "tests.xml").read_text())])
    long_run.write(place / "t.jsonl", 400, 9)
    run(stage, place, env, "report", "t.jsonl", "--junit", "-o", "long.xml")
    for file in ("tests.xml", "red.xml", "green.xml", "failed.xml", "control.xml", "long.xml"):
        done = subprocess.run(["xmllint", "--noout", "--schema", str(SOURCES / "tests/e2e/junit.xsd"), file], cwd=place, capture_output=True, text=True)
        if done.returncode:
            raise Wrong(done.stderr)
    counts = {file: re.search(r'tests="(\d+)" failures="(\d+)" errors="(\d+)"', (place / f"{file}.xml").read_text()).groups() for file in ("red", "green", "failed", "long")}
    same("counts", {"red": ("1", "1", "0"), "green": ("1", "0", "0"), "failed": ("1", "0", "1"), "long": ("5", "5", "0")}, counts)


VALIDATE = "import('har-validator').then(async ({default: v}) => { await v.har(JSON.parse((await import('fs')).readFileSync(process.argv[1]))); console.log('valid') }).catch((e) => console.log(JSON.stringify(e.errors ?? String(e))))"


def har(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "node_modules").symlink_to(NPM)
    supervised(stage, place, env, "--har", "run.har")
    run(stage, place, env, "--har", "fault.har", "--", "curl", "-s", "--data-binary", "\x01\x02", "http://a.example/", exit=3)
    long_run.write(place / "t.jsonl", 400, 9)
    run(stage, place, env, "report", "t.jsonl", "--har", "-o", "long.har")
    for file in ("run.har", "fault.har", "long.har"):
        done = subprocess.run(["node", "--input-type=module", "-e", VALIDATE, file], cwd=place, capture_output=True, text=True)
        compare(file, "valid\n", done.stdout + done.stderr)
    entry = json.loads((place / "run.har").read_text())["log"]["entries"][1]
    same("query", [{"name": "q", "value": "a b"}, {"name": "q", "value": "c"}, {"name": "key", "value": "{{env.STRIPE_KEY}}"}], entry["request"]["queryString"])
    same("cookies", ["a", "session"], [cookie["name"] for cookie in entry["request"]["cookies"]])
    log = json.loads((place / "long.har").read_text())["log"]
    same("pages", ["pytest -q tests", "test_login", "test_checkout", "test_refund[eur]", "test_mail"], [page["title"] for page in log["pages"]])


# --- the page in headless Chromium ---------------------------------------------------------------------------------------


class Page:
    """The page in a browser, closed again, and held to being alone in the world."""

    def __init__(self, place: Path, env: dict[str, str], file: str = "p.html") -> None:
        self.browser = Browser(place / "profile", env)
        self.file = place / file

    def __enter__(self) -> Browser:
        self.browser.open(self.file)
        return self.browser

    def __exit__(self, kind: object, *rest: object) -> None:
        self.browser.close()
        if kind is None:
            same("exceptions", [], self.browser.exceptions())
            same("requests", [self.file.resolve().as_uri()], self.browser.requests())


def texts(browser: Browser, selector: str) -> list[str]:
    return browser.run(f"[...document.querySelectorAll({json.dumps(selector)})].filter((one) => !one.hidden).map((one) => one.innerText.trim())")


def choose(browser: Browser, name: str, value: str) -> None:
    browser.run(f"(() => {{ const s = document.getElementById('{name}'); s.value = {json.dumps(value)}; s.dispatchEvent(new Event('input')); }})()")


def detail(browser: Browser) -> str:
    return browser.run("document.querySelector('#detail h2').innerText")


def page_of_run(stage: Stage, place: Path, env: dict[str, str]) -> None:
    supervised(stage, place, env, "--html", "p.html")
    with Page(place, env) as browser:
        same("verdict", "✗ 3 problems", browser.run("document.getElementById('verdict').innerText"))
        same("title", "✗ 3 problems · sh calls.sh", browser.run("document.title"))
        same("problems", ["mismatch POST http://api.stripe.com/v1/charges: 1 field differs  spec.toml:2 (charge)",
                          "unexpected GET http://api.example.com/search?q=a%20b&q=c&key={{env.STRIPE_KEY}}",
                          "unused GET http://api.stripe.com/v1/never never happened  spec.toml:9"], texts(browser, "#problems button"))
        same("chosen", "#2 POST http://api.stripe.com/v1/charges", detail(browser))
        same("difference", ["field\texpected\tgot", "body.amount\t5000\t5001"], texts(browser, "#detail tr"))
        same("marked in the request", ["5001"], texts(browser, "#detail pre mark"))
        same("shown without ambient calls", "2 of 4 shown", browser.run("document.getElementById('shown').innerText"))
        browser.click("#ambient")
        same("shown with ambient calls", "4 of 4 shown", browser.run("document.getElementById('shown').innerText"))
        browser.click("#detail .copy")
        same("button", ["copied"], texts(browser, "#detail .copy"))
        browser.click("#text")
        browser.send("Input.dispatchKeyEvent", type="keyDown", key="v", windowsVirtualKeyCode=86, modifiers=2, commands=["paste"])
        same("clipboard", "body = { json = { amount = 5001 } }", browser.run("document.getElementById('text').value"))


def keyboard(stage: Stage, place: Path, env: dict[str, str]) -> None:
    long_run.write(place / "t.jsonl", 200, 9)
    run(stage, place, env, "report", "t.jsonl", "--html", "-o", "p.html")
    with Page(place, env) as browser:
        seen = []
        for key in ("", "j", "ArrowDown", "k", "n", "n", "p", "Home", "End"):
            if key:
                browser.key(key)
            seen.append(detail(browser).split()[0])
        same("j down k n n p Home End", ["#9", "#11", "#12", "#11", "#18", "#54", "#18", "#1", "#199"], seen)
        browser.key("Home")
        browser.key("p")
        same("before the first comes the last", 'unused: redis ["SET", "session:abc123", …] never happened', detail(browser))
        browser.key("/")
        same("focus", "text", browser.run("document.activeElement.id"))
        browser.send("Input.insertText", text="session:101")
        same("found", ["#101"], texts(browser, ".row .seq"))
        browser.key("Escape")
        same("Esc clears", "160 of 200 shown", browser.run("document.getElementById('shown').innerText"))


def filters(stage: Stage, place: Path, env: dict[str, str]) -> None:
    long_run.write(place / "t.jsonl", 1000, 9)
    run(stage, place, env, "report", "t.jsonl", "--html", "-o", "p.html")
    document = json.loads(re.search(r'(?s)<script type="application/json" id="timeline">(.*?)</script>', (place / "p.html").read_text()).group(1))
    calls, problems = document["interactions"], document["violations"]
    same("calls", 1000, len(calls))

    def expect(**wanted: str) -> None:
        fits = [call for call in calls if all(call[name] == value for name, value in wanted.items()) and (call["state"] != "ambient" or wanted.get("state") == "ambient")]
        got = browser.run("document.getElementById('shown').innerText")
        same(f"{wanted}", f"{len(fits)} of 1,000 shown", got)

    with Page(place, env) as browser:
        same("protocols", ["every protocol", "dns", "http", "postgres", "redis"], texts(browser, "#protocol option"))
        choose(browser, "protocol", "redis")
        expect(protocol="redis")
        same("problems of redis calls", [], texts(browser, "#problems button"))
        choose(browser, "protocol", "")
        choose(browser, "state", "mismatch")
        expect(state="mismatch")
        choose(browser, "test", "test_login")
        expect(state="mismatch", test="test_login")
        same("problems of the section", len([one for one in problems if one.get("test") == "test_login"]), len(texts(browser, "#problems button")))
        choose(browser, "state", "ambient")
        expect(state="ambient", test="test_login")
        browser.key("Escape")
        choose(browser, "text", "session:44")
        same("by text", [f"#{number}" for number in (441, 446)], texts(browser, ".row .seq"))


def ten_thousand(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """No step takes long enough to be felt; the limits leave room for a busy machine."""
    long_run.write(place / "t.jsonl", 10_000, 97)
    run(stage, place, env, "report", "t.jsonl", "--html", "-o", "p.html")
    with Page(place, env) as browser:
        rows = browser.run("document.querySelectorAll('.row').length")
        if not 5 < rows < 80:
            raise Wrong(f"{rows} rows are drawn")
        for what, script, limit in (("scroll", "document.getElementById('list').scrollTop = 100000; drawRows()", 60), ("filter", "filter()", 500), ("choose", "choose(5003)", 250), ("step", "step(1)", 250)):
            took = min(browser.run(f"(() => {{ const t = performance.now(); {script}; return performance.now() - t; }})()") for _ in range(3))
            if took > limit:
                raise Wrong(f"{what} takes {took:.0f} ms with 10,000 calls")
        browser.run("document.getElementById('list').scrollTop = document.getElementById('list').scrollHeight")
        until = time.monotonic() + 10
        while "#9999" not in texts(browser, ".row .seq") and time.monotonic() < until:
            time.sleep(0.05)
        same("last row", "#9999", texts(browser, ".row .seq")[-1])


def very_long(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """More than a page holds: the problems and what is around them."""
    long_run.write(place / "t.jsonl", 50_000, 4999)
    run(stage, place, env, "report", "t.jsonl", "--html", "-o", "p.html")
    with Page(place, env) as browser:
        same("note", "This page holds 20,000 of 50,000 interactions: those around the problems, then the first ones. The timeline has all of them.",
             browser.run("document.getElementById('note').innerText"))
        same("problems", 5, len(texts(browser, "#problems button")))
        browser.key("p")
        browser.key("p")
        same("last mismatch", "#34993", detail(browser).split()[0])
        browser.key("k")
        same("and the call before it", "#34992", detail(browser).split()[0])


def schemes(stage: Stage, place: Path, env: dict[str, str]) -> None:
    long_run.write(place / "t.jsonl", 40, 9)
    run(stage, place, env, "report", "t.jsonl", "--html", "-o", "p.html")
    light = "getComputedStyle(document.body).color === 'rgb(0, 0, 0)'"
    with Page(place, env) as browser:
        browser.colours("light")
        same("light", True, browser.run(light))
        browser.colours("dark")
        same("dark", False, browser.run(light))
        browser.click("#theme")
        same("light by button", True, browser.run(light))
        browser.click("#theme")
        same("dark by button", False, browser.run(light))


def green(stage: Stage, place: Path, env: dict[str, str]) -> None:
    (place / "s.toml").write_text('version = 1\n[[expect]]\nhttp = "GET http://a.example/"\nreply = { text = "A" }\n')
    run(stage, place, env, "-s", "s.toml", "--html", "p.html", "--", "curl", "-s", "http://a.example/")
    with Page(place, env) as browser:
        same("verdict", "✓ passed", browser.run("document.getElementById('verdict').innerText"))
        same("chosen", "#2 GET http://a.example/", detail(browser))
        same("problems are hidden", True, browser.run("document.getElementById('problems').hidden"))
    run(stage, place, env, "--html", "p.html", "--", "true")
    with Page(place, env) as browser:
        same("an empty run", "nothing fits the filter (Esc clears it)", texts(browser, ".row")[0])


STORIES = {"all forms of one run": all_forms, "without a timeline": without_timeline, "cut short": cut_short, "a path that cannot be written": bad_path,
           "a command that does not start": not_started, "annotations name the spec as the checkout does": annotations}
BROWSER = {"a run": page_of_run, "keyboard": keyboard, "filters": filters, "10,000 calls": ten_thousand, "more than it holds": very_long, "light and dark": schemes, "green and empty": green}

CASES = [
    *(Case(f"reports: {name}", script=story) for name, story in STORIES.items()),
    Case("reports: junit keeps to the schema", script=junit),
    Case("reports: har is valid", script=har),
    *(Case(f"page: {name}", script=story, needs=("chromium",)) for name, story in BROWSER.items()),
]
