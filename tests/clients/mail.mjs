// Sends one mail with nodemailer: mail.mjs HOST:PORT WHAT [USER PASSWORD [MECHANISM]]. WHAT: plain, starttls, smtps or attachments.
import { createRequire } from "node:module";

const [place, what, user, pass, method] = process.argv.slice(2);
const nodemailer = createRequire(process.env.NODE_PATH + "/")("nodemailer");
const [host, port] = place.split(":");
const auth = method === "XOAUTH2" ? { type: "OAuth2", user, accessToken: pass } : user ? { user, pass } : undefined;
const transport = nodemailer.createTransport({ host, port: Number(port), secure: what === "smtps", requireTLS: what === "starttls",
  auth, authMethod: method, pool: false });
const mail = { from: "app@example.com", to: ["ann@example.com", "bob@example.com"], subject: "Alert", text: "Disk is full\n.today\n" };
if (what === "attachments") {
  Object.assign(mail, { subject: "Größe", from: "Zoë <app@example.com>", html: "<p>Disk is full</p>\n", attachments: [
    { filename: "report.csv", content: "a,b\n1,2\n", contentType: "text/csv" },
    { filename: "größe.bin", content: Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255)), contentType: "application/octet-stream" }] });
}
try {
  const info = await transport.sendMail(mail);
  for (const error of info.rejectedErrors ?? []) console.log(error.recipient, error.responseCode);
  console.log("sent");
} catch (error) {
  console.log(error.code, error.response);
}
