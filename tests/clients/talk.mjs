// tests/clients/talk.mjs - A raw conversation in Node: talk.mjs HOST PORT TEXT (or talk.mjs PATH TEXT) prints what comes back or the error.
import net from 'node:net';

const rest = process.argv.slice(2);
const text = rest.pop();
const socket = rest.length > 1 ? net.connect(Number(rest[1]), rest[0]) : net.connect(rest[0]);
socket.on('connect', () => socket.write(text));
socket.on('data', (data) => console.log(JSON.stringify(data.toString())));
socket.on('error', (error) => console.log(error.code));
socket.on('close', () => console.log('closed'));
