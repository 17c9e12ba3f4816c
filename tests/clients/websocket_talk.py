# tests/clients/websocket_talk.py - One conversation over a WebSocket, with the library that is named first: gets a price, subscribes, gets an answer
# and bytes, sends bytes, gets a last word, closes. `--deflate` offers compression where the library can.
import asyncio
import json
import ssl
import sys

SUBSCRIBE = json.dumps({"action": "subscribe", "symbol": "BTC"})
BYTES = b"\x00\x01\xff"


def show(message):
    print("got", message if isinstance(message, str) else "binary " + bytes(message).hex(), flush=True)


async def with_websockets(url, deflate):
    import websockets
    async with websockets.connect(url, subprotocols=["chat.v2", "chat.v1"], compression="deflate" if deflate else None) as socket:
        if deflate:
            print("extensions", " ".join(one.name for one in socket.extensions) or "none")
        print("agreed on", socket.subprotocol)
        show(await socket.recv())
        await socket.send(SUBSCRIBE)
        show(await socket.recv())
        show(await socket.recv())
        await socket.send(BYTES)
        show(await socket.recv())


def with_websocket_client(url, deflate):
    import websocket
    socket = websocket.create_connection(url, subprotocols=["chat.v2", "chat.v1"], timeout=20)
    print("agreed on", socket.getsubprotocol())
    show(socket.recv())
    socket.send(SUBSCRIBE)
    show(socket.recv())
    show(socket.recv())
    socket.send_binary(BYTES)
    show(socket.recv())
    socket.close()


async def with_aiohttp(url, deflate):
    import aiohttp
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(url, protocols=["chat.v2", "chat.v1"], compress=15 if deflate else 0) as socket:
            if deflate:
                print("extensions", "permessage-deflate" if socket.compress else "none")
            print("agreed on", socket.protocol)
            show((await socket.receive()).data)
            await socket.send_str(SUBSCRIBE)
            show((await socket.receive()).data)
            show((await socket.receive()).data)
            await socket.send_bytes(BYTES)
            show((await socket.receive()).data)


library, url, *options = sys.argv[1:]
deflate = "--deflate" in options
if library == "websockets":
    asyncio.run(with_websockets(url, deflate))
elif library == "aiohttp":
    asyncio.run(with_aiohttp(url, deflate))
elif library == "websocket-client":
    with_websocket_client(url, deflate)
else:
    sys.exit(f"no library {library}")
