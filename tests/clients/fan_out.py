# tests/clients/fan_out.py - Many GETs at once: fan_out.py threads|fork|pool|asyncio|processes COUNT URL prints how many got 200.
import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import urllib.request


def get(url: str) -> int:
    with urllib.request.urlopen(url) as reply:
        reply.read()
        return reply.status


def by_fork(urls: list[str]) -> list[int]:
    children = []
    for url in urls:
        child = os.fork()
        if child == 0:
            os._exit(0 if get(url) == 200 else 1)
        children.append(child)
    return [200 if os.waitpid(child, 0)[1] == 0 else 0 for child in children]


def by_asyncio(urls: list[str]) -> list[int]:
    import asyncio

    import aiohttp

    async def one(session: aiohttp.ClientSession, url: str) -> int:
        async with session.get(url) as reply:
            await reply.read()
            return reply.status

    async def main() -> list[int]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            return await asyncio.gather(*(one(session, url) for url in urls))

    return asyncio.run(main())


def by_processes(urls: list[str]) -> list[int]:
    running = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url], stdout=subprocess.PIPE) for url in urls]
    return [int(child.communicate()[0]) for child in running]


def main() -> None:
    way, count, url = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    urls = [f"{url}/{number}" for number in range(count)]
    if way == "threads":
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(get, urls))
    elif way == "pool":
        with multiprocessing.get_context("fork").Pool(4) as pool:
            statuses = pool.map(get, urls)
    else:
        statuses = {"fork": by_fork, "asyncio": by_asyncio, "processes": by_processes}[way](urls)
    print(statuses.count(200))


if __name__ == "__main__":
    main()
