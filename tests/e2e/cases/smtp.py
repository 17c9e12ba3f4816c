# tests/e2e/cases/smtp.py - Mail submissions as spec-format.md 4.3 writes them: every client against one spec, logins, TLS, scripted answers, and
# what the reports say.
import re

from harness import ANY, Case

PYTHON = "/usr/bin/python3"
PLACE = "mail.example.com"
RAW = "Subject: Alert\r\nFrom: app@example.com\r\nTo: ann@example.com, bob@example.com\r\n\r\nDisk is full\r\n.today\r\n"
MAIL = {"mail.txt": RAW}
ENVELOPE = 'from = "app@example.com", to = ["ann@example.com", "bob@example.com"]'
MESSAGE = 'message = { subject = "Alert", text = "Disk is full\\n.today\\n" }'
SENDMAIL = f"{{ sendmail = {{ {ENVELOPE}, {MESSAGE} }} }}"
EHLO, QUIT = '{ ehlo = "*" }', "{ quit = true, required = false }"  # nodemailer just closes
LOGIN = '{ login = { user = "ann", password = "secret" } }'


def entry(port: int, *steps: str, more: str = "") -> str:
    lines = "".join(f"  {step},\n" for step in steps)
    return f'[[expect]]\nsmtp  = "{PLACE}:{port}"\n{more}steps = [\n{lines}]\n'


def spec(port: int, *steps: str, more: str = "") -> str:
    return "version = 1\n" + entry(port, *steps, more=more)


def python(how: str, what: str, port: int, *account: str) -> list[str]:
    return [PYTHON, "@clients@/mail.py", how, f"{PLACE}:{port}", what, *account]


def node(what: str, port: int, *account: str) -> list[str]:
    return ["node", "@clients@/mail.mjs", f"{PLACE}:{port}", what, *account]


def swaks(what: str, port: int, *account: str, more: tuple[str, ...] = ("--pipeline",)) -> list[str]:
    secure = {"starttls": ["--tls"], "smtps": ["--tls-on-connect"]}.get(what, [])
    login = ["--auth", "PLAIN", "--auth-user", account[0], "--auth-password", account[1]] if account else []
    return ["swaks", "--silent", "3", "--server", PLACE, "--port", str(port), "--from", "app@example.com", "--to", "ann@example.com,bob@example.com",
            "--header", "Subject: Alert", "--body", r"Disk is full\n.today\n", *secure, *login, *more]


def curl(what: str, port: int, *account: str, more: tuple[str, ...] = ()) -> list[str]:
    url = f"{'smtps' if what == 'smtps' else 'smtp'}://{PLACE}:{port}/myapp.example.com"
    login = ["--user", ":".join(account)] if account else []
    return ["curl", "-sS", *(["--ssl-reqd"] if what == "starttls" else []), *login, *more, "--mail-from", "app@example.com", "--mail-rcpt", "ann@example.com",
            "--mail-rcpt", "bob@example.com", "--upload-file", "mail.txt", url]


def msmtp_options(what: str, port: int, *account: str) -> str:
    secure = {"plain": "--tls=off", "starttls": "--tls=on --tls-starttls=on", "smtps": "--tls=on --tls-starttls=off"}[what]
    login = f"--auth=plain --user={account[0]} --passwordeval='echo {account[1]}'" if account else "--auth=off"
    return f"msmtp --host={PLACE} --port={port} {secure} {login} --from=app@example.com"


def msmtp(what: str, port: int, *account: str) -> list[str]:
    return ["sh", "-c", f"{msmtp_options(what, port, *account)} ann@example.com bob@example.com < mail.txt"]


def php(what: str, port: int, *account: str) -> list[str]:
    return ["sh", "-c", 'exec php -d "sendmail_path=\\"$0 -t\\"" "$1"', msmtp_options(what, port, *account), "@clients@/mail.php"]


def go(what: str, port: int, *account: str) -> list[str]:
    return ["@built@/mail_go", f"{PLACE}:{port}", what, *account]


