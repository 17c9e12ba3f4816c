// tests/clients/cache.mjs - A cache as programs use Redis: cache.mjs NODE_MODULES ioredis|node-redis|subscribe URL
import { createRequire } from "node:module";

const [modules, way, url] = process.argv.slice(2);
const require = createRequire(modules + "/");
const sorted = (table) => Object.fromEntries(Object.entries(table).sort());
const show = (...values) =>
  console.log(...values.map((value) => (value === null ? "nil" : Array.isArray(value) ? JSON.stringify(value) : typeof value === "object" ? JSON.stringify(sorted(value)) : value)));

async function ioredis() {
  const Redis = require("ioredis");
  const cache = new Redis(url);
  show(await cache.set("session:abc123", "new_value", "EX", 60));
  show(await cache.get("session:abc123"));
  show(await cache.get("missing"));
  show(await cache.hgetall("user:1"));
  show(await cache.lrange("jobs", 0, -1));
  show((await cache.multi().set("a", "1").expire("a", 60).exec()).length);
  show(...(await cache.pipeline().llen("jobs").sadd("tags", "x").exec()).map(([, value]) => value));
  await cache.lpush("jobs", "x").catch((error) => show(error.message));
  await cache.quit();
}

async function nodeRedis() {
  const { createClient } = require("redis");
  const cache = createClient({ url });
  await cache.connect();
  show(await cache.set("session:abc123", "new_value", { EX: 60 }));
  show(await cache.get("session:abc123"));
  show(await cache.get("missing"));
  show({ ...(await cache.hGetAll("user:1")) });
  show(await cache.lRange("jobs", 0, -1));
  show((await cache.multi().set("a", "1").expire("a", 60).exec()).length);
  show(...(await Promise.all([cache.lLen("jobs"), cache.sAdd("tags", "x")])));
  await cache.lPush("jobs", "x").catch((error) => show(error.message));
  await cache.close();
}

async function subscribe() {
  const Redis = require("ioredis");
  const cache = new Redis(url);
  let left = 4;
  await new Promise((done) => {
    const heard = (...message) => {
      show(...message);
      if (--left === 0) done();
    };
    cache.on("message", (channel, text) => heard("message", null, channel, text));
    cache.on("pmessage", (pattern, channel, text) => heard("pmessage", pattern, channel, text));
    cache.subscribe("news", "sport").then(() => cache.psubscribe("w*"));
  });
  await cache.unsubscribe();
  cache.disconnect();
}

await { ioredis, "node-redis": nodeRedis, subscribe }[way]();
