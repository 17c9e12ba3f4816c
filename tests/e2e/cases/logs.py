# tests/e2e/cases/logs.py - Log channels, as spec-format.md 4.10 writes them: standard error and output, files, syslog, journald, with
# the loggers of many languages.
import re
import subprocess
from pathlib import Path

from harness import ANY, Case, Stage, Wrong, compare, shown

PYTHON = "/usr/bin/python3"
TEMPLATE = 'format = "{level} {logger}: {message}"'
STRICT = "strict = true"


def channel(source: str, *lines: str, name: str = "app") -> str:
    return f'[channels.{name}]\nfrom = "{source}"\n' + "".join(line + "\n" for line in lines)


def record(level: str, logger: str, message: str, *lines: str, name: str = "app") -> str:
    return (f'[[expect]]\nlog = "{name}"\nlevel = "{level}"\nlogger = "{logger}"\nmessage = "{message}"\n'
            + "".join(line + "\n" for line in lines))


def spec(*parts: str) -> str:
    return "version = 1\n" + "".join(parts)


def python(*lines: str) -> list[str]:
    return [PYTHON, "-c", "\n".join(lines)]


def logging(*lines: str, setup: str = 'format="%(levelname)s %(name)s: %(message)s"') -> list[str]:
    return python("import logging, sys", f"logging.basicConfig(level=logging.DEBUG, {setup})",
                  'auth, db = logging.getLogger("myapp.auth"), logging.getLogger("db")', *lines)


ALICE = 'auth.info("User alice logged in")'
LIMIT = 'auth.warning("Rate limit approaching")'
APP = channel("stderr", TEMPLATE, STRICT)
LOOSE = channel("stderr", TEMPLATE)
AUDIT = record("INFO", "myapp.auth", "User alice logged in") + record("WARNING", "myapp.auth", "Rate limit approaching")
LINES = "INFO myapp.auth: User alice logged in\nWARNING myapp.auth: Rate limit approaching\n"


