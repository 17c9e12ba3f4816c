#!/usr/bin/env python3
# tests/e2e/pages.py - Reads a page of the documentation as what a reader would do with it: write the files that it shows, type its commands, and
# see what it says comes of them. `tests/e2e/pages.py [--write] PAGE...` shows what differs, or writes what is so into the page.
#
# A code block is a *file* where its first line is a comment that begins with a name (`# orders.toml: ...`, `// pay.js`; `#!` lines are passed over),
# a *dialogue* where it begins with `$ `, a *fragment* where it is TOML without a name, else an *illustration*. Only lines of a dialogue that
# begin with `$ ` are typed; those below are what the terminal shows, standard output first. Times are not compared. A line `…` stands for any lines.
# A folder of examples/ that the page links to is there from the start.
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.dont_write_bytecode = True
import harness  # noqa: E402
import mistakes_page  # noqa: E402

NAMED = re.compile(r"^(?:#|//|--|;|<\?php //|/\*)\s*([\w.-]+\.\w+)\b")
FENCE = re.compile(r"^(`{3,})(\w*)\s*$")
ANYTHING = "…"
# What stands around a fragment that is less than an entry, by the page or manual page that shows it.
HEADLINES = {"smtp": 'smtp = "mail.example.com:25"', "http": 'http = "POST https://api.example.com/orders"\nheaders = "*"',
             "tls": 'http = "GET https://api.example.com/"\nheaders = "*"', "bigfoot-spec": 'http = "GET https://api.example.com/"\nheaders = "*"'}


@dataclass
class Command:
    line: str
    shown: list[str]
    at: int = 0               # the first line of what is shown, and the indentation of the block
    indent: str = ""


@dataclass
class Block:
    kind: str                 # file, dialogue, fragment, illustration
    at: int                   # the line of the page, from 1
    text: str
    name: str = ""
    commands: list[Command] = field(default_factory=list)


@dataclass
class Page:
    path: Path
    blocks: list[Block]
    examples: list[str]

    def title(self) -> str:
        return str(self.path.relative_to(harness.SOURCES) if self.path.is_relative_to(harness.SOURCES) else self.path.name)


def dialogue(lines: list[str], at: int, indent: str) -> list[Command]:
    """The commands of a block, each with the lines that follow it; a backslash at the end of a command goes on in the next line."""
    commands: list[Command] = []
    goes_on = False
    for number, line in enumerate(lines, at):
        if goes_on:
            commands[-1].line += "\n" + line.removeprefix("> ")
        elif line.startswith("$ "):
            commands.append(Command(line[2:], [], indent=indent))
        else:
            commands[-1].shown.append(line)
        if goes_on or line.startswith("$ "):
            goes_on = line.endswith("\\")
            commands[-1].at = number + 1
    for command in commands:
        while command.shown and not command.shown[-1]:
            command.shown.pop()
    return commands


def block(lines: list[str], at: int, language: str, indent: str = "") -> Block:
    text = "\n".join(lines) + "\n"
    if lines and lines[0].startswith("$ "):
        return Block("dialogue", at, text, commands=dialogue(lines, at, indent))
    for line in lines[:2]:
        named = NAMED.match(line)
        if named and language:
            return Block("file", at, text, named[1])
        if not line.startswith("#!"):
            break
    return Block("fragment" if language == "toml" else "illustration", at, text)


def markdown(path: Path) -> Page:
    lines = path.read_text().splitlines()
    blocks, at = [], 0
    while at < len(lines):
        fence = FENCE.match(lines[at])
        if fence:
            end = next(n for n in range(at + 1, len(lines)) if lines[n] == fence[1])
            blocks.append(block(lines[at + 1:end], at + 2, fence[2]))
            at = end + 1
        elif lines[at].startswith("    ") and (at == 0 or not lines[at - 1]):
            end = at
            while end < len(lines) and (lines[end].startswith("    ") or not lines[end]):
                end += 1
            blocks.append(block([line[4:] for line in lines[at:end]], at + 1, "", "    "))
            at = end
        else:
            at += 1
    linked = re.findall(r"\]\((?:\.\./)*examples/([\w-]+)/?\)", "\n".join(lines))
    return Page(path, blocks, sorted(set(linked) - {"spec"}))


def plain(line: str) -> str:
    """What a line of a manual page shows."""
    for escape, text in (("\\(dq", '"'), ("\\(aq", "'"), ("\\-", "-"), ("\\&", ""), ("\\e", "\\")):
        line = line.replace(escape, text)
    return line


