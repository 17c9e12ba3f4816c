# tests/e2e/cases/postgres.py - PostgreSQL without a database: every driver against one spec, then what each part of the language does.
# Source: spec-format.md, 4.1; wire-notes.md, "Postgres, as seen".
import re

from harness import ANY, Case, variants

NAME = "postgres app@db.example.com/shop"
ROW = """columns = ["id:int4", "name:text", "price:numeric", "active:bool", "created:timestamptz", "tags:text[]", "meta:jsonb", "note:text"],
    rows = [[1, "alice", "1.50", true, "2026-01-02 03:04:05+00", ["x", "y"], { a = 1 }, "{{null}}"]]"""
SIGN_UP = """version = 1

[[expect]]
postgres = "app@db.example.com/shop"
[[expect.steps]]
query   = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id"
params  = ["alice", 30]
columns = ["id:int4"]
rows    = [[1]]
[[expect.steps]]
query   = "SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1"
params  = [1]
columns = ["id:int4", "name:text", "price:numeric", "active:bool", "created:timestamptz", "tags:text[]", "meta:jsonb", "note:text"]
rows    = [[1, "alice", "1.50", true, 2026-01-02T03:04:05Z, ["x", "y"], { a = 1 }, "{{null}}"]]
[[expect.steps]]
commit = true
[[expect.steps]]
query  = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id"
params = ["alice", 30]
error  = { code = "23505", message = "duplicate key value violates unique constraint", constraint = "users_name_key" }
[[expect.steps]]
rollback = true
[[expect.steps]]
close = true
"""
TOLD = "inserted 1\n1 alice 1.50 true 1767323045 x,y 1 null\nrefused 23505\n"
JAVA = ["java", "-XX:TieredStopAtLevel=1", "-cp", "/usr/share/java/postgresql.jar:@built@", "Postgres"]
PSQL = ["psql", "host=db.example.com user=app dbname=shop", "-XqAt", "-F", " "]

# name, command, what it prints
CLIENTS = [
    ("libpq", ["@built@/postgres_libpq"], 'inserted 1\n1 alice 1.50 t 2026-01-02 03:04:05+00 {x,y} {"a":1} null\nrefused 23505\n'),
    ("psycopg2", ["/usr/bin/python3", "@clients@/postgres.py", "psycopg2"], TOLD),
    ("psycopg 3", ["/usr/bin/python3", "@clients@/postgres.py", "psycopg"], TOLD),
    ("asyncpg", ["/usr/bin/python3", "@clients@/postgres.py", "asyncpg"], TOLD),
    ("asyncpg pool", ["/usr/bin/python3", "@clients@/postgres.py", "asyncpg-pool"], TOLD),
    ("SQLAlchemy on psycopg2", ["/usr/bin/python3", "@clients@/postgres.py", "sqlalchemy"], TOLD),
    ("SQLAlchemy on asyncpg", ["/usr/bin/python3", "@clients@/postgres.py", "sqlalchemy-asyncpg"], TOLD),
    ("Django", ["/usr/bin/python3", "@clients@/postgres.py", "django"], TOLD),
    ("node-postgres", ["node", "@clients@/postgres.mjs", "pg", "@npm@"], TOLD),
    ("postgres.js", ["node", "@clients@/postgres.mjs", "postgres", "@npm@"], TOLD),
    ("pgjdbc", JAVA, TOLD),
    ("PHP PDO", ["php", "@clients@/postgres.php"], TOLD),
    ("Ruby pg", ["ruby", "@clients@/postgres.rb"], TOLD),
    ("Go lib/pq", ["@built@/postgres_pq_go"], TOLD),
    ("Go pgx", ["@built@/postgres_pgx_go", "prepared"], TOLD),
    ("Go pgx, simple protocol", ["@built@/postgres_pgx_go", "simple"], TOLD),
    ("psql", [*PSQL, "-c", "BEGIN", "-c", "INSERT INTO users (name, age) VALUES ('alice', 30) RETURNING id", "-c",
              "select id, name, price, active, created, tags, meta, note from users where id = 1;", "-c", "COMMIT", "-c", "BEGIN", "-c",
              "INSERT INTO users (name, age) VALUES ('alice', 30) RETURNING id", "-c", "ROLLBACK"],
     '1\n1 alice 1.50 t 2026-01-02 03:04:05+00 {x,y} {"a":1} \n'),
]