def java(what: str, port: int, *account: str) -> list[str]:
    return ["java", "-XX:TieredStopAtLevel=1", "-cp", "@built@:/usr/share/java/javax.mail.jar:/usr/share/java/javax.activation.jar", "Mail", f"{PLACE}:{port}", what, *account]


def ruby(what: str, port: int, *account: str) -> list[str]:
    return ["ruby", "@clients@/mail.rb", f"{PLACE}:{port}", what, *account]


NODE = {"NODE_PATH": "@npm@"}
# name, the command for a way of TLS, a port and an account; what it prints
CLIENTS = [
    ("smtplib sendmail", lambda *how: python("sendmail", *how), "sent\n"),
    ("smtplib send_message", lambda *how: python("send_message", *how), "sent\n"),
    ("aiosmtplib", lambda *how: python("aiosmtplib", *how), "sent\n"),
    ("nodemailer", node, "sent\n"),
    ("swaks", swaks, ""),
    ("curl", curl, ""),
    ("msmtp", msmtp, ""),
    ("Go net/smtp", go, "sent\n"),
    ("Java Mail", java, "sent\n"),
    ("PHP mail through msmtp", php, "sent\n"),
    ("Ruby net/smtp", ruby, "sent\n"),
]
COMMAND = {name: command for name, command, _ in CLIENTS}

# One spec for each way, all clients: the driver-neutral twin.
PLAIN = spec(25, EHLO, SENDMAIL, QUIT)
STARTTLS = spec(587, EHLO, "{ starttls = true }", LOGIN, SENDMAIL, QUIT)
SMTPS = spec(465, EHLO, LOGIN, SENDMAIL, QUIT)


def everywhere(name: str, way: str, port: int, text: str, asserted: int, *account: str) -> list[Case]:
    return [Case(f"{client}, {name}", command(way, port, *account), text, stdout=stdout, files=MAIL, env=NODE,
                 check=lambda document, least=asserted: asserted_at_least(document, least)) for client, command, stdout in CLIENTS]


def asserted_at_least(document: dict, least: int) -> None:
    """QUIT is one more, where the client says it."""
    counts = document["outcome"]["counts"]
    assert least <= counts["asserted"] <= least + 1, counts


TWINS = [
    *everywhere("plain", "plain", 25, PLAIN, 2),
    *everywhere("STARTTLS and a login", "starttls", 587, STARTTLS, 4, "ann", "secret"),
    *everywhere("smtps and a login", "smtps", 465, SMTPS, 3, "ann", "secret"),
]

LOGINS = [
    Case("CRAM-MD5, checked", python("cram-md5", "plain", 25, "ann", "secret"), spec(25, EHLO, LOGIN, "{ sendmail = { from = \"*\", to = \"*\", message = \"*\" } }", QUIT),
         stdout=re.compile(r"\(235, .*\)\nsent\n")),
    Case("CRAM-MD5, another password", python("cram-md5", "plain", 25, "ann", "guess"), spec(25, EHLO, LOGIN, SENDMAIL, QUIT), exit=3,
         stdout=re.compile(r"\(235, .*\)\nsent\n"),
         has=("password", "(hidden)", "CRAM-MD5 proves another password", 'login = { user = "ann", password = "*" }'), counts={"mismatch": 1}),
    Case("CRAM-MD5 is not offered where it cannot be checked", curl("plain", 25, "ann", "secret"),
         spec(25, EHLO, LOGIN.replace('"secret"', '"{{nonempty}}"'), SENDMAIL, QUIT), files=MAIL),
    Case("LOGIN", python("login", "plain", 25, "ann", "secret"), PLAIN.replace(SENDMAIL, f"{LOGIN},\n  {SENDMAIL}"), stdout=re.compile(r"\(235, .*\)\nsent\n")),
    Case("LOGIN by Ruby", ruby("plain", 25, "ann", "secret", "LOGIN"), PLAIN.replace(SENDMAIL, f"{LOGIN},\n  {SENDMAIL}"), stdout="sent\n"),
    Case("CRAM-MD5 by Ruby", ruby("plain", 25, "ann", "secret", "CRAM-MD5"), PLAIN.replace(SENDMAIL, f"{LOGIN},\n  {SENDMAIL}"), stdout="sent\n"),
    Case("XOAUTH2 by nodemailer", node("plain", 25, "ann", "token", "XOAUTH2"),
         spec(25, EHLO, '{ login = { user = "ann", password = "token", mechanism = "XOAUTH2" } }', SENDMAIL), stdout="sent\n", env=NODE),
    Case("PLAIN after a 334 by curl", curl("plain", 25, "ann", "secret"), spec(25, EHLO, LOGIN, SENDMAIL, QUIT, more='offer = ["AUTH PLAIN"]\n'), files=MAIL),
    Case("PLAIN with an initial response by curl", curl("plain", 25, "ann", "secret", more=("--sasl-ir",)),
         spec(25, EHLO, LOGIN, SENDMAIL, QUIT, more='offer = ["AUTH PLAIN"]\n'), files=MAIL),
    Case("a login that is refused", python("sendmail", "plain", 25, "ann", "secret"),
         spec(25, EHLO, LOGIN.replace(" } }", ' }, reply = "535 5.7.8 no" }'), QUIT, more='offer = ["AUTH PLAIN"]\n'),
         stdout="SMTPAuthenticationError (535, b'5.7.8 no')\n"),
]

