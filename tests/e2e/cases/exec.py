# tests/e2e/cases/exec.py - Commands that a program starts, as spec-format.md 4.6 writes them: scripted, refused, failed, let through.
import re

from harness import ANY, NO_PTRACE, NOBODY, Case

PYTHON = "/usr/bin/python3"


def spec(*entries: str) -> str:
    return "version = 1\n" + "".join(entries)


def entry(headline: str, *lines: str) -> str:
    return "[[expect]]\n" + headline + "\n" + "".join(line + "\n" for line in lines)


def python(text: str) -> list[str]:
    return [PYTHON, "-c", text]


def denies_nothing_else(*programs: str) -> str:
    return "[guard]\nallow = [" + ", ".join(f'"exec:{program}"' for program in programs) + "]\n"


PULL = entry('exec = ["git", "pull", "--ff-only"]', 'reply = { stdout = "Already up to date.\\n" }')
OPTIONAL = PULL + "required = false\n"
# No program of this name is installed anywhere.
DEPLOY = entry('exec = ["bigfoot-deploy", "prod"]', 'reply = { exit = 3, stdout = "out\\n", stderr = "err\\n" }')
UPPER = entry('exec = ["tr", "a-z", "A-Z"]', 'stdin = "hello\\n"', 'reply = { stdout = "HELLO\\n" }')
SHELL = entry('shell = "echo hello | tr a-z A-Z"', 'reply = { stdout = "HELLO\\n" }')
CHAT = entry('exec = ["make", "all"]', "steps = [", '  { stdout = "overwrite? " },', '  { stdin = "y\\n" },',
             '  { stdout = "Build complete\\n", delay = "30ms" },', "  { exit = 0 },", "]")
LARGE = 3_000_000


def run_of(call: str) -> str:
    return f"import subprocess as s\nr = {call}\nprint(r.returncode, r.stdout, r.stderr)"


def captured(arguments: str, more: str = "") -> list[str]:
    return python(run_of(f"s.run({arguments}, capture_output=True, text=True{more})"))