CASES = [
    Case(f"one spec, {name}", command, SIGN_UP, stdout=told, has=("ERROR:  duplicate key value",) if name == "psql" else (),
         counts={"asserted": 6, "unexpected": 0, "unasserted": 0})
    for name, command, told in CLIENTS
]

PYTHON = "/usr/bin/python3"
CONNECT = "import psycopg2; db = psycopg2.connect(host='db.example.com', user='app', password='secret', dbname='shop'); c = db.cursor()\n"
ASYNC = "import asyncio, asyncpg\nasync def main():\n    db = await asyncpg.connect('postgresql://app:secret@db.example.com/shop')\n"


def spec(*steps: str, more: str = "") -> str:
    """A session of these steps, which the client ends politely."""
    if "close = true" not in steps:
        steps = (*steps, "close = true")
    return 'version = 1\n\n[[expect]]\npostgres = "app@db.example.com/shop"\n' + more + "steps = [\n" + "".join(f"  {{ {step} }},\n" for step in steps) + "]\n"


def psycopg2(script: str) -> list[str]:
    return [PYTHON, "-c", CONNECT + script]


def psycopg(script: str) -> list[str]:
    return [PYTHON, "-c", CONNECT.replace("psycopg2", "psycopg") + script]


def asyncpg(*lines: str) -> list[str]:
    return [PYTHON, "-c", ASYNC + "".join(f"    {line}\n" for line in lines) + "    await db.close()\nasyncio.run(main())\n"]


def node(script: str) -> list[str]:
    return ["node", "-e", f"""
const {{ Client }} = require("@npm@/pg");
(async () => {{
  const db = new Client({{ host: "db.example.com", user: "app", password: "secret", database: "shop" }});
  await db.connect();
  {script}
  await db.end();
}})().catch((error) => {{ console.error(String(error)); process.exit(1); }});
"""]


COUNT = 'query = "SELECT count(*) FROM users", params = [], columns = ["count:int8"], rows = [[7]]'
BY_ID = 'query = "SELECT name FROM users WHERE id = $1", params = [{}], columns = ["name:text"], rows = [["{}"]]'
NAMES = 'query = "SELECT id, name FROM users", params = [], table = """id:int4 | name:text\\n1 | alice\\n2 | \\\\N\\n3 | carol""" '

