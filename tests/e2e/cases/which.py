# tests/e2e/cases/which.py - Look-ups of programs, as spec-format.md 4.6 writes them: found where an entry says, or nowhere; and
# those of a program that only an `exec` entry knows, by everything that looks before it runs.
from harness import Case

PYTHON = "/usr/bin/python3"
HERE = "/usr/local/bin/bigfoot-deploy"  # not installed, nor is any other program of this name
WAYS = f"""import os, shutil, stat
def looks(path):
  try: s = os.stat(path, follow_symlinks=bool(path))
  except OSError as e: return e.strerror
  return stat.filemode(s.st_mode), os.access(path, os.X_OK), os.access(path, os.W_OK), os.path.isfile(path), os.lstat(path).st_size > 0
"""


def entry(headline: str, *lines: str) -> str:
    return "[[expect]]\n" + headline + "\n" + "".join(line + "\n" for line in lines)


def spec(*entries: str) -> str:
    return "version = 1\n" + "".join(entries)


def python(text: str) -> list[str]:
    return [PYTHON, "-c", text]


def allowing(*programs: str) -> str:
    return "[guard]\nallow = [" + ", ".join(f'"exec:{program}"' for program in programs) + "]\n"


FOUND = entry('which = "bigfoot-deploy"', f'reply = "{HERE}"')
HIDDEN = entry('which = "tr"', "reply = false")
MOVED = entry('which = "tr"', 'reply = "/opt/none/bin/tr"')
DEPLOY = entry('exec = ["bigfoot-deploy", "prod"]', 'reply = { exit = 3, stdout = "out\\n" }')
UPPER = entry('exec = ["tr", "a-z", "A-Z"]', 'stdin = "*"', 'reply = { stdout = "MOCKED\\n" }')
FOUND_ONCE = ["which asserted bigfoot-deploy"]
HIDDEN_ONCE = ["which asserted tr"]
ENTRIES = [
    Case("shutil.which finds it where the entry says", python("import shutil; print(shutil.which('bigfoot-deploy'))"), spec(FOUND),
         stdout=HERE + "\n", calls=FOUND_ONCE),
    Case("shutil.which does not find it", python("import shutil; print(shutil.which('tr'))"), spec(HIDDEN), stdout="None\n", calls=HIDDEN_ONCE),
    Case("at its path and nowhere else", python("import shutil, os; print(os.path.exists('/usr/bin/tr'), shutil.which('tr', path='/usr/bin'),"
                                                "shutil.which('tr', path='/usr/bin:/opt/none/bin'))"), spec(MOVED),
         stdout="False None /opt/none/bin/tr\n", calls=HIDDEN_ONCE),
    Case("all ways to look agree", python(WAYS + f"print(looks('{HERE}')); print(looks('/usr/bin/tr'))"), spec(FOUND, HIDDEN),
         stdout="('-rwxr-xr-x', True, False, True, True)\nNo such file or directory\n", calls=FOUND_ONCE + HIDDEN_ONCE),
    Case("names that no entry says anything of", python("import shutil; print(shutil.which('cat'), shutil.which('no-such-program'))"),
         spec(HIDDEN, FOUND), stdout="/usr/bin/cat None\n", calls=[], env={"PATH": "/usr/bin"}),
    Case("a folder and a file of that name", python("import os\nos.mkdir('tr'); os.mkdir('a'); open('a/tr', 'w').close()\n"
                                                    "print(os.path.isdir('tr'), os.path.exists('a/tr'), open('a/tr').read())"), spec(HIDDEN),
         stdout="True True \n", calls=[]),
    Case("bash command -v", ["bash", "-c", "command -v bigfoot-deploy; command -v tr || echo none; type -t bigfoot-deploy"], spec(FOUND, HIDDEN),
         stdout=HERE + "\nnone\nfile\n"),
    Case("dash command -v", ["dash", "-c", "command -v bigfoot-deploy; command -v tr || echo none; type tr"], spec(FOUND, HIDDEN), exit=127,
         stdout=HERE + "\nnone\ntr: not found\n"),
    Case("which(1)", ["sh", "-c", "which bigfoot-deploy; which tr || echo none"], spec(FOUND, HIDDEN), stdout=HERE + "\nnone\n",
         calls=FOUND_ONCE + HIDDEN_ONCE),
    Case("Go LookPath", ["@built@/run_go", "-look", "bigfoot-deploy", "tr"], spec(FOUND, HIDDEN),
         stdout=f'"{HERE}" <nil>\n"" exec: "tr": executable file not found in $PATH\n', calls=FOUND_ONCE + HIDDEN_ONCE),
    Case("a shell's own PATH", ["bash", "-c", "PATH=/opt/none/bin:/usr/bin; command -v tr; PATH=/usr/bin; hash -r; command -v tr || echo none"],
         spec(MOVED), stdout="/opt/none/bin/tr\nnone\n"),
    Case("hidden from execve", python("import subprocess\ntry: subprocess.run(['tr', 'a', 'b'])\nexcept OSError as e: print(e)"), spec(HIDDEN),
         stdout="[Errno 2] No such file or directory: 'tr'\n", calls=HIDDEN_ONCE),
    Case("hidden from a path", python("import subprocess\ntry: subprocess.run(['/usr/bin/tr', 'a', 'b'])\nexcept OSError as e: print(e)"),
         spec(HIDDEN), stdout="[Errno 2] No such file or directory: '/usr/bin/tr'\n", calls=HIDDEN_ONCE),
    Case("a folder twice in PATH is one search", python("import shutil, subprocess\nprint(shutil.which('tr'))\n"
                                                        "try: subprocess.run(['tr', 'a', 'b'])\nexcept OSError as e: print(e.errno)"),
         spec(HIDDEN), env={"PATH": "/usr/bin:/usr/bin:/bin:/usr/bin"}, stdout="None\n2\n", calls=HIDDEN_ONCE * 2),
    Case("how often it is looked for", python("import shutil\nfor i in range(3): print(shutil.which('bigfoot-deploy'))"),
         spec(FOUND + "times = 3\n"), env={"PATH": "/usr/bin:/usr/local/bin"}, stdout=(HERE + "\n") * 3, calls=FOUND_ONCE * 3),
    Case("installed meanwhile", python("import shutil\nfor i in range(2): print(shutil.which('bigfoot-deploy'))"),
         spec(entry('which = "bigfoot-deploy"', f'replies = [false, "{HERE}"]')), stdout=f"None\n{HERE}\n", calls=FOUND_ONCE * 2),
    Case("required, and never looked for", ["true"], spec(HIDDEN + "required = true\n"), exit=3, has=("UNUSED", "which tr"), calls=[]),
    Case("optional, and never looked for", ["true"], spec(HIDDEN), calls=[]),
    Case("a name with a hole", python("import shutil; print(shutil.which('bigfoot-one'), shutil.which('bigfoot-two'))"),
         spec(entry('which = "bigfoot-{{any}}"', 'reply = "/usr/bin/{{req.name}}"')), stdout="/usr/bin/bigfoot-one /usr/bin/bigfoot-two\n"),
    Case("eight threads", python("import shutil\nfrom concurrent.futures import ThreadPoolExecutor as P\n"
                                 "print(sum(shutil.which(n) is None for n in P(8).map(lambda i: 'tr', range(400))))"), spec(HIDDEN), stdout="400\n",
         counts={"asserted": 400}),
]
# A program that is not installed, by clients that look for it before they run it.
NOT_THERE = [
    Case("shutil.which of a mocked program", python("import shutil, subprocess\nprint(subprocess.run([shutil.which('bigfoot-deploy'), 'prod']).returncode,"
                                                    "shutil.which('bigfoot-deploy') is None)"), spec(DEPLOY), stdout="out\n3 False\n",
         calls=["exec asserted bigfoot-deploy"]),
    Case("an installed one is where it is", python("import shutil; print(shutil.which('tr'))"), spec(UPPER + "required = false\n"),
         env={"PATH": "/usr/local/bin:/usr/bin"}, stdout="/usr/bin/tr\n", calls=[]),
    Case("bash runs it", ["bash", "-c", "bigfoot-deploy prod; echo $?"], spec(DEPLOY), stdout="out\n3\n", calls=["exec asserted bigfoot-deploy"]),
    Case("dash runs it", ["dash", "-c", "bigfoot-deploy prod; echo $?"], spec(DEPLOY), stdout="out\n3\n", calls=["exec asserted bigfoot-deploy"]),
    Case("a shell with a PATH of its own runs it", ["dash", "-c", "PATH=/usr/local/bin:/usr/bin; bigfoot-deploy prod; echo $?"], spec(DEPLOY),
         stdout="out\n3\n"),
    Case("command -v, then run", ["sh", "-c", "command -v bigfoot-deploy > /dev/null && bigfoot-deploy prod; echo $?"], spec(DEPLOY),
         stdout="out\n3\n", calls=["exec asserted bigfoot-deploy"]),
    Case("make runs it", ["make", "-s", "-f", "rules"], spec(DEPLOY), files={"rules": "all:\n\t-bigfoot-deploy prod\n"}, stdout="out\n",
         calls=["exec asserted bigfoot-deploy"]),
    Case("Go runs it", ["@built@/run_go", "bigfoot-deploy", "prod"], spec(DEPLOY), stdout='"out\\n" "" exit status 3\n',
         calls=["exec asserted bigfoot-deploy"]),
    Case("Node runs it", ["node", "-e", "const r = require('child_process').spawnSync('bigfoot-deploy', ['prod']); console.log(r.status, String(r.stdout))"],
         spec(DEPLOY), stdout="3 out\n\n", calls=["exec asserted bigfoot-deploy"]),
    Case("Ruby runs it", ["ruby", "-e", "puts `bigfoot-deploy prod`, $?.exitstatus"], spec(DEPLOY), stdout="out\n3\n",
         calls=["exec asserted bigfoot-deploy"]),
    Case("PHP runs it", ["php", "-r", "$p = proc_open(['bigfoot-deploy', 'prod'], [1 => ['pipe', 'w']], $f);"
                         "echo stream_get_contents($f[1]), proc_close($p), \"\\n\";"], spec(DEPLOY), stdout="out\n3\n"),
    Case("Java runs it", ["java", "Run.java"], spec(allowing("java"), DEPLOY), files={
        "Run.java": 'class Run { public static void main(String[] a) throws Exception { var p = new ProcessBuilder("bigfoot-deploy", "prod").start();'
                    'System.out.print(new String(p.getInputStream().readAllBytes()) + p.waitFor() + "\\n"); } }'}, stdout="out\n3\n"),
    Case("os.posix_spawnp runs it", python("import os\np = os.posix_spawnp('bigfoot-deploy', ['bigfoot-deploy', 'prod'], os.environ)\n"
                                           "print(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]))"), spec(DEPLOY), stdout="out\n3\n"),
    Case("perl runs it", ["perl", "-e", "print `bigfoot-deploy prod`, $? >> 8, qq(\\n)"], spec(DEPLOY), stdout="out\n3\n"),
]
CASES = ENTRIES + NOT_THERE