def manual(path: Path) -> Page:
    """The displays of a manual page that are TOML; a line of commands (`.Dl $ ...`) behind one is typed."""
    blocks: list[Block] = []
    shown: list[str] | None = None
    began, file_before = 0, False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith(".Bd -literal"):
            shown, began = [], number + 1
        elif line == ".Ed" and shown is not None:
            language = "toml" if any(re.match(r"[\w-]+\s*=|\[", text) for text in shown) and not shown[0].startswith("$") else ""
            blocks.append(block(shown, began, language))
            if blocks[-1].kind == "dialogue":
                blocks[-1] = Block("illustration", began, blocks[-1].text)
            file_before = blocks[-1].kind == "file"
            shown = None
        elif shown is not None:
            shown.append(plain(line))
        elif line.startswith(".Dl $ ") and file_before:
            blocks.append(block([plain(line[4:])], number, ""))
        elif line.startswith(".Dl ") and blocks and blocks[-1].commands:
            blocks[-1].commands[-1].shown.append(plain(line[4:]))
    return Page(path, blocks, [])


def read(path: Path) -> Page:
    return markdown(path) if path.suffix == ".md" else manual(path)


def pages() -> list[Path]:
    """All but the page that the group `mistakes` writes and holds to what is so."""
    top = harness.SOURCES
    guide = sorted(set((top / "docs").rglob("*.md")) - {mistakes_page.PAGE})
    return [top / "README.md", top / "CONTRIBUTING.md", *guide, *sorted((top / "man").glob("*.[15]"))]


class Reader:
    """Does what a page says, in a folder of its own."""

    def __init__(self, page: Page, stage: harness.Stage, place: Path, env: dict[str, str]) -> None:
        self.page, self.bigfoot, self.place = page, str(stage.bigfoot), place
        self.env = {**env, "PATH": harness.system_path(stage), "NODE_PATH": str(harness.NPM), "CLIENTS": str(harness.SOURCES / "clients"),
                    "BigfootRun_DIR": str(harness.SOURCES / "cmake"), **harness.GO}
        self.status = 0
        self.wrong: list[str] = []
        self.written: dict[int, list[str]] = {}     # what commands really show, by their place in the page

    def run(self) -> None:
        for example in self.page.examples:
            shutil.copytree(harness.SOURCES / "examples" / example, self.place, dirs_exist_ok=True)
        for part in self.page.blocks:
            if part.kind == "file":
                (self.place / part.name).write_text(part.text)
                (self.place / part.name).chmod(0o755)
            elif part.kind == "fragment":
                self.check_fragment(part)
            for command in part.commands:
                self.type_in(command)
        typed = "\n".join(command.line for part in self.page.blocks for command in part.commands)
        shown = {part.name: part.text for part in self.page.blocks if part.kind == "file"}
        for part in self.page.blocks:
            # A spec is for a command; other files may be for each other.
            users = typed if part.name.endswith(".toml") else "\n".join([typed, *(text for name, text in shown.items() if name != part.name)])
            if part.kind == "file" and not re.search(rf"(?<![\w.-]){re.escape(part.name)}(?![\w-])", users) and part.name != "bigfoot.toml":
                self.say(part.at, f"nothing on this page uses {part.name}: show a command that does")
            if part.kind == "file" and part.name.endswith(".toml") and f"lint {part.name}" not in typed:
                self.check_lint(part)
        self.check_links()

    def check_links(self) -> None:
        """Every link into the repository leads to something, a heading too."""
        if self.page.path.suffix != ".md":
            return
        for number, line in enumerate(self.page.path.read_text().splitlines(), 1):
            for link, heading in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([\w-]*)\)", line):
                target = (self.page.path.parent / link).resolve() if link else self.page.path
                if not target.exists():
                    self.say(number, f"there is no {link}")
                elif heading and heading not in headings(target):
                    self.say(number, f"{link or 'this page'} has no heading #{heading}")

    def say(self, at: int, what: str) -> None:
        self.wrong.append(f"{self.page.title()}:{at}: {what}")

    def spawn(self, *command: str) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=self.place, env=self.env, capture_output=True, text=True, errors="replace", timeout=240,
                              stdin=subprocess.DEVNULL)

    def check_lint(self, part: Block) -> None:
        if re.search(r"(?m)^version\s*=", part.text):
            (self.place / "linted.toml").write_text(part.text)
            done = self.spawn(self.bigfoot, "lint", "linted.toml")
            if done.returncode or done.stderr:
                self.say(part.at, f"lint of {part.name} says\n{done.stderr}")

    def check_fragment(self, part: Block) -> None:
        """Runs `true` under the fragment, made whole: it must load, and all that can be wrong is that nothing happened."""
        if re.search(r"(?m)^version\s*=", part.text):
            self.say(part.at, "a whole spec needs a name in its first line (# orders.toml) and a command")
            return
        (self.place / "fragment.toml").write_text(whole(part.text, self.page.path.stem))
        done = self.spawn(self.bigfoot, "--spec", "fragment.toml", "--", "true")
        kinds = set(re.findall(r"(?m)^([A-Z-]{5,})  ", done.stderr))
        if done.returncode not in (0, 3) or kinds - {"UNUSED"}:
            self.say(part.at, f"this fragment, made whole, gives status {done.returncode}\n{done.stderr}")

    def type_in(self, command: Command) -> None:
        done = self.spawn("sh", "-c", f"(exit {self.status}); {command.line}")
        self.status = done.returncode
        got = (done.stdout + done.stderr).replace(str(self.place), "~").splitlines()
        self.written[command.at] = got
        if not fits([harness.shown(line) for line in command.shown], [harness.shown(line) for line in got]):
            wanted = "\n".join(command.shown)
            try:
                harness.compare(f"what `{command.line}` shows", harness.shown(wanted), harness.shown("\n".join(got)))
            except harness.Wrong as wrong:
                self.say(command.at, str(wrong))
        elif any(re.match(r"bigfoot-run: \d+ problem", line) for line in got) and not self.status:
            self.say(command.at, f"`{command.line}` reports, and ends with 0")
        elif not got and self.status:
            self.say(command.at, f"`{command.line}` says nothing, and ends with {self.status}")