# What the driver does by itself needs no step; what it changes on the way to prepared statements is the same step.
MANNERS = [
    Case("a result as a table", psycopg2("c.execute('select id, name from users'); print(c.fetchall())"), spec(NAMES),
         stdout="[(1, 'alice'), (2, None), (3, 'carol')]\n"),
    Case("pgjdbc prepares at the fifth time and asks for binary at the sixth", [*JAVA, "7"],
         SIGN_UP.replace('[[expect.steps]]\nquery   = "SELECT', 6 * (SIGN_UP[SIGN_UP.index('[[expect.steps]]\nquery   = "SELECT'):SIGN_UP.index("[[expect.steps]]\ncommit")])
                         + '[[expect.steps]]\nquery   = "SELECT'),
         stdout="inserted 1\n" + 7 * "1 alice 1.50 true 1767323045 x,y 1 null\n" + "refused 23505\n"),
    Case("psycopg 3 prepares at the sixth time", psycopg("for i in range(7): print(c.execute('SELECT name FROM users WHERE id = %s', (i,)).fetchone()[0])\ndb.commit()"),
         spec(*(BY_ID.format(i, f"u{i}") for i in range(7)), "commit = true"), stdout="".join(f"u{i}\n" for i in range(7))),
    Case("asyncpg prepares once", asyncpg("s = await db.prepare('SELECT name FROM users WHERE id = $1')", "for i in range(6): print(await s.fetchval(i))"),
         spec(*(BY_ID.format(i, f"u{i}") for i in range(6))), stdout="".join(f"u{i}\n" for i in range(6))),
    Case("asyncpg looks up the type of an array of numbers", asyncpg("print(await db.fetchval('SELECT ids FROM t WHERE ids = $1', [1, 2]))"),
         spec('query = "SELECT ids FROM t WHERE ids = $1", params = [[1, 2]], columns = ["ids:int4[]"], rows = [[[1, 2]]]'), stdout="[1, 2]\n"),
    Case("rows by portal, two at a time", asyncpg("async with db.transaction():", "    async for row in db.cursor('SELECT id, name FROM users', prefetch=2): print(row[0])"),
         spec(NAMES, "commit = true"), stdout="1\n2\n3\n"),
    Case("a named cursor", psycopg2("n = db.cursor('big'); n.itersize = 2; n.execute('SELECT id FROM users'); print([r[0] for r in n]); n.close(); db.commit()"),
         spec('query = \'DECLARE "big" CURSOR WITHOUT HOLD FOR SELECT id FROM users\', params = []',
              'query = "FETCH FORWARD 2 FROM big", params = [], columns = ["id:int4"], rows = [[1], [2]]',
              'query = "FETCH FORWARD 2 FROM big", params = [], columns = ["id:int4"], rows = [[3]]',
              'query = "FETCH FORWARD 2 FROM big", params = [], columns = ["id:int4"], rows = []', "commit = true"),
         stdout="[1, 2, 3]\n"),
    Case("several statements in one query", [*PSQL, "-c", "SELECT name FROM users WHERE id = 1; SELECT count(*) FROM users"], spec(BY_ID.format(1, "alice"), COUNT),
         stdout="alice\n7\n"),
    Case("savepoints are ambient", psycopg2("c.execute('SAVEPOINT a'); c.execute('SELECT count(*) FROM users'); c.execute('RELEASE a'); db.commit()"), spec(COUNT, "commit = true")),
    Case("savepoints, to be asserted", psycopg2("c.execute('SAVEPOINT a'); c.execute('SELECT count(*) FROM users'); c.execute('ROLLBACK TO SAVEPOINT a'); db.commit(); db.close()"),
         spec("begin = true", 'query = "SAVEPOINT a", params = []', COUNT, 'query = "ROLLBACK TO {{any}}", params = []', "commit = true")),
    Case("notices", psycopg2("c.execute('SELECT count(*) FROM users'); print([n.strip() for n in db.notices])"),
         spec(COUNT + ', notices = ["seven", { message = "careful", severity = "WARNING", code = "01000" }]'), stdout="['NOTICE:  seven', 'WARNING:  careful']\n"),
    Case("all fields of an error", node('await db.query("SELECT count(*) FROM users").catch((e) => console.log(e.code, e.detail, e.hint, e.constraint, e.table, e.schema, e.position));'),
         spec('query = "SELECT count(*) FROM users", params = [], error = { code = "42P01", message = "no", detail = "d", hint = "h", constraint = "c", table = "t", '
              'schema = "s", position = 22 }'), stdout="42P01 d h c t s 22\n"),
    Case("values that a call bound", psycopg2("c.execute('INSERT INTO t VALUES (%s)', ('k7',)); c.execute('SELECT k FROM t'); print(c.fetchone()[0])"),
         spec('query = "INSERT INTO t VALUES ($1)", params = ["{{key:nonempty}}"]', 'query = "SELECT k FROM t", params = [], columns = ["k:text"], rows = [["{{key}}"]]'),
         stdout="k7\n"),
    Case("LISTEN and NOTIFY, psycopg2", psycopg2("import select; db.autocommit = True; c.execute('LISTEN jobs'); select.select([db], [], [], 10); db.poll(); "
                                                "print(db.notifies[0].channel, db.notifies[0].payload)"),
         spec('query = "LISTEN jobs", params = []', 'notify = { channel = "jobs", payload = "42" }'), stdout="jobs 42\n"),
    Case("LISTEN and NOTIFY, node-postgres", node('const heard = new Promise((done) => db.on("notification", done)); await db.query("LISTEN jobs"); console.log((await heard).payload);'),
         spec('query = "LISTEN jobs", params = []', 'notify = { channel = "jobs", payload = "42" }, delay = "20ms"'), stdout="42\n"),
    Case("LISTEN and NOTIFY, asyncpg", asyncpg("heard = asyncio.get_running_loop().create_future()",
                                              "await db.add_listener('jobs', lambda db, pid, channel, payload: heard.set_result(payload))", "print(await heard)"),
         spec('query = "LISTEN jobs", params = []', 'notify = { channel = "jobs", payload = "42" }, delay = "100ms"'), stdout="42\n"),
    Case("COPY in, psycopg2", psycopg2("import io; c.copy_expert('COPY users FROM STDIN', io.StringIO('1\\talice\\n2\\t\\\\N\\n')); print(c.rowcount); db.commit()"),
         spec('query = "COPY users FROM STDIN", params = [], copy = [[1, "alice"], [2, "{{null}}"]]', "commit = true"), stdout="2\n"),
    Case("COPY in, psycopg 3", psycopg("with c.copy('COPY users FROM STDIN') as copy:\n    copy.write_row((1, 'alice'))\n    copy.write_row((2, None))\ndb.commit()"),
         spec('query = "COPY users FROM STDIN", params = [], copy = [[1, "alice"], [2, "{{null}}"]]', "commit = true")),
    Case("COPY in, psql", [*PSQL, "-c", "\\copy users from stdin csv"], spec('query = "COPY users FROM STDIN csv", params = [], copy = "1,alice\\n"'), stdin="1,alice\n"),
    Case("COPY out, psycopg2", psycopg2("import io; o = io.StringIO(); c.copy_expert('COPY users TO STDOUT', o); print(repr(o.getvalue()))"),
         spec('query = "COPY users TO STDOUT", params = [], copy_out = [[1, "alice"], [2, "{{null}}"]]'), stdout="'1\\talice\\n2\\t\\\\N\\n'\n"),
    Case("COPY out, psql", [*PSQL, "-c", "COPY users TO STDOUT"], spec('query = "COPY users TO STDOUT", params = [], copy_out = "1\\talice\\n"'), stdout="1\talice\n"),
]
CASES += MANNERS