ATTACHED = r"""
version = 1
[[expect]]
smtp = "mail.example.com:25"
[[expect.steps]]
ehlo = "*"
[[expect.steps]]
sendmail = { from = "app@example.com", to = ["ann@example.com", "bob@example.com"], message = { subject = "Größe", text = "Disk is full\n.today\n", html = "<p>Disk is full</p>\n", attachments = [
  { name = "report.csv", type = "text/csv", content = "a,b\n1,2\n" },
  { name = "größe.bin", type = "application/octet-stream", sha256 = "785b0751fc2c53dc14a4ce3d800e69ef9ce1009eb327ccf458afe09c242c26c9" },
] } }
[[expect.steps]]
quit     = true
required = false
"""
MESSAGES = [
    Case("attachments by smtplib", python("attachments", "plain", 25), ATTACHED, stdout="sent\n"),
    Case("attachments by nodemailer", node("attachments", 25), ATTACHED, stdout="sent\n", env=NODE),
    Case("a From header with a name, asserted", python("attachments", "plain", 25),
         spec(25, EHLO, '{ sendmail = { from = "*", to = "*", message = { from = "Zoë <app@example.com>", subject = "{{nonempty}}", "*" = "*" } } }', QUIT), stdout="sent\n"),
    Case("raw data, dots undone", python("sendmail", "plain", 25),
         spec(25, EHLO, f"{{ sendmail = {{ {ENVELOPE}, data = {{ file = \"mail.txt\" }} }} }}", QUIT), stdout="sent\n", files=MAIL),
    Case("two mails on one connection", python("two", "plain", 25), spec(25, EHLO, SENDMAIL, SENDMAIL, QUIT), stdout="sent\n"),
]


def answered(reply: str, *more: str) -> str:
    return spec(25, EHLO, SENDMAIL.removesuffix(" }") + f", reply = {reply} }}", QUIT)


