# tests/clients/cache.py - A cache as programs use Redis, by redis-py: cache.py sync|async|subscribe|block URL
import asyncio
import json
import sys
import threading
import time

import redis
import redis.asyncio


def show(*values: object) -> None:
    print(*(json.dumps(value, sort_keys=True, separators=(",", ":")) if isinstance(value, (dict, list, tuple)) else "nil" if value is None else value for value in values))


def use(url: str) -> None:
    cache = redis.Redis.from_url(url, decode_responses=True)
    show("OK" if cache.set("session:abc123", "new_value", ex=60) else "not set")
    show(cache.get("session:abc123"))
    show(cache.get("missing"))
    show(cache.hgetall("user:1"))
    show(cache.lrange("jobs", 0, -1))
    show(len(cache.pipeline(transaction=True).set("a", "1").expire("a", 60).execute()))
    show(*cache.pipeline(transaction=False).llen("jobs").sadd("tags", "x").execute())
    try:
        cache.lpush("jobs", "x")
    except redis.ResponseError as error:
        show(error)
    cache.close()


async def use_async(url: str) -> None:
    cache = redis.asyncio.Redis.from_url(url, decode_responses=True)
    show("OK" if await cache.set("session:abc123", "new_value", ex=60) else "not set")
    show(await cache.get("session:abc123"))
    show(await cache.get("missing"))
    show(await cache.hgetall("user:1"))
    show(await cache.lrange("jobs", 0, -1))
    show(len(await cache.pipeline(transaction=True).set("a", "1").expire("a", 60).execute()))
    show(*await cache.pipeline(transaction=False).llen("jobs").sadd("tags", "x").execute())
    try:
        await cache.lpush("jobs", "x")
    except redis.ResponseError as error:
        show(error)
    await cache.close()


def subscribe(url: str) -> None:
    messages = redis.Redis.from_url(url, decode_responses=True).pubsub()
    messages.subscribe("news", "sport")
    messages.psubscribe("w*")
    left = 4
    for message in messages.listen():
        if message["type"].endswith("message"):
            show(message["type"], message["pattern"], message["channel"], message["data"])
            left -= 1
        if left == 0:
            break
    messages.unsubscribe()
    messages.close()


def block(url: str) -> None:
    """A job that is waited for; another connection is answered meanwhile."""
    waited = threading.Thread(target=lambda: show(redis.Redis.from_url(url, decode_responses=True).blpop("jobs", 5)))
    begin = time.monotonic()
    waited.start()
    time.sleep(0.1)
    show(redis.Redis.from_url(url, decode_responses=True).get("quick"))
    quick = time.monotonic() - begin
    waited.join()
    show("in order" if quick < 0.45 <= time.monotonic() - begin else f"quick after {quick}")


ways = {"sync": use, "async": lambda url: asyncio.run(use_async(url)), "subscribe": subscribe, "block": block}
ways[sys.argv[1]](sys.argv[2])
