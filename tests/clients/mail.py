"""Sends one mail: mail.py HOW HOST:PORT WHAT [USER PASSWORD]. HOW: sendmail, send_message, attachments, aiosmtplib, cram-md5, login, two;
WHAT: plain, starttls or smtps. Prints what became of it."""
import asyncio
import smtplib
import ssl
import sys
from email.message import EmailMessage

how, place, what, *account = sys.argv[1:]
host, port = place.rsplit(":", 1)
SENDER, RECIPIENTS = "app@example.com", ["ann@example.com", "bob@example.com"]
RAW = "Subject: Alert\r\nFrom: app@example.com\r\nTo: ann@example.com, bob@example.com\r\n\r\nDisk is full\r\n.today\r\n"


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Alert", SENDER, ", ".join(RECIPIENTS)
    mail.set_content("Disk is full\n.today\n")
    if how == "attachments":
        mail.replace_header("Subject", "Größe")
        mail.replace_header("From", "Zoë <app@example.com>")
        mail.add_alternative("<p>Disk is full</p>\n", subtype="html")
        mail.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="report.csv")
        mail.add_attachment(bytes(range(256)) * 4, maintype="application", subtype="octet-stream", filename="größe.bin")
    return mail


def send(client: smtplib.SMTP) -> None:
    if what == "starttls":
        client.starttls(context=ssl.create_default_context())
    if how == "cram-md5" or how == "login":
        client.ehlo_or_helo_if_needed()
        client.user, client.password = account
        print(client.auth(how.upper(), client.auth_cram_md5 if how == "cram-md5" else client.auth_login, initial_response_ok=False))
    elif account:
        client.login(*account)
    for _ in range(2 if how == "two" else 1):
        refused = client.sendmail(SENDER, RECIPIENTS, RAW) if how in ("sendmail", "two") else client.send_message(message())
        for address, (code, text) in refused.items():
            print(address, code, text.decode())


async def send_with_aiosmtplib() -> None:
    import aiosmtplib

    # It checks certificates against the store that ssl's own defaults name.
    refused, said = await aiosmtplib.send(message(), hostname=host, port=int(port), use_tls=what == "smtps", start_tls=what == "starttls",
                                          username=account[0] if account else None, password=account[1] if account else None,
                                          tls_context=ssl.create_default_context())
    for address, answer in refused.items():
        print(address, *answer)


try:
    if how == "aiosmtplib":
        asyncio.run(send_with_aiosmtplib())
    else:
        kind = (lambda: smtplib.SMTP_SSL(host, int(port), context=ssl.create_default_context())) if what == "smtps" else lambda: smtplib.SMTP(host, int(port))
        with kind() as connection:
            send(connection)
    print("sent")
except Exception as error:  # every class of smtplib and aiosmtplib; the test says which
    print(type(error).__name__, error)