# What is said of each row that fails.
REPORTS: dict[str, str] = {
    "a strict channel, a line too many": """\
INFO myapp.auth: User alice logged in
DEBUG db: connected to 10.0.0.1
WARNING myapp.auth: Rate limit approaching
bigfoot-run: 1 problem · 2 of 2 expectations met · 3 interactions

UNEXPECTED  #2  log app DEBUG db: connected to 10.0.0.1    python3 -c … pid 1 · t+N ms
   add:
     [[expect]]
     log     = "app"
     level   = "DEBUG"
     logger  = "db"
     message = "connected to 10.0.0.1"
""",
    "a strict channel, another level": """\
INFO myapp.auth: User alice logged in
ERROR myapp.auth: Rate limit approaching
bigfoot-run: 1 problem · 1 of 2 expectations met · 2 interactions

MISMATCH  #2  log app ERROR myapp.auth: Rate limit approaching    python3 -c … pid 1 · t+N ms
   spec.toml:11
     level   expected "WARNING"    got "ERROR"
     2 fields equal
   accept it:  level = "ERROR"
""",
    "a strict channel, a line too few": """\
INFO myapp.auth: User alice logged in
bigfoot-run: 1 problem · 1 of 2 expectations met · 1 interaction

UNUSED  spec.toml:11 log app WARNING myapp.auth: Rate limit approaching never happened
""",
    "a strict channel, the other way round": """\
WARNING myapp.auth: Rate limit approaching
INFO myapp.auth: User alice logged in
bigfoot-run: 1 problem · 1 of 2 expectations met · 2 interactions

OUT-OF-ORDER  #1  log app WARNING myapp.auth: Rate limit approaching came before spec.toml:6 log app INFO myapp.auth: User alice logged in    python3 -c … pid 1 · t+N ms
   spec.toml:11
   still to come: spec.toml:6 log app INFO myapp.auth: User alice logged in
   if any order is right, add to each:
     any_order = "together"    # spec.toml:6 log app INFO myapp.auth: User alice logged in
     any_order = "together"    # spec.toml:11 log app WARNING myapp.auth: Rate limit approaching
""",
    "a channel that is not strict, a line that never came": """\
INFO myapp.auth: User bob logged in
WARNING myapp.auth: Rate limit approaching
bigfoot-run: 2 problems · 0 of 2 expectations met · 2 interactions (1 ambient)

OUT-OF-ORDER  #2  log app WARNING myapp.auth: Rate limit approaching came before spec.toml:5 log app INFO myapp.auth: User alice logged in    python3 -c … pid 1 · t+N ms
   spec.toml:10
   still to come: spec.toml:5 log app INFO myapp.auth: User alice logged in
   if any order is right, add to each:
     any_order = "together"    # spec.toml:5 log app INFO myapp.auth: User alice logged in
     any_order = "together"    # spec.toml:10 log app WARNING myapp.auth: Rate limit approaching

UNUSED  spec.toml:5 log app INFO myapp.auth: User alice logged in never happened
   nearest line, #1: INFO myapp.auth: User bob logged in; message differs at "alice"
""",
    "ignore_below, a line above it": """\
DEBUG db: connected
ERROR db: gone
WARNING myapp.auth: Rate limit approaching
bigfoot-run: 1 problem · 1 of 1 expectations met · 3 interactions (1 ambient)

UNEXPECTED  #2  log app ERROR db: gone    python3 -c … pid 1 · t+N ms
   add:
     [[expect]]
     log     = "app"
     level   = "ERROR"
     logger  = "db"
     message = "gone"
""",
    "journald, another level": """\
bigfoot-run: 1 problem · 1 of 2 expectations met · 2 interactions

MISMATCH  #1  log app INFO myapp: User alice logged in    python3 -c … pid 1 · t+N ms
   spec.toml:5
     level   expected "DEBUG"    got "INFO"
     2 fields equal
   accept it:  level = "INFO"
""",
    "a log file, another level": """\
bigfoot-run: 1 problem · 1 of 2 expectations met · 2 interactions

MISMATCH  #2  log app ERROR myapp.auth: Rate limit approaching    python3 -c … pid 1 · t+N ms
   spec.toml:11
     level   expected "WARNING"    got "ERROR"
     2 fields equal
   accept it:  level = "ERROR"
""",
    "standard error and calls, out of order": """\
INFO myapp.auth: User alice logged in
WARNING myapp.auth: Rate limit approaching
bigfoot-run: 1 problem · 2 of 3 expectations met · 4 interactions (1 ambient)

OUT-OF-ORDER  #2  GET http://api.example.com/pay came before spec.toml:6 log app INFO myapp.auth: User alice logged in    python3 -c … pid 1 · t+N ms
   spec.toml:11
   still to come: spec.toml:6 log app INFO myapp.auth: User alice logged in
   if any order is right, add to each:
     any_order = "together"    # spec.toml:6 log app INFO myapp.auth: User alice logged in
     any_order = "together"    # spec.toml:11 GET http://api.example.com/pay
""",
    "swallow, a line that never came": """\
bigfoot-run: 1 problem · 0 of 1 expectations met · 1 interaction (1 ambient)

UNUSED  spec.toml:6 log app INFO myapp.auth: User alice logged in never happened
   nearest line, #1: INFO myapp.auth: User bob logged in; message differs at "alice"
""",
    "secrets of log lines are not told": """\
INFO a: password is hunter2hunter2
bigfoot-run: 2 problems · 0 of 1 expectations met · 1 interaction

UNEXPECTED  #1  log app INFO a: password is {{env.SECRET}}    bash -c … pid 1 · t+N ms
   add:
     [[expect]]
     log     = "app"
     level   = "INFO"
     logger  = "a"
     message = "password is {{env.SECRET}}"

UNUSED  spec.toml:8 log app INFO myapp.auth: User alice logged in never happened
""",
}


