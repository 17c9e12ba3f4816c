// tests/clients/charge.mjs - One POST of a charge with Node, Deno or Bun: charge.mjs http|fetch URL prints "STATUS BODY".
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';

const [library, url] = process.argv.slice(2);
const charge = JSON.stringify({amount: 5000, currency: 'usd'});
const headers = {'Content-Type': 'application/json'};

if (library === 'fetch') {
  const reply = await fetch(url, {method: 'POST', headers, body: charge});
  console.log(reply.status, await reply.text());
} else {
  const request = (url.startsWith('https:') ? https : http).request(url, {method: 'POST', headers}, (reply) => {
    let body = '';
    reply.setEncoding('utf8').on('data', (part) => body += part).on('end', () => console.log(reply.statusCode, body));
  });
  request.end(charge);
}
