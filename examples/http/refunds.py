# examples/http/refunds.py - Charges, then refunds with one idempotency key over three attempts: a 503, a reset connection, success.
import http.client
import json
import sys
import urllib.parse
import uuid

HOST = "api.stripe.com"


def post(path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict]:
    connection = http.client.HTTPConnection(HOST)
    connection.request("POST", path, body, headers)
    reply = connection.getresponse()
    text = reply.read()
    return reply.status, json.loads(text) if reply.status == 200 else {}


def refund(charge: str, attempts: int = 3) -> str:
    headers = {"Authorization": "Bearer sk_test_1", "Idempotency-Key": str(uuid.uuid4()),
               "Content-Type": "application/x-www-form-urlencoded"}
    form = urllib.parse.urlencode({"charge": charge, "reason": "duplicate"}).encode()
    for _ in range(attempts):
        try:
            status, reply = post("/v1/refunds", form, headers)
        except ConnectionError:
            continue
        if status == 200:
            return reply["id"]
    sys.exit("no refund")


status, charge = post("/v1/charges", json.dumps({"amount": 5000}).encode(), {"Content-Type": "application/json"})
print(status, charge["id"], refund(charge["id"]))