def failing(name: str, command: list[str], text: str, **more) -> Case:
    return Case(name, command, text, exit=3, report=REPORTS.get(name, ""), **more)


PYTHONS = [
    Case("a strict channel", logging(ALICE, LIMIT), spec(APP, AUDIT), report=LINES, calls=["log asserted app"] * 2,
         counts={"interactions": 2, "asserted": 2}),
    failing("a strict channel, a line too many", logging(ALICE, 'db.debug("connected to 10.0.0.1")', LIMIT), spec(APP, AUDIT)),
    failing("a strict channel, another level", logging(ALICE, 'auth.error("Rate limit approaching")'), spec(APP, AUDIT)),
    failing("a strict channel, a line too few", logging(ALICE), spec(APP, AUDIT)),
    failing("a strict channel, the other way round", logging(LIMIT, ALICE), spec(APP, AUDIT)),
    Case("other lines of a channel that is not strict", logging('db.debug("connected")', ALICE, 'db.debug("asked")', LIMIT), spec(LOOSE, AUDIT),
         report="DEBUG db: connected\nINFO myapp.auth: User alice logged in\nDEBUG db: asked\nWARNING myapp.auth: Rate limit approaching\n",
         counts={"interactions": 4, "asserted": 2, "ambient": 2}),
    failing("a channel that is not strict, a line that never came", logging('auth.info("User bob logged in")', LIMIT), spec(LOOSE, AUDIT)),
    Case("ignore_below", logging('db.debug("connected")', 'db.info("asked")', LIMIT), spec(channel("stderr", TEMPLATE, STRICT, 'ignore_below = "warning"'), record("WARNING", "myapp.auth", "Rate limit approaching")),
         report="DEBUG db: connected\nINFO db: asked\nWARNING myapp.auth: Rate limit approaching\n", counts={"asserted": 1, "ambient": 2}),
    failing("ignore_below, a line above it", logging('db.debug("connected")', 'db.error("gone")', LIMIT), spec(channel("stderr", TEMPLATE, STRICT, 'ignore_below = "warning"'), record("WARNING", "myapp.auth", "Rate limit approaching")),
         ),
    Case("a traceback belongs to its record", logging("try:", "  1 / 0", "except ZeroDivisionError:", '  auth.exception("no")', ALICE),
         spec(APP, record("ERROR", "myapp.auth", "no"), record("INFO", "myapp.auth", "User alice logged in")), report=ANY, calls=["log asserted app"] * 2),
    Case("JSON lines", python("import json, sys", 'for n in (1, 2): print(json.dumps({"level": "info", "logger": "shop", "msg": "paid", "order": n}), file=sys.stderr)'),
         spec(channel("stderr", 'format = "json"', STRICT), record("INFO", "shop", "paid", "fields = { order = 1 }"), record("INFO", "shop", "paid", "fields = { order = 2 }")),
         report='{"level": "info", "logger": "shop", "msg": "paid", "order": 1}\n{"level": "info", "logger": "shop", "msg": "paid", "order": 2}\n'),
]


SYSLOG = channel("syslog", STRICT)
SENT = record("INFO", "myapp", "User alice logged in") + record("WARNING", "myapp", "Rate limit approaching")
TWO = ["log asserted app"] * 2


def handler(arguments: str) -> list[str]:
    """Python's SysLogHandler, which writes no tag by itself."""
    return python("import logging, logging.handlers, socket", f"h = logging.handlers.SysLogHandler({arguments})", 'h.ident = "myapp: "',
                  "log = logging.getLogger()", "log.setLevel(10); log.addHandler(h)", 'log.info("User alice logged in")',
                  'log.warning("Rate limit approaching")')