ONE_GONE = '{ rcpt = ["250 ok", "550 5.1.1 no such user"] }'
ALL_GONE = '{ rcpt = "550 5.1.1 no such user" }'
ANSWERS = [
    Case("a recipient that was named before the client gave up is compared",
         ["sh", "-c", "printf 'Subject: s\\n\\nt\\n' > m.eml; curl -sS smtp://mail.example.com:25 --mail-from a@x --mail-rcpt wrong@x --mail-rcpt gone@x --mail-rcpt c@x -T m.eml || true"],
         'version = 1\n[[expect]]\nsmtp = "mail.example.com:25"\nsteps = [ { ehlo = "*" }, { sendmail = { from = "a@x", to = ["b@x", "gone@x", "c@x"], message = "*" }, '
         'reply = { rcpt = ["250 ok", "550 no", "250 ok"] } } ]\n', exit=3, has=['to[0]   expected "b@x"    got "wrong@x"']),
    Case("rcpt 550 for one: smtplib", python("sendmail", "plain", 25), answered(ONE_GONE), stdout="bob@example.com 550 5.1.1 no such user\nsent\n"),
    Case("rcpt 550 for one: aiosmtplib", python("aiosmtplib", "plain", 25), answered(ONE_GONE), stdout="bob@example.com 550 5.1.1 no such user\nsent\n"),
    Case("rcpt 550 for one: nodemailer", node("plain", 25), answered(ONE_GONE), stdout="bob@example.com 550\nsent\n", env=NODE),
    Case("rcpt 550 for one: Go gives up", go("plain", 25), answered(ONE_GONE), stdout="550 5.1.1 no such user\n"),
    Case("rcpt 550 for one: curl gives up", curl("plain", 25), answered(ONE_GONE), exit=55, files=MAIL, report=ANY),
    Case("rcpt 550 for one: curl gives up, the one before is another",
         ["sh", "-c", f"curl -sS --mail-from app@example.com --mail-rcpt wrong@example.com --mail-rcpt bob@example.com -T mail.txt smtp://{PLACE}:25/x || true"],
         answered('{ rcpt = ["250 ok", "550 no", "250 ok"] }').replace('"bob@example.com"]', '"bob@example.com", "cid@example.com"]'), exit=3, files=MAIL,
         has=("to[0]", 'expected "ann@example.com"', 'got "wrong@example.com"', 'to = ["wrong@example.com", "bob@example.com", "cid@example.com"]'), counts={"mismatch": 1}),
    Case("rcpt 550 for one: msmtp gives up", msmtp("plain", 25), answered(ONE_GONE), exit=65, files=MAIL, report=ANY),
    Case("rcpt 550 for all: smtplib", python("sendmail", "plain", 25), answered(ALL_GONE), stdout=re.compile("SMTPRecipientsRefused .*550.*\n")),
    Case("rcpt 550 for all: nodemailer", node("plain", 25), answered(ALL_GONE), stdout="EENVELOPE 550 5.1.1 no such user\n", env=NODE),
    Case("rcpt 550 for all: Java Mail", java("plain", 25), answered(ALL_GONE), stdout="SendFailedException Invalid Addresses\n"),
    Case("rcpt 550 for all: swaks", swaks("plain", 25), answered(ALL_GONE), exit=24),
    Case("mail 553: smtplib", python("sendmail", "plain", 25), answered('{ mail = "553 5.1.8 no such sender" }'), stdout=re.compile("SMTPSenderRefused .*553.*\n")),
    Case("mail 553: pipelined by swaks", swaks("plain", 25), answered('{ mail = "553 5.1.8 no such sender" }'), exit=23),
    Case("data 552: smtplib", python("sendmail", "plain", 25), answered('{ data = "552 5.3.4 too big" }'), stdout="SMTPDataError (552, b'5.3.4 too big')\n"),
    Case("data 552 as text: Go", go("plain", 25), answered('"552 5.3.4 too big"'), stdout="552 5.3.4 too big\n"),
    Case("data 552: Ruby", ruby("plain", 25), answered('{ data = "552 5.3.4 too big" }'), stdout="Net::SMTPFatalError 552 5.3.4 too big\n"),
    Case("greeting 554: smtplib", python("sendmail", "plain", 25), f'version = 1\n[[expect]]\nsmtp = "{PLACE}:25"\ngreeting = "554 5.3.2 no service"\n',
         stdout="SMTPConnectError (554, b'5.3.2 no service')\n", counts={"asserted": 1}),
    Case("greeting 554: nodemailer", node("plain", 25), f'version = 1\n[[expect]]\nsmtp = "{PLACE}:25"\ngreeting = "554 5.3.2 no service"\n',
         stdout="EPROTOCOL 554 5.3.2 no service\n", env=NODE),
    Case("a fault instead of the last answer", python("sendmail", "plain", 25), answered('{ fault = "close" }').replace(QUIT + ",\n", ""),
         stdout=re.compile("SMTPServerDisconnected .*\n")),
    Case("a fault as a step", go("plain", 25), spec(25, EHLO, '{ fault = "reset" }'), stdout=re.compile(".*connection reset by peer\n")),
    Case("a delay", go("plain", 25), spec(25, EHLO, SENDMAIL.removesuffix(" }") + ', delay = "150ms" }', QUIT), stdout="sent\n"),
    Case("errno", go("plain", 25), f'version = 1\n[[expect]]\nsmtp = "{PLACE}:25"\nreply = {{ errno = "ECONNREFUSED" }}\n', stdout=re.compile(".*connection refused\n")),
]

