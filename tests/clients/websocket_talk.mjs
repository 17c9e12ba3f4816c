// tests/clients/websocket_talk.mjs - As websocket_talk.py, with the `ws` of a folder of modules, or with the WebSocket that is built in: Node, Deno, Bun.
import { createRequire } from "node:module";
import process from "node:process";

const [library, url, modules] = process.argv.slice(2);
const WebSocket = library === "ws" ? createRequire(modules + "/")("ws") : globalThis.WebSocket;
const options = library === "ws" ? [{ perMessageDeflate: process.argv.includes("--deflate") }] : [];
const socket = new WebSocket(url, ["chat.v2", "chat.v1"], ...options);
socket.binaryType = "arraybuffer";
let messages = 0;
socket.onopen = () => {
  if (process.argv.includes("--deflate")) console.log("extensions", socket.extensions.split(";")[0] || "none");
  console.log("agreed on", socket.protocol);
};
socket.onmessage = ({ data }) => {
  console.log("got", typeof data === "string" ? data : "binary " + Buffer.from(data).toString("hex"));
  messages += 1;
  if (messages === 1) socket.send(JSON.stringify({ action: "subscribe", symbol: "BTC" }));
  if (messages === 3) socket.send(new Uint8Array([0, 1, 255]));
  if (messages === 4) socket.close();
};
socket.onerror = (event) => {
  console.log("error", event.message ?? "");
  process.exitCode = 1;
};
