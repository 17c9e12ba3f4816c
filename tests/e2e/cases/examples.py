# tests/e2e/cases/examples.py - The programs of examples/ under their specs, and the README's red run.
from harness import Case

PYTHON = "/usr/bin/python3"
CHECKOUT = ("--spec", "@examples@/checkout/checkout.toml")
RELEASE = ("--spec", "@examples@/commands/release.toml")

CASES = [
    Case("checkout is green", ["@examples@/checkout/checkout.sh", "5000"], args=CHECKOUT, stdout='charged: {"id":"ch_123"}\n'),
    Case("checkout with one changed value is red", ["@examples@/checkout/checkout.sh", "5001"], args=CHECKOUT, exit=3,
         stdout='charged: {"id":"ch_123"}\n', has=("MISMATCH", "body.amount", "5000", "5001", "accept it:"), counts={"mismatch": 1}),
    Case("http", [PYTHON, "@examples@/http/refunds.py"], args=("--spec", "@examples@/http/refunds.toml"), env={"STRIPE_KEY": "sk_test_1"},
         stdout="200 ch_123 re_1\n", counts={"asserted": 4}),
    Case("dns", [PYTHON, "@examples@/dns/lookups.py"], args=("--spec", "@examples@/dns/lookups.toml"),
         stdout="2606:2800:220:1::1 93.184.216.34\n10 mail.example.com. 20 backup.example.com.\nretired.example.com is gone\n10.0.0.7\n",
         counts={"asserted": 5}),
    Case("commands", ["@examples@/commands/release.sh", "v1.2.3"], args=RELEASE, counts={"asserted": 4}),
    Case("commands with another tag", ["@examples@/commands/release.sh", "v1.3.0"], args=RELEASE, exit=127,
         has=('argv[2]   expected "v1.2.{{int}}"    got "v1.3.0"', 'accept it:  exec = ["git", "tag", "v1.3.0"]', "UNUSED")),
    Case("commands, files and log lines of one script", ["@examples@/publish/publish.sh"], args=("--spec", "@examples@/publish/publish.toml"),
         report="WARNING publish: no gh here: the release stays local\nINFO publish: publishing v1.4.0\nINFO publish: published v1.4.0\n",
         counts={"asserted": 9}),
    Case("socket", [PYTHON, "@examples@/socket/sockets.py"], args=("--spec", "@examples@/socket/sockets.toml"),
         stdout="b'HTTP/1.1 200 OK\\r\\n\\r\\n'\nConnection refused\nb'signed by agent'\nthe agent hung up\n"),
]
