# tests/clients/postgres.py - A sign-up with a Python driver: postgres.py DRIVER prints what was stored and what was refused.
# In a transaction a user is inserted and read back; in a second one the same insert is refused, and rolled back.
import asyncio
import json
import sys

INSERT = "INSERT INTO users (name, age) VALUES ({}, {}) RETURNING id"
SELECT = "SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = {}"
HOST, USER, PASSWORD, DATABASE = "db.example.com", "app", "secret", "shop"
URL = f"{USER}:{PASSWORD}@{HOST}/{DATABASE}"


def told(row) -> str:
    key, name, price, active, created, tags, meta, note = row
    meta = json.loads(meta) if isinstance(meta, str) else meta
    return f"{key} {name} {price:.2f} {str(active).lower()} {int(created.timestamp())} {','.join(tags)} {meta['a']} {'null' if note is None else note}"


def dbapi(connection, error, state) -> None:
    cursor = connection.cursor()
    cursor.execute(INSERT.format("%s", "%s"), ("alice", 30))
    print("inserted", cursor.fetchone()[0])
    cursor.execute(SELECT.format("%s"), (1,))
    print(told(cursor.fetchone()))
    connection.commit()
    try:
        cursor.execute(INSERT.format("%s", "%s"), ("alice", 30))
    except error as refused:
        print("refused", state(refused))
        connection.rollback()
    connection.close()


def use_psycopg2() -> None:
    import psycopg2
    dbapi(psycopg2.connect(host=HOST, user=USER, password=PASSWORD, dbname=DATABASE), psycopg2.Error, lambda e: e.pgcode)


def use_psycopg() -> None:
    import psycopg
    dbapi(psycopg.connect(host=HOST, user=USER, password=PASSWORD, dbname=DATABASE), psycopg.Error, lambda e: e.sqlstate)


def use_django() -> None:
    import django
    from django.conf import settings
    settings.configure(USE_TZ=True, DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "HOST": HOST, "USER": USER,
                                                           "PASSWORD": PASSWORD, "NAME": DATABASE}})
    django.setup()
    from django.db import connection, transaction
    from django.db.utils import IntegrityError
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT.format("%s", "%s"), ["alice", 30])
        print("inserted", cursor.fetchone()[0])
        cursor.execute(SELECT.format("%s"), [1])
        print(told(cursor.fetchone()))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INSERT.format("%s", "%s"), ["alice", 30])
    except IntegrityError as refused:
        print("refused", refused.__cause__.pgcode)
    connection.close()


async def asyncpg_session(connection) -> None:
    import asyncpg
    async with connection.transaction():
        print("inserted", await connection.fetchval(INSERT.format("$1", "$2"), "alice", 30))
        print(told(await connection.fetchrow(SELECT.format("$1"), 1)))
    try:
        async with connection.transaction():
            await connection.fetchval(INSERT.format("$1", "$2"), "alice", 30)
    except asyncpg.UniqueViolationError as refused:
        print("refused", refused.sqlstate)


async def use_asyncpg() -> None:
    import asyncpg
    connection = await asyncpg.connect(f"postgresql://{URL}")
    await asyncpg_session(connection)
    await connection.close()


async def use_asyncpg_pool() -> None:
    import asyncpg
    async with asyncpg.create_pool(f"postgresql://{URL}", min_size=1, max_size=2) as pool, pool.acquire() as connection:
        await asyncpg_session(connection)


def use_sqlalchemy() -> None:
    from sqlalchemy import create_engine, exc, text
    engine = create_engine(f"postgresql+psycopg2://{URL}", future=True)
    with engine.begin() as connection:
        print("inserted", connection.execute(text(INSERT.format(":name", ":age")), {"name": "alice", "age": 30}).scalar())
        print(told(connection.execute(text(SELECT.format(":id")), {"id": 1}).one()))
    try:
        with engine.begin() as connection:
            connection.execute(text(INSERT.format(":name", ":age")), {"name": "alice", "age": 30})
    except exc.IntegrityError as refused:
        print("refused", refused.orig.pgcode)
    engine.dispose()


async def use_sqlalchemy_asyncpg() -> None:
    from sqlalchemy import exc, text
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(f"postgresql+asyncpg://{URL}", future=True)
    async with engine.begin() as connection:
        print("inserted", (await connection.execute(text(INSERT.format(":name", ":age")), {"name": "alice", "age": 30})).scalar())
        print(told((await connection.execute(text(SELECT.format(":id")), {"id": 1})).one()))
    try:
        async with engine.begin() as connection:
            await connection.execute(text(INSERT.format(":name", ":age")), {"name": "alice", "age": 30})
    except exc.IntegrityError as refused:
        print("refused", refused.orig.pgcode)
    await engine.dispose()


DRIVERS = {"psycopg2": use_psycopg2, "psycopg": use_psycopg, "django": use_django, "sqlalchemy": use_sqlalchemy, "asyncpg": use_asyncpg,
           "asyncpg-pool": use_asyncpg_pool, "sqlalchemy-asyncpg": use_sqlalchemy_asyncpg}
driver = DRIVERS[sys.argv[1]]
if asyncio.iscoroutinefunction(driver):
    asyncio.run(driver())
else:
    driver()
