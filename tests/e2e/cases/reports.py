# tests/e2e/cases/reports.py - Whole reports, a violation kind each, as a person reads them. Times are taken out (harness.shown).
# Source: spec-format.md, section 5.
from harness import ANY, Case

from cases.verify import A_THEN_B, CHARGE, GET_A, GET_B, post, quiet

ADD_BALANCE = """   add:
     [[expect]]
     http  = "GET http://api.stripe.com/v1/balance"
     body  = ""
     reply = { status = 200, json = { } }
"""

CASES = [
    Case("report: mismatch", post('{"amount":5001,"currency":"usd"}'), CHARGE, exit=3, stdout=ANY, report="""\
bigfoot-run: 1 problem · 0 of 1 expectations met · 2 interactions (1 ambient)

MISMATCH  #2  POST http://api.stripe.com/v1/charges    curl -s -H … pid 1 · t+N ms
   spec.toml:3 `charge`
     body.amount     expected 5000        got 5001
     body.currency   expected (no key)    got "usd"
     2 fields equal
   accept it:  body = { json = { amount = 5001, currency = "usd" } }
"""),
    Case("report: unexpected", ["curl", "-s", "http://api.stripe.com/v1/balance"], "version = 1\n", exit=3,
         stdout="unexpected: GET http://api.stripe.com/v1/balance\n", report="""\
bigfoot-run: 1 problem · 2 interactions (1 ambient)

UNEXPECTED  #2  GET http://api.stripe.com/v1/balance    curl -s http://api.stripe.com/v1/balance pid 1 · t+N ms · answered 501
""" + ADD_BALANCE),
    Case("report: unexpected beside a near entry", ["curl", "-s", "-X", "POST", "http://api.stripe.com/v1/charge"], CHARGE, exit=3, stdout="""\
unexpected: POST http://api.stripe.com/v1/charge
nearest: spec.toml:3 POST http://api.stripe.com/v1/charges   path differs at "s"
""", report="""\
bigfoot-run: 2 problems · 0 of 1 expectations met · 2 interactions (1 ambient)

UNEXPECTED  #2  POST http://api.stripe.com/v1/charge    curl -s -X POST … pid 1 · t+N ms · answered 501
   nearest: spec.toml:3 POST http://api.stripe.com/v1/charges   path differs at "s"
   add:
     [[expect]]
     http  = "POST http://api.stripe.com/v1/charge"
     body  = ""
     reply = { status = 200, json = { } }

UNUSED  spec.toml:3 POST http://api.stripe.com/v1/charges never happened
   spec.toml:3 `charge`
"""),
    Case("report: unasserted", post('{"amount":5000}'), CHARGE.replace("headers = ", "# "), exit=3, stdout=ANY, report="""\
bigfoot-run: 1 problem · 0 of 1 expectations met · 2 interactions (1 ambient)

UNASSERTED  #2  POST http://api.stripe.com/v1/charges: headers not asserted    curl -s -H … pid 1 · t+N ms
   spec.toml:3 `charge`
     headers.content-type   expected (not mentioned)    got "application/json"
     2 fields equal
   add:  headers = { content-type = "application/json", "*" = "*" }
"""),
    Case("report: unused", ["true"], A_THEN_B, exit=3, report="""\
bigfoot-run: 2 problems · 0 of 2 expectations met · 0 interactions

UNUSED  spec.toml:6 GET http://api.example.com/a never happened

UNUSED  spec.toml:10 GET http://api.example.com/b never happened
"""),
    Case("report: out of order", ["curl", "-s", GET_B, GET_A], A_THEN_B, exit=3, stdout="BA", report="""\
bigfoot-run: 1 problem · 1 of 2 expectations met · 3 interactions (1 ambient)

OUT-OF-ORDER  #2  GET http://api.example.com/b came before spec.toml:6 GET http://api.example.com/a    """
         """curl -s http://api.example.com/b … pid 1 · t+N ms
   spec.toml:10
   still to come: spec.toml:6 GET http://api.example.com/a
   if any order is right, add to each:
     any_order = "together"    # spec.toml:6 GET http://api.example.com/a
     any_order = "together"    # spec.toml:10 GET http://api.example.com/b
"""),
    Case("report: guarded", quiet("curl -s http://api.prod.internal/x; true"), 'version = 1\n[guard]\ndeny = ["http://*.prod.internal"]\n',
         exit=3, report="""\
bigfoot-run: 1 problem · 2 interactions (1 ambient)

GUARDED  #2  tcp://api.prod.internal:80 is denied by [guard] deny "http://*.prod.internal"    curl -s http://api.prod.internal/x pid 2 """
         """· t+N ms · answered ECONNREFUSED
   the rule stands at spec.toml:3
"""),
    Case("report: timeout", ["sleep", "60"], "version = 1\n", args=("--timeout", "400ms"), exit=124, report="""\
bigfoot-run: 1 problem · 0 interactions · ended by the timeout

TIMEOUT  the run was ended after N ms
"""),
    Case("report: the child failed too", quiet("curl -s http://api.stripe.com/v1/balance > /dev/null; exit 7"), "version = 1\n", exit=7, report="""\
bigfoot-run: 1 problem · 2 interactions (1 ambient) · the command failed with status 7

The command itself failed: what is missing below may be a consequence of that.

UNEXPECTED  #2  GET http://api.stripe.com/v1/balance    curl -s http://api.stripe.com/v1/balance pid 2 · t+N ms · answered 501
""" + ADD_BALANCE),
    Case("report: without any spec", quiet(f"curl -s {GET_A} > /dev/null; curl -s -d x=1 {GET_B} > /dev/null"), exit=3, report="""\
bigfoot-run: 2 problems · 4 interactions (2 ambient)

UNEXPECTED  #2  GET http://api.example.com/a     curl -s http://api.example.com/a pid 2 · t+N ms · answered 501
   add:
     [[expect]]
     http  = "GET http://api.example.com/a"
     body  = ""
     reply = { status = 200, json = { } }

UNEXPECTED  #4  POST http://api.example.com/b    curl -s -d x=1 http://api.example.com/b pid 3 · t+N ms · answered 501
   add:
     [[expect]]
     http    = "POST http://api.example.com/b"
     headers = { content-type = "application/x-www-form-urlencoded", "*" = "*" }
     body    = { form = { x = "1" } }
     reply   = { status = 200, json = { } }
"""),
]