# Who the client is, and whether it trusts the server.
SECRET = 'password = "secret"\n'
ROOTS = "/etc/ssl/certs/ca-certificates.crt"


def login(name: str, command: list[str], auth: str = "", **more) -> Case:
    return Case(f"login, {name}", command, spec(COUNT, more=(f'auth = "{auth}"\n' if auth else "") + SECRET), stdout="7\n", **more)


def conninfo(*options: str) -> list[str]:
    return [PSQL[0], "host=db.example.com user=app dbname=shop password=secret " + " ".join(options), *PSQL[2:], "-c", "SELECT count(*) FROM users"]


PSYCOPG2_COUNT = psycopg2("c.execute('SELECT count(*) FROM users'); print(c.fetchone()[0])")
ASYNCPG_COUNT = asyncpg("print(await db.fetchval('SELECT count(*) FROM users'))")
NODE_COUNT = node('console.log((await db.query("SELECT count(*) FROM users")).rows[0].count);')


def secure(name: str, command: list[str], **more) -> Case:
    def check(document: dict) -> None:
        shaken = [call for call in document["interactions"] if call["protocol"] == "tls"]
        assert [(call["request"]["sni"], call["state"]) for call in shaken] == [("db.example.com", "ambient")], shaken
    return Case(f"tls, {name}", command, spec(COUNT, more="tls = true\n"), stdout="7\n", check=check, **more)


