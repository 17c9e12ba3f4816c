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
