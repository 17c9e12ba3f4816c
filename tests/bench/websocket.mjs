// tests/bench/websocket.mjs - `serve PORT MODULES`: echoes messages. `talk URL MODULES COUNT`: sends one, waits for it, sends the next; prints how many a second.
import { createRequire } from "node:module";

const [what, where, modules, count] = process.argv.slice(2);
const { WebSocket, WebSocketServer } = createRequire(modules + "/")("ws");
if (what === "serve") {
  const server = new WebSocketServer({ host: "127.0.0.1", port: Number(where), perMessageDeflate: false });
  server.on("connection", (socket) => socket.on("message", (data, binary) => socket.send(data, { binary })));
} else {
  const socket = new WebSocket(where, { perMessageDeflate: false });
  let begun, at = 0;
  const next = () => socket.send(`message ${at}`);
  socket.on("open", () => { begun = process.hrtime.bigint(); next(); });
  socket.on("message", (data) => {
    if (data.toString() !== `message ${at}`) throw new Error(`message ${at} came back as ${data}`);
    if (++at < Number(count)) return next();
    console.log((Number(count) * 1e9) / Number(process.hrtime.bigint() - begun));
    socket.close();
  });
}