SESSIONS = [
    login("psql, SCRAM", conninfo()),
    login("psql, MD5", conninfo(), "md5"),
    login("psql, clear text", conninfo(), "cleartext"),
    login("psycopg2, SCRAM", PSYCOPG2_COUNT),
    login("asyncpg, SCRAM", ASYNCPG_COUNT),
    login("asyncpg, MD5", ASYNCPG_COUNT, "md5"),
    login("node-postgres, SCRAM", NODE_COUNT),
    secure("psql, require", conninfo("sslmode=require")),
    secure("psql, verify-full", conninfo("sslmode=verify-full", f"sslrootcert={ROOTS}")),
    secure("psycopg2, verify-full", [PYTHON, "-c", CONNECT.replace("dbname=", f"sslmode='verify-full', sslrootcert='{ROOTS}', dbname=")
                                     + "c.execute('SELECT count(*) FROM users'); print(c.fetchone()[0])"]),
    secure("asyncpg, the default context", [PYTHON, "-c", ASYNC.replace("/shop'", "/shop', ssl=__import__('ssl').create_default_context()")
                                            + "    print(await db.fetchval('SELECT count(*) FROM users'))\n    await db.close()\nasyncio.run(main())\n"]),
    secure("node-postgres", [part.replace('host: "', 'ssl: true, host: "') for part in NODE_COUNT]),
    Case("tls, SCRAM with channel binding", conninfo("sslmode=require", "channel_binding=prefer"), spec(COUNT, more="tls = true\n" + SECRET), stdout="7\n"),
    Case("tls where the spec has none", conninfo("sslmode=require"), spec(COUNT), exit=2, report=ANY, counts={"unused": 1}),
    Case("the session is refused", conninfo(), 'version = 1\n[[expect]]\npostgres = "app@db.example.com/shop"\n'
         'reply = { error = { code = "53300", message = "sorry, too many clients already" } }\n', exit=2, has=("FATAL:  sorry, too many clients already",),
         lacks=("UN", "MISMATCH")),
    Case("the connect is refused", conninfo(), 'version = 1\n[[expect]]\npostgres = "app@db.example.com/shop"\nreply = { errno = "ECONNREFUSED" }\n', exit=2,
         has=("Connection refused",), lacks=("UN", "MISMATCH")),
    Case("two connections, two entries, any of them first", [PYTHON, "-c", """
import psycopg2
def connect(): return psycopg2.connect(host='db.example.com', user='app', dbname='shop')
one, other = connect(), connect()
for db, sql in ((other, "SELECT 'b'"), (one, "SELECT 'a'")):
    c = db.cursor(); c.execute(sql); print(c.fetchone()[0])
"""], spec('query = "SELECT $1", params = ["b"], columns = ["x:text"], rows = [["b"]]') + spec('query = "SELECT $1", params = ["a"], columns = ["x:text"], rows = [["a"]]')[11:],
         stdout="b\na\n"),
    Case("a client that connects again", psycopg2("db.close()\nfor i in range(3):\n    db = psycopg2.connect(host='db.example.com', user='app', dbname='shop'); c = db.cursor(); "
                                                 "c.execute('SELECT count(*) FROM users'); print(c.fetchone()[0]); db.commit(); db.close()"),
         spec(COUNT, "commit = true", more="times = 3\n"), stdout="7\n7\n7\n"),
    Case("asyncpg's pool, three at once", [PYTHON, "-c", """
import asyncio, asyncpg
async def one(pool):
    async with pool.acquire() as db:
        await asyncio.sleep(0.05)
        return await db.fetchval('SELECT count(*) FROM users')
async def main():
    async with asyncpg.create_pool('postgresql://app:secret@db.example.com/shop', min_size=3, max_size=3) as pool:
        print(sum(await asyncio.gather(*(one(pool) for _ in range(3)))))
asyncio.run(main())
"""], spec(COUNT, more="times = 3\n"), stdout="21\n"),
    Case("localhost, which nobody looks up", [part.replace("db.example.com", "localhost") for part in conninfo()], spec(COUNT).replace("db.example.com", "localhost"),
         stdout="7\n"),
    Case("delay", psycopg2("c.execute('SELECT count(*) FROM users'); print(c.fetchone()[0])"), spec(COUNT + ', delay = "50ms"'), stdout="7\n"),
    Case("a connection that breaks", psycopg2("c.execute('SELECT count(*) FROM users')\ntry: c.execute('SELECT 1')\nexcept psycopg2.OperationalError as e: print('broken')"),
         spec(COUNT, 'fault = "reset"').replace("  { close = true },\n", ""), stdout="broken\n"),
]
CASES += SESSIONS

