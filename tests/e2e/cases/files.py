# tests/e2e/cases/files.py - Watched files, as spec-format.md 4.7 writes them: with real programs, and nothing of it on the disk.
import re

from harness import ANY, NOBODY, Case, variants

PYTHON = "/usr/bin/python3"
W = "@dir@/w"
WATCH = f'[guard]\nfile = {{ watch = ["{W}/**", "@dir@/report-*.json"] }}\n'
# Says what of the watched paths is on the disk once the run is over.
CLEAN = ("sh", "-c", '"$@"; s=$?; for f in @dir@/w @dir@/report-*; do [ -e "$f" ] && echo "on disk: $f"; done; exit $s', "sh")


def entry(headline: str, *lines: str) -> str:
    return f'[[expect]]\nfile = "{headline}"\n' + "".join(line + "\n" for line in lines)


def read(name: str, text: str = "a: 1\\n", more: str = "") -> str:
    return entry(f"read {W}/{name}", f'reply = {{ text = "{text}" }}', more)


def write(name: str, content: str, operation: str = "write") -> str:
    return entry(f"{operation} {W}/{name}", f'content = "{content}"')


def fails(call: str, code: str) -> str:
    return entry(f"{call}", f'reply = {{ errno = "{code}" }}')


def python(text: str) -> list[str]:
    return [PYTHON, "-c", f"import os, pathlib, shutil, sys\nw = '{W}'\n" + text]


def sh(text: str) -> list[str]:
    return ["bash", "-c", f"cd @dir@; {text}"]


def case(name: str, command: list[str], *entries: str, user: bool = False, **more) -> Case:
    return Case(name, command, "version = 1\n" + WATCH + "".join(entries), wrap=(*CLEAN, *(NOBODY if user else ())), **more)


CONFIG = read("config.yaml")
OPTIONAL = read("config.yaml", more="required = false")
MOVED = (entry(f"mkdir {W}/out"), write("out/part", "done\\n"), entry(f"rename {W}/out/part -> {W}/out/whole"))

