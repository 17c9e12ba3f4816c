#!/usr/bin/env python3
# tests/e2e/mistakes_page.py - The table of tests/mistakes, and docs/ten-mistakes.md made of it: prints the page.
import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

SOURCES = Path(__file__).resolve().parent.parent.parent
PAGE = SOURCES / "docs/ten-mistakes.md"
KEY = re.compile(r"^\s*([\w-]+)\s*=")


def accepted(spec: str, report: str) -> str:
    """The spec with each `accept it:` of the report in the place that the paragraph names: the key's line, or the step's."""
    lines = spec.splitlines()
    for paragraph in re.split(r"\n(?=[A-Z-]+  )", report):
        place = re.search(r"(?m)^   spec\.toml:(\d+)", paragraph)
        for pasted in re.findall(r"(?m)^   accept it:  (.*)$", paragraph):
            key = KEY.match(pasted)[1]
            at = int(place[1]) - 1
            while not re.search(rf"(?<![\w-]){key}\s*=", lines[at]):
                at += 1
            step = lines[at].lstrip().startswith("{")
            lines[at] = put_into_step(lines[at], key, pasted) if step else pasted
    return "\n".join(lines) + "\n"


def put_into_step(line: str, key: str, pasted: str) -> str:
    """A step's line with the value of one key replaced; brackets and quotes are counted."""
    begin = re.search(rf"(?<![\w-]){key}\s*=", line).start()
    depth, quoted, end = 0, False, begin
    while end < len(line):
        char = line[end]
        if char == '"' and line[end - 1] != "\\":
            quoted = not quoted
        elif not quoted and char in "[{":
            depth += 1
        elif not quoted and char in "]}" and depth:
            depth -= 1
        elif not quoted and not depth and char in ",}":
            break
        end += 1
    return line[:begin] + pasted + (" " if line[end] == "}" else "") + line[end:]


def relaxed(spec: str, report: str) -> str:
    """The spec with the lines of `add to each:` in the entries that they name."""
    lines = spec.splitlines()
    pasted = re.findall(r"(?m)^     (any_order = .*?) +# spec\.toml:(\d+) ", report)
    for text, at in sorted(pasted, key=lambda one: int(one[1]), reverse=True):
        lines.insert(int(at), text)
    return "\n".join(lines) + "\n"


def added(spec: str, report: str) -> str:
    """The spec with the entries of each `add:` behind it."""
    entries = re.findall(r"(?m)^   add:\n((?:     .*\n)+)", report)
    return spec + "".join("\n" + re.sub(r"(?m)^     ", "", entry) for entry in entries)


@dataclass(frozen=True)
class Mistake:
    name: str
    program: str
    command: list[str]
    title: str
    told: str                                 # what the report says, and what was done with it
    status: int = 3
    build: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    paste: Callable[[str, str], str] | None = None

    @property
    def folder(self) -> Path:
        return SOURCES / "tests/mistakes" / self.name


MISTAKES = [
    Mistake("01-wrong-amount", "charge.sh", ["./charge.sh", "50"], "A wrong amount (shell, curl)",
            "`body.amount`, 5000 and 50: the API counts in cents, the script takes dollars.", env={"STRIPE_KEY": "sk_test_1"}, paste=accepted),
    Mistake("02-missing-header", "refund.py", ["python3", "refund.py", "ch_123"], "A header that is missing (Python, requests)",
            "`headers.idempotency-key` has `(no key)`: the key is made, and never sent.", paste=accepted),
    Mistake("03-one-retry-too-many", "stock.go", ["./stock", "SKU-1"], "One retry too many (Go)",
            "Three replies, used at #3, #4 and #5, and a fourth request: the loop runs once more than it says.", build=["go", "build", "-o", "stock", "stock.go"],
            paste=added),
    Mistake("04-wrong-order", "profile.py", ["python3", "profile.py", "12", "Alice"], "The wrong order (redis-py)",
            "PUBLISH came before SET: whoever reads at once reads the old name.", paste=relaxed),
    Mistake("05-forgotten-commit", "signup.py", ["python3", "signup.py", "alice"], "A forgotten commit (psycopg)",
            "`commit` never happened: psycopg begins a transaction by itself, and `close()` drops it. The program looks as if all were well."),
    Mistake("06-swapped-parameters", "transfer.rb", ["ruby", "transfer.rb", "7001", "12"], "Swapped parameters (Ruby, pg)",
            "`params[0]` has what is expected of `params[1]`, and the other way round.", paste=accepted),
    Mistake("07-wrong-recipient", "receipt.js", ["node", "receipt.js", "ann@example.org", "50"], "A mail to the wrong recipient (nodemailer)",
            "`to[0]` is an address that was left over from a test; text and subject are right.",
            env={"MAIL_PASSWORD": "hunter2"}, paste=accepted),
    Mistake("08-wrong-flag", "deploy.php", ["php", "deploy.php", "feature"], "A wrong flag (PHP)",
            "`argv[2]`: the push would have dropped what others pushed. A command that differs is refused, and says so itself; the script stops there, hence its own status 127.", status=127, paste=accepted),
    Mistake("09-wrong-level", "Limits.java", ["java", "Limits.java", "97"], "A wrong log level (Java)",
            "`level`: at 97 % nobody is woken. java.util.logging calls it SEVERE, the spec ERROR.", paste=accepted),
    Mistake("10-file-never-written", "report.c", ["./report", "2026-01-02"], "A file that is never written (C)",
            "A day without orders has to be written too, and the file was never opened.",
            build=["gcc", "-o", "report", "report.c"]),
]


HEAD = """# Ten programs, one mistake each

Ten small programs, each with one mistake, and all that bigfoot-run says of it. Nothing but the report is needed to find it. Each program stands in
[tests/mistakes](../tests/mistakes) with its spec; a test holds the whole report to what is shown here, then follows it: once into the program, and,
where the report has lines to paste, once into the spec, as if the program had been right. Both runs must be green, and say nothing. Times are taken
out (`t+N ms`).

This page is written by `tests/e2e/mistakes_page.py` from those folders.
"""
LANGUAGES = {".sh": "sh", ".py": "python", ".go": "go", ".rb": "ruby", ".js": "js", ".php": "php", ".java": "java", ".c": "c"}


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def chapter(number: int, mistake: Mistake) -> str:
    def file(name: str) -> str:
        return (mistake.folder / name).read_text()

    spec, report = file("spec.toml"), file("report.txt")
    variables = "".join(f"{name}={value} " for name, value in mistake.env.items())
    typed = f"$ {' '.join(mistake.build)}\n" if mistake.build else ""
    typed += f"$ {variables}bigfoot-run --spec spec.toml -- {' '.join(mistake.command)}\n{report}"
    parts = [f"## {number}. {mistake.title}\n", fenced(LANGUAGES[Path(mistake.program).suffix], file(mistake.program)), fenced("toml", spec),
             fenced("console", typed), mistake.told + "\n", "The program, put right:\n", fenced("diff", file("fix.diff"))]
    if mistake.paste:
        pasted = difflib.unified_diff(spec.splitlines(True), mistake.paste(spec, report).splitlines(True), n=0)
        changed = "".join(line for line in pasted if not line.startswith(("---", "+++", "@@")))
        parts += ["Had the program been right, the report's lines put the spec right:\n", fenced("diff", changed)]
    return "\n".join(parts)


def text() -> str:
    return "\n".join([HEAD, *(chapter(number, mistake) for number, mistake in enumerate(MISTAKES, 1))])


if __name__ == "__main__":
    print(text(), end="")
