# tests/e2e/cases/matching.py - Operators, holes and captures with real clients. Source: spec-format.md, rules 5 to 7 and section 10.
import hashlib

from harness import ANY, Case

PYTHON = "/usr/bin/python3"
NODE = "node"
HEADERS = '\n[defaults.http]\nheaders = "*"\n'


def spec(*entries: str) -> str:
    return "version = 1\n" + HEADERS + "".join(entries)


def post(body: str, more: str = "", url: str = "http://api.test/x") -> str:
    return f'\n[[expect]]\nhttp = "POST {url}"\n{body}\nreply = {{ text = "ok\\n" }}\n{more}'


def python(*lines: str) -> list[str]:
    return [PYTHON, "-c", "\n".join(lines)]


def node(*lines: str) -> list[str]:
    return [NODE, "--input-type=module", "-e", "\n".join(lines)]


CURL = ["curl", "-sS", "http://api.test/x"]
UPLOAD = post('body = { multipart = [ { name = "title", body = "Spring" }, { name = "file", filename = "a.txt", content-type = "text/plain", body = "hello\\n" } ] }')
QUERY = post('body = { graphql = { query = "query Me($id: ID!) { me(id: $id) { name mail } }", variables = { id = "{{int}}" }, operation = "Me" } }')
SOAP = post("""body = { xml = '''
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
  <s:Body>
    <Order xmlns="urn:shop" id="{{int}}"><sku>x-1</sku></Order>
  </s:Body>
</s:Envelope>
''' }""")
ENVELOPE = ('<?xml version="1.0"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body><o:Order id="42" xmlns:o="urn:shop">'
            "<o:sku>x-1</o:sku></o:Order></soap:Body></soap:Envelope>")
JAVA_POST = """import java.net.URI; import java.net.http.*;
public class Post { public static void main(String[] a) throws Exception {
  var request = HttpRequest.newBuilder(URI.create("http://api.test/x")).header("Content-Type", "text/xml").POST(HttpRequest.BodyPublishers.ofString(a[0])).build();
  System.out.print(HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body()); } }
"""
FIVE_MINUTES_AGO = "import datetime, json, urllib.request; at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=5)"