OTHER = SENDMAIL.replace('"Alert"', '"Alarm"').replace(".today", ".tomorrow")
REPORTS = [
    Case("a subject and a line that differ", go("plain", 25), spec(25, EHLO, OTHER, QUIT), exit=3, stdout="sent\n",
         has=('message.subject', 'expected "Alarm"', 'got "Alert"', "message.text:2", 'got ".today"', "accept it:  sendmail = {"), counts={"mismatch": 1}),
    Case("no entry names the server", go("plain", 25), spec(2525, EHLO, SENDMAIL, QUIT, more="required = false\n"), exit=3, stdout=ANY,
         has=("UNEXPECTED", f'smtp  = "{PLACE}:25"', '{ ehlo = "localhost" }', "{ sendmail = { from = "), counts={"unexpected": 1}),
    Case("no entry names the server: STARTTLS is found out", python("sendmail", "starttls", 25, "ann", "secret"), spec(2525, EHLO, SENDMAIL, QUIT, more="required = false\n"), exit=3, stdout=ANY,
         has=("UNEXPECTED", f'smtp  = "{PLACE}:25"', "{ starttls = true }", '{ login = { user = "ann", password = "*" } }', "{ sendmail = { from = "), counts={"unexpected": 1}),
    Case("an entry without STARTTLS: an opportunistic client sends in clear", go("plain", 25), PLAIN, stdout="sent\n"),
    Case("a mail that no step names", go("plain", 25), spec(25, EHLO, QUIT), exit=3, stdout=re.compile("554 5.7.1 bigfoot: .*\n"),
         has=("UNEXPECTED", "add the step:", "{ sendmail = { from = "), counts={"unexpected": 1}),
    Case("no step mentions the login", python("sendmail", "plain", 25, "ann", "secret"), spec(25, EHLO, SENDMAIL, QUIT, more='offer = ["AUTH PLAIN"]\n'), exit=3,
         stdout="sent\n", has=("UNASSERTED", "no step mentions it", '{ login = { user = "ann", password = "secret" } }'), counts={"unasserted": 1}),
    Case("a mail that never came", ["sh", "-c", f"printf 'EHLO x\\r\\nQUIT\\r\\n' | nc -q 1 {PLACE} 25"], spec(25, EHLO, SENDMAIL, QUIT), exit=3, stdout=ANY,
         has=("UNUSED", "step 2 of 3 never happened"), counts={"unused": 1}),
    Case("a step that says nothing of the message", go("plain", 25), spec(25, EHLO, f"{{ sendmail = {{ {ENVELOPE} }} }}", QUIT), exit=3, stdout="sent\n",
         has=("UNASSERTED", "message not asserted", 'message = { subject = "Alert"'), counts={"unasserted": 1}),
    Case("two mails, the second too early", python("two", "plain", 25), spec(25, EHLO, SENDMAIL, '{ vrfy = "x" }', SENDMAIL, QUIT), exit=3, stdout="sent\n",
         has=("OUT-OF-STATE", "step 4 of 5 came too early"), counts={"out_of_state": 1, "unused": 1}),
]

CASES = [*TWINS, *LOGINS, *MESSAGES, *ANSWERS, *REPORTS]