LEVEL_DIFFERS = re.compile("bigfoot-run: 1 problem · 1 of 2 expectations met · [0-9]+ interactions(?: \\([0-9] ambient\\))?\n\n"
                           "MISMATCH  #[0-9]  log app WARNING myapp: Rate limit approaching    [^\n]+ pid [0-9]+ · t\\+N ms\n   spec.toml:10\n"
                           '     level   expected "ERROR"    got "WARNING"\n     2 fields equal\n   accept it:  level = "WARNING"\n')


def syslogs(name: str, command: list[str], source: str, **more) -> list[Case]:
    """A program that sends the two lines, and the same where the spec wants another level of the second."""
    channel_text = channel(source, STRICT)
    wrong = SENT.replace("WARNING", "ERROR")
    return [Case(name, command, spec(channel_text, SENT), calls=TWO, **more),
            Case(f"{name}, another level", command, spec(channel_text, wrong), exit=3, report=LEVEL_DIFFERS, **more)]


def logger(*options: str) -> list[str]:
    run = "logger -t myapp " + " ".join(options)
    return ["sh", "-c", f"{run} -p user.info 'User alice logged in' && {run} -p user.warning 'Rate limit approaching'"]


UDP, TCP = "udp://logs.example.com:514", "tcp://logs.example.com:601"
SENDERS = [
    *syslogs("C syslog(3)", ["@built@/log_c", "syslog"], "syslog"),
    *syslogs("Go log/syslog", ["@built@/log_go", "syslog"], "syslog"),
    *syslogs("Go log/syslog by UDP", ["@built@/log_go", "syslog", "udp", "logs.example.com:514"], UDP),
    *syslogs("Go log/syslog by TCP", ["@built@/log_go", "syslog", "tcp", "logs.example.com:601"], TCP),
    *syslogs("Python SysLogHandler", handler('"/dev/log"'), "syslog"),
    *syslogs("Python SysLogHandler on a stream", handler('"/dev/log", socktype=socket.SOCK_STREAM'), "syslog"),
    *syslogs("Python SysLogHandler by UDP", handler('("logs.example.com", 514)'), UDP),
    *syslogs("Python SysLogHandler by TCP", handler('("logs.example.com", 601), socktype=socket.SOCK_STREAM'), TCP),
    *syslogs("Python syslog", python("import syslog", 'syslog.openlog("myapp", syslog.LOG_PID)', 'syslog.syslog(syslog.LOG_INFO, "User alice logged in")',
                                     'syslog.syslog(syslog.LOG_WARNING, "Rate limit approaching")'), "syslog"),
    *syslogs("Ruby Syslog", ["ruby", "-rsyslog", "-e", 'Syslog.open("myapp") { |s| s.info("User alice logged in"); s.warning("Rate limit approaching") }'], "syslog"),
    *syslogs("PHP syslog", ["php", "-r", 'openlog("myapp", LOG_PID, LOG_USER); syslog(LOG_INFO, "User alice logged in"); syslog(LOG_WARNING, "Rate limit approaching");'], "syslog"),
    *syslogs("Perl Sys::Syslog", ["perl", "-MSys::Syslog", "-e", 'openlog("myapp", "pid", "user"); syslog("info", "User alice logged in"); syslog("warning", "Rate limit approaching");'], "syslog"),
    *syslogs("logger", logger(), "syslog"),
    *syslogs("logger --rfc5424", logger("--rfc5424"), "syslog"),
    *syslogs("logger of another socket", logger("-u", "/run/systemd/journal/dev-log"), "syslog"),
    *syslogs("logger by UDP", logger("-d", "-n", "logs.example.com", "-P", "514"), UDP),
    *syslogs("logger by TCP", logger("-T", "-n", "logs.example.com", "-P", "601"), TCP),
    *syslogs("logger by TCP, counted", logger("-T", "--octet-count", "-n", "logs.example.com", "-P", "601"), TCP),
    *syslogs("systemd-cat", ["sh", "-c", "echo 'User alice logged in' | systemd-cat -t myapp -p info && echo '<4>Rate limit approaching' | systemd-cat -t myapp"],
             "journald", needs=("systemd-cat",)),
    *syslogs("logger --journald", ["sh", "-c", "printf 'MESSAGE=User alice logged in\\nPRIORITY=6\\nSYSLOG_IDENTIFIER=myapp\\n' | logger --journald && "
                                   "printf 'MESSAGE=Rate limit approaching\\nPRIORITY=4\\nSYSLOG_IDENTIFIER=myapp\\n' | logger --journald"], "journald"),
]