PYTHONS = [
    case("Python open", python("print(open(w + '/config.yaml').read(), end='')"), CONFIG, stdout="a: 1\n",
         calls=[f"file asserted {W}/config.yaml"]),
    case("Python stat, exists and seek agree with the content", python(
        "p = pathlib.Path(w, 'config.yaml')\nprint(p.exists(), p.is_file(), p.stat().st_size, os.access(p, os.R_OK))\n"
        "with p.open('rb') as f:\n  f.seek(3); print(f.read(), os.fstat(f.fileno()).st_size)\n"
        "print(p.exists(), p.stat().st_size, pathlib.Path(w, 'none').exists(), pathlib.Path(w).is_dir())"), CONFIG,
         stdout="True True 5 True\nb'1\\n' 5\nTrue 5 False True\n"),
    case("Python mmap", python("import mmap\nwith open(w + '/config.yaml', 'rb') as f:\n  print(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)[:])"),
         CONFIG, stdout="b'a: 1\\n'\n"),
    case("Python write", python("open(w + '/new', 'w').write('done\\n')\nprint(open(w + '/new').read(), end='')"), write("new", "done\\n"),
         stdout="done\n", calls=[f"file asserted {W}/new"], counts={"ambient": 1}),
    case("Python append", python("for i in 1, 2:\n  with open(w + '/log', 'a') as f: f.write(f'{i}\\n')\nprint(open(w + '/log').read())"),
         write("log", "1\\n", "append"), write("log", "2\\n", "append"), stdout="1\n2\n\n"),
    case("Python json, by fields", python("import json\nwith open('@dir@/report-2026-01-02.json', 'w') as f: json.dump({'rows': 5, 'status': 'ok'}, f)"),
         entry("write @dir@/report-{{date}}.json", 'content = { json = { status = "ok", rows = "{{int}}" } }')),
    case("Python tempfile and os.replace", python(
        "import tempfile\nf = tempfile.NamedTemporaryFile('w', dir=w, delete=False)\nf.write('done\\n'); f.close()\nos.replace(f.name, w + '/final')\n"
        "print(os.listdir(w), open(w + '/final').read())"),
         entry(f"write {W}/{{{{temp:/tmp.*/}}}}", 'content = "done\\n"'), entry(f"rename {W}/{{{{temp}}}} -> {W}/final"), stdout="['final'] done\n\n"),
    case("Python os.replace from an unwatched path", python(
        "open('@dir@/report.tmp', 'w').write('[]')\nos.replace('@dir@/report.tmp', '@dir@/report-1.json')\n"
        "print(os.path.exists('@dir@/report.tmp'), open('@dir@/report-1.json').read())"),
         entry("rename @dir@/report.tmp -> @dir@/report-1.json"), stdout="False []\n"),
    case("Python shutil.copy and shutil.move", python(
        "shutil.copy(w + '/config.yaml', w + '/copy')\nshutil.move(w + '/copy', w + '/moved')\nprint(sorted(os.listdir(w)))"),
         CONFIG, write("copy", "a: 1\\n"), entry(f"chmod {W}/copy", 'mode = "0644"'), entry(f"rename {W}/copy -> {W}/moved"),
         stdout="['config.yaml', 'moved']\n"),
    case("Python scandir and walk", python(
        "print(sorted((e.name, e.is_dir()) for e in os.scandir(w)))\nprint(sorted((p[len(w):], sorted(d), sorted(f)) for p, d, f in os.walk(w)))\n"
        "print(sorted(str(p.relative_to(w)) for p in pathlib.Path(w).rglob('*.yaml')))"),
         OPTIONAL, read("sub/deep/b.yaml", more="required = false"),
         stdout="[('config.yaml', False), ('sub', True)]\n[('', ['sub'], ['config.yaml']), ('/sub', ['deep'], []), ('/sub/deep', [], ['b.yaml'])]\n"
                "['config.yaml', 'sub/deep/b.yaml']\n"),
    case("Python makedirs and rmtree", python(
        "os.makedirs(w + '/a/b')\nos.makedirs(w + '/a/b', exist_ok=True)\nopen(w + '/a/b/c', 'w').close()\nshutil.rmtree(w + '/a')\nprint(os.listdir(w))"),
         entry(f"mkdir {W}/a"), entry(f"mkdir {W}/a/b"), write("a/b/c", ""), entry(f"unlink {W}/a/b/c"), entry(f"rmdir {W}/a/b"), entry(f"rmdir {W}/a"),
         stdout="[]\n"),
    case("Python dir_fd and fchdir", python(
        "d = os.open(w, os.O_RDONLY)\nprint(os.read(os.open('config.yaml', os.O_RDONLY, dir_fd=d), 9), os.stat('config.yaml', dir_fd=d).st_size)\n"
        "os.fchdir(d)\nprint(os.stat('config.yaml').st_size, sorted(os.listdir()), open('b').read())"), CONFIG, read("b", "b"),
         stdout="b'a: 1\\n' 5\n5 ['b', 'config.yaml'] b\n"),
    case("Python links", python(
        "open(w + '/config.yaml').read(); os.symlink('config.yaml', w + '/s')\nos.link(w + '/config.yaml', w + '/h')\nprint(os.readlink(w + '/s'), os.path.islink(w + '/s'), open(w + '/s').read())\n"
        "print(os.stat(w + '/h').st_nlink, os.path.realpath(w + '/s') == w + '/config.yaml')"),
         CONFIG, entry(f"symlink {W}/s -> config.yaml"), entry(f"link {W}/config.yaml -> {W}/h"), CONFIG, stdout="config.yaml True a: 1\n\n2 True\n"),
    case("Python a link to a real file", python("os.symlink('/etc/hostname', w + '/s')\nprint(open(w + '/s').read() == open('/etc/hostname').read())"),
         entry(f"symlink {W}/s -> /etc/hostname"), stdout="True\n"),
    case("Python locks and O_EXCL", python(
        "import fcntl\nf = open(w + '/lock', 'x')\nfcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)\ntry: open(w + '/lock', 'x')\n"
        "except FileExistsError: print('taken')\nf.close()"), write("lock", "", "create"), stdout="taken\n"),
    case("Python truncate and utime", python("os.truncate(w + '/t', 3)\nos.utime(w + '/t', (5, 6))\nprint(os.stat(w + '/t').st_size, os.stat(w + '/t').st_mtime)"),
         entry(f"truncate {W}/t", "length = 3"), stdout="3 6.0\n"),
    case("a process that is killed while it writes", python(
        "import signal\nif not (p := os.fork()):\n  f = open(w + '/part', 'w'); f.write('half'); f.flush(); os.kill(os.getpid(), signal.SIGKILL)\nos.waitpid(p, 0)"),
         write("part", "half"), calls=[f"file asserted {W}/part"]),
    case("two writers of one file", python(
        "a = open(w + '/log', 'a'); b = open(w + '/log', 'a')\na.write('1\\n'); a.close()\nb.write('2\\n'); b.close()"),
         entry(f"append {W}/log", 'content = "1\\n2\\n"', "times = 2")),
    case("a file that is not closed", python("f = os.open(w + '/new', os.O_WRONLY | os.O_CREAT)\nos.write(f, b'done')\nos._exit(0)"), write("new", "done")),
    case("a sequence of contents", python("for i in 1, 2, 3:\n  try: print(open(w + '/c').read())\n  except OSError as e: print(e.strerror)"),
         entry(f"read {W}/c", 'replies = [ { errno = "ENOENT" }, { text = "one" }, { text = "two" } ]'), stdout="No such file or directory\none\ntwo\n"),
]
CLIENTS = [
    case("the folder above one that is not there really", sh("ls -a w; stat -c %F w/..; echo real > w/../beside; cat beside"), OPTIONAL,
         stdout=".\n..\nconfig.yaml\ndirectory\nreal\n"),
    case("cat and ls", sh("cat w/config.yaml; ls w; ls -l w/config.yaml | cut -c1-10"), CONFIG, stdout="a: 1\nconfig.yaml\n-rw-r--r--\n"),
    case("cp", sh("cp w/config.yaml w/copy; ls w; cat w/copy"), CONFIG, write("copy", "a: 1\\n"), stdout="config.yaml\ncopy\na: 1\n"),
    case("cp out of the watched paths", sh("cp w/config.yaml real; cat real"), CONFIG, stdout="a: 1\n"),
    case("mv and rm", sh("mv w/a w/b; ls w; rm w/b; ls w"), entry(f"rename {W}/a -> {W}/b"), entry(f"unlink {W}/b"), stdout="b\n"),
    case("mkdir, touch, chmod, rmdir", sh("mkdir -p w; mkdir w/x w/x/y; touch w/x/y/z; chmod 600 w/x/y/z; stat -c %a w/x/y/z; rm -r w/x; ls w"),
         entry(f"mkdir {W}/x"), entry(f"mkdir {W}/x/y"), write("x/y/z", "", "create"), entry(f"chmod {W}/x/y/z", 'mode = "0600"'),
         entry(f"unlink {W}/x/y/z"), entry(f"rmdir {W}/x/y"), entry(f"rmdir {W}/x"), stdout="600\n"),
    case("ln -s, readlink and find", sh("ln -s config.yaml w/s; readlink w/s; find w | sort; cat w/s"), entry(f"symlink {W}/s -> config.yaml"), CONFIG,
         stdout="config.yaml\nw\nw/config.yaml\nw/s\na: 1\n"),
    case("truncate and tee", sh("truncate -s 3 w/t; echo one | tee w/u; echo two | tee -a w/u; stat -c %s w/t w/u"),
         write("t", "\\u0000\\u0000\\u0000"), write("u", "one\\n"), write("u", "two\\n", "append"), stdout="one\ntwo\n3\n8\n"),
    case("bash redirections", sh("echo one > w/a; echo two >> w/a; while read l; do echo $l; done < w/a; wc -c < w/config.yaml"),
         write("a", "one\\n"), write("a", "two\\n", "append"), CONFIG, stdout="one\ntwo\n5\n"),
    case("relative paths, dots and linked folders", sh("mkdir real; ln -s w linked; cat w/config.yaml real/../w/./config.yaml linked/config.yaml w/../w//config.yaml"),
         entry(f"read {W}/config.yaml", "times = 4", 'reply = { text = "x" }'), stdout="xxxx"),
    case("Node fs", ["node", "@clients@/files.mjs", W], CONFIG, read("data.json", '{\\"a\\":7}'), *MOVED, write("stream", "one\\ntwo\\n"), entry(f"unlink {W}/out/whole"),
         stdout="a: 1\nfalse 5\n7\n\"one\\ntwo\\n\" [ 'config.yaml', 'data.json', 'out', 'stream' ] [ 'whole' ]\n"),
    case("Go os", ["@built@/files_go", W], CONFIG, *MOVED, entry(f"unlink {W}/out/whole"),
         stdout="a: 1\n5 -rw-r--r--\n[. config.yaml out out/whole]\ntrue\n"),
    case("Java nio", ["java", "@clients@/Files.java", W], CONFIG, *MOVED, stdout="a: 1\n\nconfig.yaml\nout\nout/whole\nfalse 5\n"),
    case("static musl", ["@built@/files_musl", f"{W}/config.yaml", f"{W}/new"], CONFIG, write("new", "abc\\n"), stdout="1 a: 1\n 1\n100640\n"),
    case("sqlite3 on an unwatched path", sh("sqlite3 db 'create table t(a); insert into t values (1); select a from t'; ls w"), OPTIONAL, stdout="1\nconfig.yaml\n",
         calls=[]),
]
ENDINGS = [
    case("errno replies", python(
        f"for f in (lambda: open(w + '/a'), lambda: open(w + '/b', 'w'), lambda: os.rename(w + '/c', w + '/d'), lambda: os.mkdir(w + '/e'), lambda: os.unlink(w + '/f')):\n"
        "  try: f()\n  except OSError as e: print(e.strerror)"),
         fails(f"read {W}/a", "ENOENT"), fails(f"write {W}/b", "ENOSPC"), fails(f"rename {W}/c -> {W}/d", "EXDEV"), fails(f"mkdir {W}/e", "EROFS"),
         fails(f"unlink {W}/f", "EBUSY"),
         stdout="No such file or directory\nNo space left on device\nInvalid cross-device link\nRead-only file system\nDevice or resource busy\n"),
    case("a delay holds nobody else up", python(
        "import threading, time\nt = threading.Thread(target=lambda: open(w + '/slow').read())\nt.start(); time.sleep(0.05)\nb = time.monotonic()\n"
        "open(w + '/config.yaml').read()\nprint(time.monotonic() - b < 0.35)\nt.join()\nprint(time.monotonic() - b > 0.35)"),
         entry(f"read {W}/slow", 'reply = { text = "x", delay = "500ms" }'), CONFIG, stdout="True\nTrue\n"),
    case("pass_through", python("print(open(w + '/real').read())\nopen(w + '/real', 'a').write('more')\nprint(open(w + '/real').read())"),
         entry(f"read {W}/real", "pass_through = true", "times = 2"), entry(f"append {W}/real", "pass_through = true", 'content = "more"'),
         stdout=ANY, exit=1, has=("No such file",)),
    case("pass_through to the disk", python(
        "print(open('@dir@/report-1.json').read())\nwith open('@dir@/report-1.json', 'a') as f: f.write('more')\nprint(open('@dir@/report-1.json').read())"),
         entry("read @dir@/report-1.json", "pass_through = true"), entry("append @dir@/report-1.json", 'content = "more"', "pass_through = true"),
         entry("read @dir@/report-1.json", "pass_through = true"), files={"report-1.json": "real "}, stdout=re.compile("real \nreal more\non disk: .*\n")),
    case("a folder with some watched names is listed with them", python(
        "open('@dir@/report-2.json', 'w').close()\nprint(sorted(n for n in os.listdir('@dir@') if n.startswith('re')))\n"
        "print(sorted(n for n in os.listdir('@dir@') if n.startswith('re')))\nprint(sorted(p.name for p in pathlib.Path('@dir@').glob('re*')))"),
         read("config.yaml", more="required = false"), entry("write @dir@/report-2.json", 'content = ""'), files={"real": "", "report-3.json": ""},
         stdout=re.compile("(\\['real', 'report-2.json'\\]\n){3}on disk: [^\n]*report-3.json\n")),
    case("another user", ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *python(
        "with open(w + '/new', 'w') as f: print(os.fstat(f.fileno()).st_uid, open(w + '/config.yaml').read(), os.stat(w).st_uid)")],
         write("new", ""), CONFIG, stdout="65534 a: 1\n 65534\n", root=True),
    case("as another user", python("open(w + '/new', 'x').close(); print(open(w + '/config.yaml').read())"), write("new", ""), CONFIG, stdout="a: 1\n\n", root=True,
         user=True),
    case("many threads", python(
        "from concurrent.futures import ThreadPoolExecutor as P\ndef f(i):\n  with open(f'{w}/{i}', 'w') as o: o.write(str(i))\n  return open(f'{w}/{i}').read() == str(i)\n"
        "print(sum(P(8).map(f, range(300))))"), entry(f"write {W}/{{{{n:int}}}}", 'content = "{{int}}"', "times = 300"), stdout="300\n", counts={"asserted": 300}),
    case("unexpected read", python("try: open(w + '/secret')\nexcept OSError as e: print(e.strerror)"), OPTIONAL, stdout="Permission denied\n", exit=3,
         has=("UNEXPECTED", f'file  = "read {W}/secret"', "answered EACCES"), calls=[f"file unexpected {W}/secret"]),
    case("unexpected write", python("try: open(w + '/config.yaml', 'w')\nexcept OSError as e: print(e.strerror)"), OPTIONAL, stdout="Permission denied\n", exit=3,
         has=("UNEXPECTED", f"write {W}/config.yaml"), calls=[f"file unexpected {W}/config.yaml"]),
    case("another content", python("open(w + '/new', 'w').write('one\\ntwo\\n')"), write("new", "one\\nthree\\n"), exit=3,
         has=("MISMATCH", "content"), calls=[f"file mismatch {W}/new"]),
    case("content that is not asserted", python("open(w + '/new', 'w').write('one\\n')"), entry(f"write {W}/new"), exit=3,
         has=("UNASSERTED", 'content = "one\\n"'), calls=[f"file unasserted {W}/new"]),
    case("unused", python("pass"), CONFIG, exit=3, has=("UNUSED", f"read {W}/config.yaml"), calls=[]),
    case("what is really there is not seen", python("print(os.path.exists('@dir@/report-real.json'))\ntry: open('@dir@/report-real.json')\nexcept OSError as e: print(e.strerror)"),
         OPTIONAL, files={"report-real.json": "{}"}, stdout=re.compile("False\nPermission denied\non disk: .*\n"), exit=3, has=("UNEXPECTED",)),
    case("allowed", python("open('@dir@/report-1.json', 'w').write('x')\nprint(open('@dir@/report-1.json').read()); os.unlink('@dir@/report-1.json')"),
         'allow = ["file:@dir@/report-*"]\n', stdout="x\n", counts={"allowed": 3}),
    case("denied", python("try: open(w + '/a')\nexcept OSError as e: print(e.strerror)"), 'deny = ["file:@dir@/w/**"]\n', stdout="Permission denied\n", exit=3,
         has=("GUARDED", "[guard] deny"), calls=[f"file guarded {W}/a"]),
    case("warned about", python("open('@dir@/report-1.json', 'w').close(); os.unlink('@dir@/report-1.json')"), 'default = "warn"\n', has=("was let through",),
         counts={"allowed": 2}),
    case("out of order", python("open(w + '/b').read(); open(w + '/config.yaml').read()"), CONFIG, read("b"), exit=3, has=("OUT-OF-ORDER",)),
    Case("nothing is left in memory", python("open(w + '/new', 'w').write('x')\nprint(len(os.listdir('/dev/shm')))"), "version = 1\n" + WATCH + write("new", "x"), root=True,
         wrap=("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/shm; mkdir -p /dev/shm/bigfoot-run.000000/etc; "$@"; s=$?; ls -A /dev/shm; exit $s', "sh"),
         stdout="1\n"),
    Case("nothing is left in memory after a timeout", python("import time; open(w + '/new', 'w'); time.sleep(60)"), "version = 1\n" + WATCH + write("new", ""), root=True,
         args=("--timeout", "300ms"), exit=124, has=("TIMEOUT",),
         wrap=("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /dev/shm; "$@"; s=$?; ls -A /dev/shm; exit $s', "sh")),
    Case("no place in memory", ["true"], "version = 1\n" + WATCH + OPTIONAL, root=True, exit=125, timeline=False,
         wrap=("unshare", "-m", "sh", "-c", 'mount -t tmpfs -o ro none /dev/shm; "$@"', "sh"),
         report="bigfoot-run: no place for the files that [guard] file watches: /dev/shm: Read-only file system (EROFS)\n"
                "  mount a tmpfs at /dev/shm that this user may write to, or name a folder in TMPDIR\n"),
]
# As an ordinary user under the default filter of a container: no pidfd_getfd(2), nobody else's rights.
CONTAINED = ("Python write", "Python dir_fd and fchdir", "Python locks and O_EXCL", "two writers of one file", "cp", "mv and rm", "Node fs", "Go os", "errno replies")
CONTAINERS = [variants(one, "in a container", wrap=(*CLEAN, "@built@/docker_like", *NOBODY), root=True) for one in PYTHONS + CLIENTS + ENDINGS
              if one.name in CONTAINED]
CASES = PYTHONS + CLIENTS + ENDINGS + CONTAINERS