# What goes wrong, and what the report says of it.
ASK = psycopg2("try:\n    c.execute('SELECT name FROM users WHERE id = %s', (1,)); print(c.fetchone()[0])\nexcept psycopg2.Error as e: print(e.pgcode)\ndb.commit(); db.close()")
WRONG = [
    Case("mismatch", ASK, spec(BY_ID.format(2, "bob"), "commit = true"), exit=3, stdout="bob\n", report="""bigfoot-run: 1 problem · 0 of 1 expectations met · 7 interactions (4 ambient)

MISMATCH  #5  postgres app@db.example.com/shop: step 1 of 3 differs: query "SELECT name FROM users WHERE id = $1"    python3 -c … pid 1 · t+N ms
   spec.toml:6
     params[0]   expected 2    got 1
     1 field equal
   accept it:  params = [1]
"""),
    Case("unexpected", ASK, spec('query = "SELECT id FROM users WHERE id = $1", params = [1], columns = ["id:int4"], rows = [[1]]', "commit = true", "rollback = true, required = false"),
         exit=3, stdout="BF001\n", report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 7 interactions (6 ambient)

UNEXPECTED  #5  postgres app@db.example.com:5432/shop: query = "SELECT name FROM users WHERE id = 1"    python3 -c … pid 1 · t+N ms · answered BF001
   nearest: spec.toml:3 postgres app@db.example.com/shop   step 1, query "SELECT id FROM users WHERE id = $1": query differs from "id FROM users WHERE id =…" on
   add the step:  { query = "SELECT name FROM users WHERE id = 1" }

UNUSED  spec.toml:3 postgres app@db.example.com/shop never happened
"""),
    Case("unused", ASK, spec(BY_ID.format(1, "alice"), COUNT, "commit = true"), exit=3, stdout="alice\n", report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 7 interactions (4 ambient)

OUT-OF-STATE  #6  postgres app@db.example.com/shop: step 3 of 4 came too early: commit    python3 -c … pid 1 · t+N ms
   spec.toml:8
   the session waits for step 2: query "SELECT count(*) FROM users"
   played before: query "SELECT name FROM users WHERE id = $1"

UNUSED  spec.toml:7 postgres app@db.example.com/shop: step 2 of 4 never happened: query "SELECT count(*) FROM users"
   the session ended after: query "SELECT name FROM users WHERE id = $1", commit, close
"""),
    Case("out of state", ASK, spec(COUNT, BY_ID.format(1, "alice"), "commit = true"), exit=3, stdout="alice\n", report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 7 interactions (4 ambient)

OUT-OF-STATE  #5  postgres app@db.example.com/shop: step 2 of 4 came too early: query "SELECT name FROM users WHERE id = $1"    python3 -c … pid 1 · t+N ms
   spec.toml:7
   the session waits for step 1: query "SELECT count(*) FROM users"

UNUSED  spec.toml:6 postgres app@db.example.com/shop: step 1 of 4 never happened: query "SELECT count(*) FROM users"
   the session ended after: query "SELECT name FROM users WHERE id = $1", commit, close
"""),
    Case("unasserted", ASK, spec('query = "SELECT name FROM users WHERE id = $1", columns = ["name:text"], rows = [["alice"]]'), exit=3, stdout="alice\n", report="""bigfoot-run: 2 problems · 0 of 1 expectations met · 7 interactions (4 ambient)

UNASSERTED  #5  postgres app@db.example.com/shop: step 1 of 2 (query "SELECT name FROM users WHERE id = $1"): params not asserted    python3 -c … pid 1 · t+N ms
   spec.toml:6
     params   expected (not mentioned)    got [1]
     1 field equal
   add:  params = [1]

UNASSERTED  #6  postgres app@db.example.com:5432/shop: commit = true: no step mentions it    python3 -c … pid 1 · t+N ms
   spec.toml:3
   played before: query "SELECT name FROM users WHERE id = $1"
   add the step:  { commit = true }
"""),
    Case("a session that nobody expects", ASK, 'version = 1\n[[expect]]\npostgres = "app@other.example.com/shop"\nrequired = false\nsteps = [ { close = true } ]\n', exit=3,
         stdout="BF001\n", report="""bigfoot-run: 1 problem · 1 of 1 expectations met · 7 interactions (6 ambient)

UNEXPECTED  #5  postgres app@db.example.com:5432/shop: query = "SELECT name FROM users WHERE id = 1"    python3 -c … pid 1 · t+N ms · answered BF001
   nearest: spec.toml:2 postgres app@other.example.com/shop   host differs at "other"
   add:
     [[expect]]
     postgres = "app@db.example.com:5432/shop"
     steps    = [
       { query = "SELECT name FROM users WHERE id = 1" },
     ]
"""),
    Case("a wrong password", conninfo(), spec(COUNT, more='password = "better"\n'), exit=2, report="""psql: error: connection to server at "db.example.com" (198.18.0.1), port 5432 failed: FATAL:  password authentication failed for user "app"
bigfoot-run: 2 problems · 0 of 1 expectations met · 4 interactions (3 ambient) · the command failed with status 2

The command itself failed: what is missing below may be a consequence of that.

MISMATCH  #4  app@db.example.com:5432/shop    psql … pid 1 · t+N ms
   spec.toml:3
     password   expected "better"    got "(hidden)"   scram-sha-256 proves another password
   accept it:  password = "(what the program logs in with)"

UNUSED  spec.toml:7 postgres app@db.example.com/shop: step 1 of 2 never happened: query "SELECT count(*) FROM users"
   1 later step did not happen either
"""),
]
CASES += WRONG