JOURNAL = python("import os, socket", "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)", 'to = "/run/systemd/journal/socket"',
                 's.sendto(b"MESSAGE=User alice logged in\\nPRIORITY=6\\nSYSLOG_IDENTIFIER=myapp\\n", to)',
                 'f = os.memfd_create("message", os.MFD_ALLOW_SEALING)',
                 'os.write(f, b"PRIORITY=4\\nSYSLOG_IDENTIFIER=myapp\\nMESSAGE=" + b"x" * 300000 + b"\\n")', "import fcntl; fcntl.fcntl(f, 1033, 15)",
                 "import array; s.sendmsg([], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [f]))], 0, to)")
LONG = record("INFO", "myapp", "User alice logged in") + record("WARNING", "myapp", "{{/^x+$/}}")
PEOPLE = [
    Case("bash echo", ["bash", "-c", "echo 'INFO myapp.auth: User alice logged in' >&2; echo out; echo 'WARNING myapp.auth: Rate limit approaching' >&2"],
         spec(APP, AUDIT), stdout="out\n", report=LINES, calls=TWO),
    Case("C stdio in pieces", ["@built@/log_c", "stderr"], spec(APP, record("INFO", "myapp", "User alice logged in"), record("WARNING", "myapp", "Rate limit approaching")),
         report="INFO myapp: User alice logged in\nWARNING myapp: Rate limit approaching\n", calls=TWO),
    Case("Node console.error", ["node", "-e", 'for (const [level, msg] of [["info", "User alice logged in"], ["warn", "Rate limit approaching"]]) console.error(JSON.stringify({ level, name: "myapp.auth", msg }))'],
         spec(channel("stderr", 'format = "json"', STRICT), AUDIT), report=ANY, calls=TWO),
    Case("pino's numbers on standard output", ["node", "-e", 'for (const [level, msg] of [[30, "User alice logged in"], [40, "Rate limit approaching"]]) process.stdout.write(JSON.stringify({ level, time: 1, pid: process.pid, hostname: "h", name: "myapp.auth", msg }) + "\\n")'],
         spec(channel("stdout", 'format = "json"', STRICT, "swallow = true"), AUDIT), calls=TWO),
    Case("Go log", ["@built@/log_go", "stderr"], spec(channel("stderr", 'format = "{} {} {logger}: {message}"', STRICT), record("", "myapp", "User alice logged in").replace('level = ""\n', ""),
                                                       record("", "myapp", "Rate limit approaching").replace('level = ""\n', "")), report=ANY, calls=TWO),
    Case("Go JSON", ["@built@/log_go", "json"], spec(channel("stderr", 'format = "json"', STRICT), AUDIT), report=ANY, calls=TWO),
    Case("Java java.util.logging", ["java", "-Djava.util.logging.SimpleFormatter.format=%4$s %3$s: %5$s%n", "-cp", "@built@", "Log"], spec(APP, AUDIT), report=LINES, calls=TWO),
    Case("Java java.util.logging, two lines a record", ["java", "-cp", "@built@", "Log"],
         spec(channel("stderr", TEMPLATE.replace(" {logger}", "")), record("INFO", "", "User alice logged in").replace('logger = ""\n', ""),
              record("WARNING", "", "Rate limit approaching").replace('logger = ""\n', "")), report=ANY, calls=TWO),
    Case("Ruby Logger", ["ruby", "-rlogger", "-e", 'l = Logger.new($stderr, progname: "myapp.auth", formatter: ->(s, _, p, m) { "#{s} #{p}: #{m}\\n" }); l.info("User alice logged in"); l.warn("Rate limit approaching")'],
         spec(APP, AUDIT), report=LINES.replace("WARNING", "WARN"), calls=TWO),
    Case("PHP error_log", ["php", "-d", "display_errors=0", "-r", 'error_log("INFO myapp.auth: User alice logged in"); error_log("WARNING myapp.auth: Rate limit approaching");'], spec(APP, AUDIT), report=LINES, calls=TWO),
    Case("Perl warn", ["perl", "-e", 'warn "INFO myapp.auth: User alice logged in\\n"; warn "WARNING myapp.auth: Rate limit approaching\\n"'], spec(APP, AUDIT), report=LINES, calls=TWO),
    Case("journald, and a message too long for a datagram", JOURNAL, spec(channel("journald", STRICT), LONG), calls=TWO),
    failing("journald, another level", JOURNAL, spec(channel("journald", STRICT), LONG.replace("INFO", "DEBUG"))),
]

