# tests/clients/charge.py - One POST of a charge with a Python client: charge.py LIBRARY URL prints "STATUS BODY".
import json
import sys

library, url = sys.argv[1], sys.argv[2]
charge = {"amount": 5000, "currency": "usd"}

if library == "urllib":
    import urllib.error
    import urllib.request
    request = urllib.request.Request(url, json.dumps(charge).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as reply:
            print(reply.status, reply.read().decode())
    except urllib.error.HTTPError as refused:
        print(refused.code, refused.read().decode())
elif library == "http.client":
    import http.client
    import urllib.parse
    parts = urllib.parse.urlsplit(url)
    connection = (http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection)(parts.netloc)
    connection.request("POST", parts.path, json.dumps(charge), {"Content-Type": "application/json"})
    reply = connection.getresponse()
    print(reply.status, reply.read().decode())
elif library in ("requests", "pip"):
    if library == "pip":
        from pip._vendor import requests
    else:
        import requests
    reply = requests.post(url, json=charge)
    print(reply.status_code, reply.text)
elif library == "httpx":
    import httpx
    reply = httpx.post(url, json=charge)
    print(reply.status_code, reply.text)
elif library == "aiohttp":
    import asyncio

    import aiohttp

    async def main() -> None:
        async with aiohttp.ClientSession(trust_env=True) as session, session.post(url, json=charge) as reply:
            print(reply.status, await reply.text())

    asyncio.run(main())
else:
    sys.exit(f"no library {library}")
