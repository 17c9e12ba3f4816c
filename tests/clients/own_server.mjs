// tests/clients/own_server.mjs - A program that tests itself: an HTTP server and its client in one Node process.
import http from 'node:http';

const server = http.createServer((request, reply) => reply.end('own'));
server.listen(0, '127.0.0.1', async () => {
  const reply = await fetch(`http://127.0.0.1:${server.address().port}/`);
  console.log(reply.status, await reply.text());
  server.close();
  server.closeAllConnections();
});