FILE = channel("file:@dir@/app.log", TEMPLATE, STRICT)
TO_FILE = 'filename="app.log", format="%(levelname)s %(name)s: %(message)s"'
CALL = 'import urllib.request as u; u.urlopen("http://api.example.com/pay").read()'
PAY = '[[expect]]\nhttp = "GET http://api.example.com/pay"\nheaders = "*"\nreply = { text = "ok" }\n'
FIRST, SECOND = record("INFO", "myapp.auth", "User alice logged in"), record("WARNING", "myapp.auth", "Rate limit approaching")
FILES = [
    Case("a log file", logging(ALICE, LIMIT, setup=TO_FILE), spec(FILE, AUDIT), calls=TWO),
    failing("a log file, another level", logging(ALICE, 'auth.error("Rate limit approaching")', setup=TO_FILE), spec(FILE, AUDIT)),
    Case("what a log file held before is not of this run", logging(ALICE, LIMIT, setup=TO_FILE), spec(FILE, AUDIT), files={"app.log": "ERROR old: line\n"}, calls=TWO),
    Case("a log file in a folder that is made first", python("import os", 'os.mkdir("logs"); open("logs/app.log", "w").write("INFO myapp.auth: User alice logged in")'),
         spec(channel("file:@dir@/logs/app.log", TEMPLATE, STRICT), FIRST), calls=["log asserted app"]),
    Case("a log file and calls, in order", logging(ALICE, CALL, LIMIT, setup=TO_FILE), spec(FILE, FIRST, PAY, SECOND), counts={"asserted": 3}),
    Case("a log file that is cut short", ["bash", "-c", "echo 'INFO a: long long long long line' > app.log; sleep 0.1; echo 'INFO a: new' > app.log"],
         spec(FILE, record("INFO", "a", "long long long long line"), record("INFO", "a", "new")), calls=TWO),
    Case("a log file that is written anew, as long as before",
         ["bash", "-c", "echo 'INFO a: one' > app.log; sleep 0.5; echo 'INFO a: two' > app.log"],
         spec(FILE, record("INFO", "a", "one"), record("INFO", "a", "two")), calls=TWO),
]
ORDER = [
    Case("standard error and calls, in order", logging(ALICE, CALL, LIMIT), spec(APP, FIRST, PAY, SECOND), report=LINES, counts={"asserted": 3}),
    failing("standard error and calls, out of order", logging(CALL, ALICE, LIMIT), spec(APP, FIRST, PAY, SECOND)),
    Case("syslog and calls, in order", handler('"/dev/log"')[:2] + [handler('"/dev/log"')[2].replace("log.warning", CALL + "\nlog.warning")],
         spec(SYSLOG, record("INFO", "myapp", "User alice logged in"), PAY, record("WARNING", "myapp", "Rate limit approaching")), counts={"asserted": 3}),
    Case("standard error and commands, in order", ["bash", "-c", "echo 'INFO myapp.auth: User alice logged in' >&2; git pull; echo 'WARNING myapp.auth: Rate limit approaching' >&2"],
         spec(APP, FIRST, '[[expect]]\nexec = ["git", "pull"]\nreply = { stderr = "INFO git: of the mocked one\\n" }\n', SECOND), report=LINES.replace("\nW", "\nINFO git: of the mocked one\nW"), counts={"asserted": 3}),
]
QUIET = [
    Case("swallow", ["bash", "-c", "echo 'INFO myapp.auth: User alice logged in'; echo 'no record'; echo e >&2"], spec(channel("stdout", TEMPLATE, "swallow = true"), FIRST), report="e\n",
         calls=["log asserted app"]),
    failing("swallow, a line that never came", ["bash", "-c", "echo 'INFO myapp.auth: User bob logged in'"], spec(channel("stdout", TEMPLATE, "swallow = true"), FIRST)),
    Case("redirected children are not the program's log", ["bash", "-c", "ls /none 2>/dev/null; ls /none 2>err.txt; x=$(ls /none 2>&1); echo 'INFO myapp.auth: User alice logged in' >&2"],
         spec(APP, FIRST), report="INFO myapp.auth: User alice logged in\n", calls=["log asserted app"]),
    Case("a child's own lines are", ["bash", "-c", "bash -c \"echo 'INFO myapp.auth: User alice logged in' >&2\"; true"], spec(APP, FIRST), report="INFO myapp.auth: User alice logged in\n", calls=["log asserted app"]),
    Case("two processes, a piece each", ["bash", "-c", "(printf 'INFO a: one ' >&2; sleep 0.2; echo end >&2) & (sleep 0.1; printf 'INFO b: two ' >&2; sleep 0.2; echo end >&2) & wait"],
         spec(APP, record("INFO", "a", "one end"), record("INFO", "b", "two end")), report=ANY, calls=TWO),
    Case("no end of line at the end", ["bash", "-c", "printf 'INFO myapp.auth: User alice logged in' >&2"], spec(APP, FIRST), report="INFO myapp.auth: User alice logged in", calls=["log asserted app"]),
    failing("secrets of log lines are not told", ["bash", "-c", "echo 'INFO a: password is hunter2hunter2' >&2"], spec('[settings]\nredact = ["env:SECRET"]\n', APP, FIRST), env={"SECRET": "hunter2hunter2"}),
]


