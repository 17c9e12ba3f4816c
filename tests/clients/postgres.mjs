// tests/clients/postgres.mjs - The sign-up of postgres.py with a Node driver: postgres.mjs pg|postgres NODE_MODULES
import { createRequire } from "node:module";

const [driver, modules] = process.argv.slice(2);
const require = createRequire(modules + "/");
const INSERT = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id";
const SELECT = "SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1";
const to = { host: "db.example.com", port: 5432, user: "app", password: "secret", database: "shop" };

function told(row) {
  return [row.id, row.name, Number(row.price).toFixed(2), row.active, row.created.getTime() / 1000, row.tags.join(","), row.meta.a, row.note].join(" ") +
    (row.note === null ? "null" : "");
}

if (driver === "pg") {
  const { Client } = require("pg");
  const client = new Client(to);
  await client.connect();
  await client.query("BEGIN");
  console.log("inserted", (await client.query(INSERT, ["alice", 30])).rows[0].id);
  console.log(told((await client.query(SELECT, [1])).rows[0]));
  await client.query("COMMIT");
  try {
    await client.query("BEGIN");
    await client.query(INSERT, ["alice", 30]);
  } catch (refused) {
    console.log("refused", refused.code);
    await client.query("ROLLBACK");
  }
  await client.end();
} else {
  const sql = require("postgres")({ ...to, max: 1 });
  await sql.begin(async (sql) => {
    console.log("inserted", (await sql`INSERT INTO users (name, age) VALUES (${"alice"}, ${30}) RETURNING id`)[0].id);
    console.log(told((await sql`SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = ${1}`)[0]));
  });
  try {
    await sql.begin((sql) => sql`INSERT INTO users (name, age) VALUES (${"alice"}, ${30}) RETURNING id`);
  } catch (refused) {
    console.log("refused", refused.code);
  }
  await sql.end();
}