PYTHONS = [
    Case("Python subprocess.run", captured('["git", "pull", "--ff-only"]'), spec(PULL), stdout="0 Already up to date.\n \n",
         calls=["exec asserted git"]),
    Case("a program that is not installed", captured('["bigfoot-deploy", "prod"]'), spec(DEPLOY), stdout="3 out\n err\n\n",
         calls=["exec asserted bigfoot-deploy"]),
    Case("stdin is asserted", captured('["tr", "a-z", "A-Z"]', ', input="hello\\n"'), spec(UPPER), stdout="0 HELLO\n \n"),
    Case("shell=True", captured('"echo hello | tr a-z A-Z"', ", shell=True"), spec(SHELL), stdout="0 HELLO\n \n",
         calls=["shell asserted sh"]),
    Case("a shell is looked through", captured('"echo a; git pull --ff-only; echo z"', ", shell=True"), spec(PULL),
         stdout="0 a\nAlready up to date.\nz\n \n", calls=["exec asserted git"]),
    Case("env is looked through", captured('["env", "A=1", "git", "pull", "--ff-only"]'), spec(PULL), stdout="0 Already up to date.\n \n",
         calls=["exec asserted git"]),
    Case("an absolute path", captured('["/opt/none/git", "pull", "--ff-only"]'), spec(PULL), stdout="0 Already up to date.\n \n"),
    Case("os.system", python('import os; print(os.system("echo hello | tr a-z A-Z"))'), spec(SHELL), stdout="HELLO\n0\n"),
    Case("os.posix_spawnp", python('import os\np = os.posix_spawnp("bigfoot-deploy", ["bigfoot-deploy", "prod"], os.environ)\n'
                                   "print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"), spec(DEPLOY), stdout="out\n3\n", report="err\n"),
    Case("execvp in the place of the main program", python('import os; os.execvp("git", ["git", "pull", "--ff-only"])'), spec(PULL),
         stdout="Already up to date.\n"),
    Case("exec from a thread", python('import os, threading\nthreading.Thread(target=os.execvp, args=("git", ["git", "pull", "--ff-only"])).start()\n'
                                      "import time; time.sleep(30)"), spec(PULL), stdout="Already up to date.\n"),
    Case("asyncio", python("import asyncio\nasync def main():\n  p = await asyncio.create_subprocess_exec('tr', 'a-z', 'A-Z', stdin=-1, stdout=-1)\n"
                           "  print(await p.communicate(b'hello\\n'), p.returncode)\n"
                           "  p = await asyncio.create_subprocess_shell('echo hello | tr a-z A-Z', stdout=-1)\n"
                           "  print(await p.communicate(), p.returncode)\nasyncio.run(main())"), spec(UPPER, SHELL),
         stdout="(b'HELLO\\n', None) 0\n(b'HELLO\\n', None) 0\n", calls=["exec asserted tr", "shell asserted sh"]),
    Case("megabytes in and out", python(f"import subprocess as s\nr = s.run(['filter'], input=b'x' * {LARGE}, capture_output=True)\n"
                                        "print(r.returncode, len(r.stdout), len(r.stderr))"),
         spec(entry('exec = ["filter"]', 'stdin = { file = "in.txt" }', 'reply = { stdout = { file = "out.txt" }, stderr = { file = "out.txt" } }')),
         files={"in.txt": "x" * LARGE, "out.txt": "y" * LARGE}, stdout=f"0 {LARGE} {LARGE}\n"),
    Case("all is written before anything is read", python(f"import subprocess as s\np = s.Popen(['filter'], stdin=-1, stdout=-1)\n"
                                                          f"p.stdin.write(b'x' * {LARGE}); p.stdin.close()\nprint(len(p.stdout.read()), p.wait())"),
         spec(entry('exec = ["filter"]', 'stdin = { file = "in.txt" }', 'reply = { stdout = { file = "out.txt" } }')),
         files={"in.txt": "x" * LARGE, "out.txt": "y" * LARGE}, stdout=f"{LARGE} 0\n"),
    Case("stdin that its parent reads itself", ["sh", "-c", "while read name; do convert $name; done < list"],
         spec(entry('exec = ["convert", "{{/[abc]/}}"]', 'times = 3', 'reply = { stdout = "ok\\n" }')), files={"list": "a\nb\nc\n"},
         stdout="ok\nok\nok\n"),
    Case("stdin that nobody closes", python("import subprocess as s\np = s.Popen(['git', 'pull', '--ff-only'], stdin=-1)\nprint(p.wait())"),
         spec(PULL), stdout="Already up to date.\n0\n"),
    Case("a command that is killed", python("import subprocess as s\np = s.Popen(['git', 'pull'], stdin=-1, stdout=-1)\np.stdout.read(1)\np.kill()\n"
                                            "print(p.wait())"),
         spec(entry('exec = ["git", "pull"]', "steps = [", '  { stdout = "a" },', '  { exit = 0, delay = "20s" },', "]")), stdout="-9\n", exit=3,
         has=("UNUSED",), timeout=15),
    Case("multiprocessing is not disturbed", [PYTHON, "-u", "m.py"],
         files={"m.py": "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n"
                        "  for way in ('fork', 'spawn', 'forkserver'):\n    with m.get_context(way).Pool(2) as pool: print(pool.map(f, [1, 2, 3]))\n"
                        "  import subprocess; subprocess.run(['git', 'pull', '--ff-only'])"},
         spec=spec(denies_nothing_else("python3*"), PULL), stdout="[1, 4, 9]\n[1, 4, 9]\n[1, 4, 9]\nAlready up to date.\n"),
    Case("multiprocessing by fork needs no rule", [PYTHON, "m.py"],
         files={"m.py": "import multiprocessing as m\ndef f(x): return x * x\nif __name__ == '__main__':\n"
                        "  with m.get_context('fork').Pool(2) as pool: print(pool.map(f, [1, 2, 3]))"}, spec=spec(OPTIONAL), stdout="[1, 4, 9]\n"),
    Case("multiprocessing by spawn without its rule", [PYTHON, "m.py"],
         files={"m.py": "import multiprocessing as m\ndef f(): print('never')\nif __name__ == '__main__':\n"
                        "  p = m.get_context('spawn').Process(target=f)\n  p.start(); p.join(); print(p.exitcode)"}, spec=spec(OPTIONAL), stdout="127\n", exit=3,
         has=("UNEXPECTED", 'python3 starts itself again, as worker processes are started: [guard] allow = ["exec:/usr/bin/python3"] lets it')),
    Case("multiprocessing by spawn, with the rule of the report", [PYTHON, "m.py"],
         files={"m.py": "import multiprocessing as m\ndef f(): print('worker', flush=True)\nif __name__ == '__main__':\n"
                        "  p = m.get_context('spawn').Process(target=f)\n  p.start(); p.join(); print(p.exitcode)"},
         spec=spec(denies_nothing_else("/usr/bin/python3"), OPTIONAL), stdout="worker\n0\n"),
    Case("subprocess with every kind of stdin", python(
        "import subprocess as s\nfor stdin in (None, s.DEVNULL, s.PIPE): print(s.run(['git', 'status'], stdin=stdin, stdout=-1).stdout)"),
        spec(entry('exec = ["git", "status"]', "times = 3", 'reply = { stdout = "clean" }')), stdout="b'clean'\n" * 3, counts={"asserted": 3}),
    Case("1,000 commands from 8 threads", python(
        "import subprocess as s\nfrom concurrent.futures import ThreadPoolExecutor as P\n"
        "def f(i): return s.run(['git', 'show', str(i)], stdin=s.DEVNULL, capture_output=True).stdout == b'%d\\n' % i\n"
        "print(sum(P(8).map(f, range(1000))))"),
        spec(entry('exec = ["git", "show", "{{n:int}}"]', "times = 1000", 'reply = { stdout = "{{req.argv[2]}}\\n" }')), stdout="1000\n",
        counts={"asserted": 1000}, timeout=120),
]
CLIENTS = [
    Case("bash", ["bash", "-c", "/opt/none/git pull --ff-only; echo $?"], spec(PULL), stdout="Already up to date.\n0\n"),
    Case("dash, with a pipe", ["dash", "-c", "echo hello | tr a-z A-Z; echo $?"], spec(UPPER), stdout="HELLO\n0\n"),
    Case("make", ["make", "-s", "-f", "rules"], spec(UPPER), files={"rules": "all:\n\techo hello | tr a-z A-Z\n"}, stdout="HELLO\n"),
    Case("Node execFile and spawn", ["node", "-e", "const c = require('child_process');"
                                     "c.execFile('git', ['pull', '--ff-only'], (e, o) => { console.log(e, o);"
                                     "const p = c.spawn('tr', ['a-z', 'A-Z']); p.stdout.on('data', d => console.log(String(d)));"
                                     "p.on('close', s => console.log(s)); p.stdin.end('hello\\n') })"],
         spec(PULL, UPPER), stdout="null Already up to date.\n\nHELLO\n\n0\n", calls=["exec asserted git", "exec asserted tr"]),
    Case("Node exec", ["node", "-e", "require('child_process').exec('echo hello | tr a-z A-Z', (e, o) => console.log(e, o))"], spec(SHELL),
         stdout="null HELLO\n\n"),
    Case("Node fork", ["node", "-e", "const c = require('child_process'); c.fork('worker.js').on('message', m => console.log(m))"],
         spec(denies_nothing_else("node"), OPTIONAL), files={"worker.js": "process.send('hello')"}, stdout="hello\n", calls=["exec allowed node"]),
    Case("Node execSync", ["node", "-e", "console.log(String(require('child_process').execSync('echo hello | tr a-z A-Z')))"], spec(SHELL),
         stdout="HELLO\n\n", calls=["shell asserted sh"]),
    Case("Ruby Open3", ["ruby", "-ropen3", "-e", "o, e, s = Open3.capture3('tr', 'a-z', 'A-Z', stdin_data: \"hello\\n\"); puts o, e.inspect, s.exitstatus"],
         spec(UPPER), stdout='HELLO\n""\n0\n', calls=["exec asserted tr"]),
    Case("Ruby backticks with a pipe", ["ruby", "-e", "puts `echo hello | tr a-z A-Z`"], spec(SHELL), stdout="HELLO\n"),
    Case("PHP shell_exec", ["php", "-r", "echo shell_exec('echo hello | tr a-z A-Z');"], spec(SHELL), stdout="HELLO\n"),
    Case("Perl", ["perl", "-e", "open(my $p, '-|', 'git', 'pull', '--ff-only'); print <$p>; close $p; print $?"], spec(PULL),
         stdout="Already up to date.\n0"),
    Case("xargs and find", ["sh", "-c", "echo pull --ff-only | xargs git; find . -maxdepth 0 -exec git pull --ff-only ';'"],
         spec(denies_nothing_else("xargs", "find"), PULL + "times = 2\n"), stdout="Already up to date.\n" * 2),
    Case("Go os/exec", ["@built@/run_go", "/usr/bin/tr", "a-z", "A-Z"], spec(UPPER), env={"INPUT": "hello\n"}, stdout='"HELLO\\n" "" <nil>\n'),
    Case("Ruby backticks", ["ruby", "-e", "puts `/usr/bin/git pull --ff-only`, $?.exitstatus"], spec(PULL), stdout="Already up to date.\n0\n"),
    Case("PHP proc_open", ["php", "-r", "$p = proc_open(['tr', 'a-z', 'A-Z'], [['pipe', 'r'], ['pipe', 'w']], $f); fwrite($f[0], \"hello\\n\");"
                           "fclose($f[0]); echo stream_get_contents($f[1]), proc_close($p), \"\\n\";"], spec(UPPER), stdout="HELLO\n0\n"),
    Case("Java ProcessBuilder", ["java", "Run.java"], spec(denies_nothing_else("java"), PULL), files={
        "Run.java": 'class Run { public static void main(String[] a) throws Exception { var p = new ProcessBuilder("git", "pull", "--ff-only").start();'
                    'System.out.print(new String(p.getInputStream().readAllBytes()) + p.waitFor() + "\\n"); } }'},
         stdout="Already up to date.\n0\n"),
]
ENDINGS = [
    Case("ENOENT", python("import subprocess\ntry: subprocess.run(['git', 'pull'])\nexcept OSError as e: print(e)"),
         spec(entry('exec = ["git", "pull"]', 'reply = { errno = "ENOENT" }')), stdout="[Errno 2] No such file or directory: 'git'\n",
         calls=["exec asserted git"]),
    Case("EACCES", python("import subprocess\ntry: subprocess.run(['/usr/bin/git', 'pull'])\nexcept OSError as e: print(e)"),
         spec(entry('exec = ["git", "pull"]', 'reply = { errno = "EACCES" }')), stdout="[Errno 13] Permission denied: '/usr/bin/git'\n"),
    Case("a signal", captured('["git", "pull"]'), spec(entry('exec = ["git", "pull"]', "reply = { signal = 15 }")), stdout="-15  \n"),
    Case("a program that `which` hides", python("import subprocess\ntry: subprocess.run(['tr', 'a', 'b'])\nexcept OSError as e: print(e)"),
         spec(entry('which = "tr"', "reply = false"), OPTIONAL),
         stdout="[Errno 2] No such file or directory: 'tr'\n"),
    Case("stdin of the run itself, asserted", ["sh", "-c", "tr a-z A-Z"], spec(UPPER), stdin="hello\n", stdout="HELLO\n"),
    Case("stdin of the run itself is left alone", ["sh", "-c", "git pull --ff-only; read line; echo $line"], spec(PULL), stdin="hello\n",
         stdout="Already up to date.\nhello\n"),
    Case("stdin of the run itself never ends", ["sh", "-c", "git pull --ff-only"], spec(PULL), stdout="Already up to date.\n",
         wrap=("sh", "-c", 'sleep 3 | { "$@"; }', "sh"), timeout=20),
    Case("cwd and env", python("import subprocess as s\nprint(s.run(['git', 'pull'], cwd='/usr', env={'PATH': '/none', 'A': '1'}, "
                               "stdout=-1).stdout)"),
         spec(entry('exec = ["git", "pull"]', 'cwd = "/usr"', 'env = { A = "1" }', 'reply = { stdout = "ok" }')), stdout="b'ok'\n"),
    Case("a delay", python("import subprocess as s, time\nt = time.monotonic()\ns.run(['git', 'pull'], stdin=s.DEVNULL)\n"
                           "print(time.monotonic() - t >= 0.3)"),
         spec(entry('exec = ["git", "pull"]', 'reply = { delay = "300ms" }')), stdout="True\n"),
    Case("nobody reads what it prints", ["bash", "-c", "set -o pipefail; git pull | head -c 1; echo $?"],
         spec(entry('exec = ["git", "pull"]', 'reply = { stdout = { file = "out.txt" } }'), denies_nothing_else("head")),
         files={"out.txt": "y" * LARGE}, stdout="y141\n", calls=["exec asserted git", "exec allowed head"]),
    Case("steps", python("import subprocess as s\np = s.Popen(['make', 'all'], stdin=-1, stdout=-1, text=True, bufsize=0)\n"
                         "print(p.stdout.read(11)); p.stdin.write('y\\n'); p.stdin.flush(); print(p.stdout.read(), p.wait())"),
         spec(CHAT), stdout="overwrite? \nBuild complete\n 0\n", calls=["exec asserted make"]),
]
REPORTS = [
    Case("unexpected", captured('["/bin/ls", "-l"]'), spec(OPTIONAL), stdout=ANY, exit=3,
         has=("UNEXPECTED", 'exec  = ["/bin/ls", "-l"]', "answered 127", "started by python3"), calls=["exec unexpected ls"]),
    Case("unexpected, as the command says it", ["sh", "-c", "ls -l; echo $?"], spec(OPTIONAL), stdout="127\n", exit=3,
         has=("bigfoot-run: ", "UNEXPECTED"), calls=["exec unexpected ls"]),
    Case("unexpected, told once", ["make", "-s", "-f", "rules"], spec(OPTIONAL), stdout=ANY, exit=2, files={"rules": "all:\n\t./deploy; ls\n",
         "deploy": "#!/bin/sh\nls\n"}, has=("started by make",), calls=["shell unexpected sh"]),
    Case("another argv", captured('["git", "push"]'), spec(PULL), stdout=re.compile(r"127  bigfoot-run: mismatch: [^$]*"), exit=3,
         has=("MISMATCH", 'argv[1]   expected "pull"         got "push"', 'accept it:  exec = ["git", "push"]', "answered 127"),
         calls=["exec mismatch git"]),
    Case("another argv, served", captured('["git", "push", "--ff-only"]'), spec(PULL + 'on_mismatch = "serve"\n'),
         stdout="0 Already up to date.\n \n", exit=3, has=("MISMATCH",), calls=["exec mismatch git"]),
    Case("another stdin", captured('["tr", "a-z", "A-Z"]', ', input="world\\n"'), spec(UPPER), stdout=re.compile(r"127 HELLO\n bigfoot-run: [^$]*"),
         exit=3, has=("MISMATCH", "stdin"), calls=["exec mismatch tr"]),
    Case("once more than expected", python("import subprocess as s\nfor i in 1, 2: print(s.run(['bigfoot-deploy', 'prod']).returncode)"),
         spec(DEPLOY), stdout="out\n3\n127\n", exit=3, has=("UNEXPECTED", "earlier entry"),
         calls=["exec asserted bigfoot-deploy", "exec unexpected bigfoot-deploy"]),
    Case("a denied command", captured('["git", "push"]'), 'version = 1\n[guard]\ndeny = ["exec:git"]\n', stdout=ANY, exit=3,
         has=("GUARDED", "[guard] deny"), calls=["exec guarded git"]),
    Case("a command that is allowed", captured('["true"]'), spec(denies_nothing_else("true"), OPTIONAL),
         stdout="0  \n", calls=["exec allowed true"]),
    Case("a command that is warned about", captured('["true"]'), 'version = 1\n[guard]\nexec = "warn"\n', stdout="0  \n",
         has=("was let through",), calls=["exec allowed true"]),
    Case("nothing is said of commands", captured('["echo", "a"]'), "version = 1\n", stdout="0 a\n \n", calls=[]),
]
TRACED = [
    Case("a command under strace", ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", "sh", "-c", "git pull --ff-only; echo $?"],
         spec(denies_nothing_else("strace", "sh"), PULL), stdout="126\n", exit=3, needs=("strace",), timeout=20,
         has=('UNDECODED', 'exec ["git", "pull", "--ff-only"] could not be played, so its execve failed: strace traces the process, and a process has '
              "one tracer at a time", "let the tracer leave this command alone: strace without -f", "answered EPERM")),
    Case("an unexpected command under strace", ["strace", "-f", "-o", "/dev/null", "-e", "trace=none", "sh", "-c", "ls; echo $?"],
         spec(denies_nothing_else("strace", "sh"), OPTIONAL), stdout="126\n", exit=3, needs=("strace",), timeout=20,
         has=("UNEXPECTED", "it could not be told so: strace traces the process")),
    Case("strace of a program whose commands it leaves alone", ["strace", "-o", "/dev/null", "-e", "trace=none", "sh", "-c", "git pull --ff-only; echo $?"],
         spec(denies_nothing_else("strace", "sh"), PULL), stdout="Already up to date.\n0\n", needs=("strace",), timeout=20),
    Case("a command under gdb", ["gdb", "-q", "-nx", "-batch", "-ex", "set startup-with-shell off", "-ex", "run", "--args", "git", "pull", "--ff-only"],
         spec(denies_nothing_else("gdb*", "iconv", "sh"), PULL), stdout=ANY, exit=1, needs=("gdb",), timeout=30,
         has=("UNDECODED", "gdb traces the process, and a process has one tracer at a time")),
    Case("a command where ptrace is forbidden", ["sh", "-c", "git pull --ff-only; echo $?"], spec(PULL), stdout="126\n", exit=3, root=True,
         wrap=("@built@/docker_like", "--podman", *NOBODY), env=NO_PTRACE, lacks=("traces the process",),
         has=("UNDECODED", "replacing a program needs ptrace(2), which this kernel or container does not allow", "--cap-add SYS_PTRACE allows it")),
]
LIFE = [
    Case("a command that outlives the run's own is no leak", ["sh", "-c", "git pull & sleep 0.2"],
         spec(entry('exec = ["git", "pull"]', 'reply = { stdout = "late\\n", delay = "500ms" }'), denies_nothing_else("sleep")), stdout="late\n",
         calls=["exec asserted git", "exec allowed sleep"]),
    Case("a command that an orphan starts is a leak", ["sh", "-c", "(sleep 0.3; git pull) & true"],
         spec(entry('exec = ["git", "pull"]', 'reply = { stdout = "late\\n" }'), denies_nothing_else("sleep")), stdout="late\n", exit=3,
         has=("LEAKED",)),
    Case("what an endless producer writes", ["bash", "-c", "yes | git pull; echo ${PIPESTATUS[*]}"],
         spec(entry('exec = ["git", "pull"]', 'stdin = "*"', "reply = { exit = 4 }"), denies_nothing_else("yes")), stdout="141 4\n", timeout=120),
]
CASES = TRACED + LIFE + PYTHONS + CLIENTS + ENDINGS + REPORTS