def untouched(stage: Stage, place: Path, env: dict[str, str]) -> None:
    """Standard output and error in one file: byte for byte as without us."""
    program = python("import os", "for i in range(301):", '  os.write(1, b"out %d\\n" % i)', '  os.write(2, b"INFO a: err %d\\n" % i)',
                     '  os.write(2, b"pie")', '  os.writev(2, [b"ce ", b"%d\\n" % i])')
    (place / "spec.toml").write_text(spec(channel("stderr", TEMPLATE), channel("stdout", name="out"), record("INFO", "a", "err 300"), record("", "", "out 7", name="out")
                                          .replace('level = ""\nlogger = ""\n', "")))
    (place / "spec.toml").write_text((place / "spec.toml").read_text().replace("version = 1", 'version = 1\n[settings]\norder = "any"'))
    alone = subprocess.run(program, cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    watched = subprocess.run([str(stage.bigfoot), "--spec", "spec.toml", "--", *program], cwd=place, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    if watched.returncode != 0:
        raise Wrong(f"exit status {watched.returncode}\n{watched.stdout.decode()[-3000:]}")
    compare("output", alone.stdout.decode(), watched.stdout.decode())


CASES = [*PYTHONS, *SENDERS, *PEOPLE, *FILES, *ORDER, *QUIET, Case("output is untouched", script=untouched)]