def headings(path: Path) -> set[str]:
    """The headings of a page, as links name them."""
    found = re.findall(r"(?m)^#+ (.*)$", path.read_text())
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def whole(fragment: str, stem: str) -> str:
    """The least spec that has this fragment in it: of tables, of an entry's keys, or of its steps."""
    stripped = re.sub(r"(?m)^\s*#.*\n?", "", fragment)
    if stripped.lstrip().startswith("{"):
        steps = "".join(f"  {line.split('  #')[0].rstrip(', ')},\n" for line in stripped.splitlines() if line.strip())
        return f"version = 1\n\n[[expect]]\n{HEADLINES[stem]}\nsteps = [\n{steps}]\n"
    if re.match(r"\s*\[", stripped):
        named = re.search(r'(?m)^\s*log\s*=\s*"(\w+)"', fragment)
        channel = f'[channels.{named[1]}]\nfrom = "stderr"\n\n' if named and "[channels" not in fragment else ""
        return f"version = 1\n\n{channel}{fragment}"
    if re.match(r"(include|version)\s*=", stripped):
        return f"version = 1\n{fragment}"
    first = re.match(r"\s*(\w+)", stripped)
    own = first and first[1] in "http websocket postgres redis smtp socket exec shell which file dns log mock".split()
    return f"version = 1\n\n[[expect]]\n{'' if own else HEADLINES[stem]}\n{fragment}"


def fits(wanted: list[str], got: list[str]) -> bool:
    if ANYTHING not in [line.strip() for line in wanted]:
        return [line.rstrip() for line in wanted] == [line.rstrip() for line in got]
    parts = [re.escape(line.rstrip()) + "\n" if line.strip() != ANYTHING else "(?:.*\n)*?" for line in wanted]
    return re.fullmatch("".join(parts), "".join(line.rstrip() + "\n" for line in got)) is not None


def write(page: Page, written: dict[int, list[str]]) -> None:
    """Puts what commands really show into the page; a line that differs in its times only stays as it is."""
    lines = page.path.read_text().splitlines()
    commands = [command for part in page.blocks for command in part.commands]
    for command in sorted(commands, key=lambda one: one.at, reverse=True):
        got = written[command.at]
        if fits([harness.shown(line) for line in command.shown], [harness.shown(line) for line in got]):
            continue
        kept = {harness.shown(line): line for line in command.shown}
        fresh = [kept.get(harness.shown(line), line) for line in got]
        lines[command.at - 1:command.at - 1 + len(command.shown)] = [(command.indent + line).rstrip() for line in fresh]
    page.path.write_text("\n".join(lines) + "\n")


def read_aloud(path: Path, stage: harness.Stage, place: Path, env: dict[str, str]) -> Reader:
    reader = Reader(read(path), stage, place, env)
    reader.run()
    return reader


def main() -> int:
    parser = argparse.ArgumentParser(description="Does what pages of the documentation say.")
    parser.add_argument("pages", nargs="*", type=Path, metavar="PAGE", help="Markdown files and manual pages (all)")
    parser.add_argument("--write", action="store_true", help="write what commands show into the pages")
    options = parser.parse_args()
    bigfoot = os.environ.get("BIGFOOT_RUN", str(harness.SOURCES / "build/release/bigfoot-run"))
    stage = harness.Stage(bigfoot, "/nonexistent")
    wrong = 0
    try:
        for path in options.pages or pages():
            with tempfile.TemporaryDirectory(prefix="page-", dir=stage.top) as place:
                env = harness.environment(harness.Case("page"), Path(place), "page", lambda text: text)
                reader = read_aloud(path.resolve(), stage, Path(place), env)
            if options.write:
                write(reader.page, reader.written)
            for line in reader.wrong:
                print(line)
            wrong += len(reader.wrong)
    finally:
        stage.remove()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