CASES = [
    Case("multipart, curl -F", [*CURL, "-F", "title=Spring", "-F", "file=@a.txt"], spec(UPLOAD), files={"a.txt": "hello\n"}, stdout="ok\n"),
    Case("multipart, requests", python("import requests", "print(requests.post('http://api.test/x', data={'title': 'Spring'}, files={'file': ('a.txt', 'hello\\n', 'text/plain')}).text, end='')"),
         spec(UPLOAD), stdout="ok\n"),
    Case("multipart, fetch of Node", node("const form = new FormData();", "form.append('title', 'Spring');",
                                          "form.append('file', new Blob(['hello\\n'], {type: 'text/plain'}), 'a.txt');",
                                          "process.stdout.write(await (await fetch('http://api.test/x', {method: 'POST', body: form})).text());"), spec(UPLOAD), stdout="ok\n"),
    Case("multipart, another file", [*CURL, "-F", "title=Spring", "-F", "file=@a.txt;filename=b.txt"], spec(UPLOAD), files={"a.txt": "hello\n"}, stdout="ok\n", exit=3,
         has=('body[1].filename   expected "a.txt"    got "b.txt"',)),
    Case("graphql, curl", [*CURL, "-H", "Content-Type: application/json", "-d", '{"query": "query Me($id:ID!){me(id:$id){name,mail}}", "variables": {"id": 7}, "operationName": "Me"}'],
         spec(QUERY), stdout="ok\n"),
    Case("graphql, fetch of Node", node("const query = `query Me($id: ID!) {\n  me(id: $id) { # who\n    name\n    mail\n  }\n}`;",
                                        "const body = JSON.stringify({query, variables: {id: 7}, operationName: 'Me'});",
                                        "process.stdout.write(await (await fetch('http://api.test/x', {method: 'POST', body})).text());"), spec(QUERY), stdout="ok\n"),
    Case("graphql, another field", [*CURL, "-d", '{"query": "query Me($id:ID!){me(id:$id){name}}", "variables": {"id": 7}, "operationName": "Me"}'], spec(QUERY), stdout="ok\n", exit=3,
         has=("body.query",)),
    Case("xml, curl", [*CURL, "-H", "Content-Type: text/xml", "-d", ENVELOPE], spec(SOAP), stdout="ok\n"),
    Case("xml, Java", ["sh", "-c", 'java Post.java "$0"', ENVELOPE], spec(SOAP), files={"Post.java": JAVA_POST}, stdout="ok\n"),
    Case("xml, another value", [*CURL, "-d", ENVELOPE.replace("x-1", "x-2")], spec(SOAP), stdout="ok\n", exit=3,
         has=('body/Envelope/Body[1]/Order[1]/sku[1]', '"x-2"')),
    Case("xpath", [*CURL, "-d", ENVELOPE], spec(post('body = { xpath = { "//o:Order/@id" = "{{int}}", "//o:sku" = "x-1" } }')), stdout="ok\n"),
    Case("jsonpath", [*CURL, "-d", '{"items": [{"sku": "a", "n": 2}], "at": 1}'], spec(post('body = { jsonpath = { "$.items[0].sku" = "a", "$.items[*].n" = ["{{int}}"] } }')), stdout="ok\n"),
    Case("jsonpath, another value", [*CURL, "-d", '{"items": [{"sku": "b"}]}'], spec(post('body = { jsonpath = { "$.items[0].sku" = "a" } }')), stdout="ok\n", exit=3,
         has=('body.$.items[0].sku   expected "a"    got "b"', 'accept it:  body = { jsonpath = { "$.items[0].sku" = "b" } }')),
    Case("sha256 of a large body", [*CURL, "--data-binary", "@big"], spec(post(f'body = {{ sha256 = "{hashlib.sha256(b"x" * 300000).hexdigest()}" }}')), files={"big": "x" * 300000}, stdout="ok\n"),
    Case("cookies", [*CURL, "-X", "POST", "-b", "theme=dark; session=f81d4fae-7dec-11d0-a765-00a0c91e6bf6"], "version = 1\n" + post('headers = "*"\ncookies = { session = "{{uuid}}", theme = "dark" }'), stdout="ok\n"),
    Case("a path template", ["curl", "-sS", "-X", "DELETE", "http://api.test/orders/42/items/7"],
         spec('\n[[expect]]\nhttp = "DELETE http://api.test/orders/{{order:int}}/items/*"\nreply = { text = "{{order}} {{req.path.3}}\\n" }\n'), stdout="42 7\n"),

    # Captures, from one protocol to the other.
    Case("from Redis to HTTP", ["sh", "-c", "redis-cli -h cache.test set token:1 t-81 > /dev/null && curl -sS -H 'Authorization: Bearer t-81' http://api.test/x"],
         "version = 1\n[[expect]]\nredis = [\"SET\", \"token:1\", \"{{token:/t-\\\\d+/}}\"]\nreply = \"OK\"\n"
         "[[expect]]\nhttp = \"GET http://api.test/x\"\nheaders = { authorization = \"Bearer {{token}}\" }\nreply = { text = \"ok\\n\" }\n", stdout="ok\n"),
    Case("from Redis to HTTP, another one", ["sh", "-c", "redis-cli -h cache.test set token:1 t-81 > /dev/null && curl -sS -H 'Authorization: Bearer t-82' http://api.test/x"],
         "version = 1\n[[expect]]\nredis = [\"SET\", \"token:1\", \"{{token:/t-\\\\d+/}}\"]\nreply = \"OK\"\n"
         "[[expect]]\nhttp = \"GET http://api.test/x\"\nheaders = { x-token = \"{{token}}\", \"*\" = \"*\" }\nreply = { text = \"ok\\n\" }\n", exit=3, stdout="ok\n", has=("headers.x-token",)),
    Case("what a reply made up comes back", python("import requests", "token = requests.post('http://api.test/x').json()['token']",
                                                    "print(requests.get('http://api.test/y', headers={'X-Token': token}).text, end='')"),
         spec('\n[[expect]]\nhttp = "POST http://api.test/x"\nreply = { json = { token = "{{uuid:token}}" } }\n',
              '\n[[expect]]\nhttp = "GET http://api.test/y"\nheaders = { x-token = "{{token}}", "*" = "*" }\nreply = { text = "ok\\n" }\n'), stdout="ok\n"),

    # The present time.
    Case("now, as text and as numbers", python("import json, time, datetime, urllib.request", "body = json.dumps({'a': datetime.datetime.now().isoformat(), 'b': time.time(), 'c': int(time.time() * 1000)})",
                                               "print(urllib.request.urlopen('http://api.test/x', body.encode()).read().decode(), end='')"),
         spec(post('body = { json = { a = "{{now}}", b = "{{now}}", c = "{{now}}" } }')), stdout="ok\n"),
    Case("now was a while ago", python(FIVE_MINUTES_AGO, "print(urllib.request.urlopen('http://api.test/x', json.dumps({'at': at.isoformat()}).encode()).read().decode(), end='')"),
         spec(post('body = { json = { at = "{{now}}" } }')), stdout="ok\n", exit=3, has=('expected "{{now}}"', "it was 20")),
    Case("now with a wide tolerance", python(FIVE_MINUTES_AGO, "print(urllib.request.urlopen('http://api.test/x', json.dumps({'at': at.isoformat()}).encode()).read().decode(), end='')"),
         spec(post('body = { json = { at = "{{now:10m}}" } }')), stdout="ok\n"),
]
