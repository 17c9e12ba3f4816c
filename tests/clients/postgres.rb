# tests/clients/postgres.rb - The sign-up of postgres.py with Ruby's pg.
require "json"
require "pg"
require "time"

INSERT = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id"
db = PG.connect(host: "db.example.com", user: "app", password: "secret", dbname: "shop")
db.transaction do
  puts "inserted #{db.exec_params(INSERT, ["alice", 30])[0]["id"]}"
  row = db.exec_params("SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1", [1])[0]
  puts format("%d %s %.2f %s %d %s %d %s", row["id"], row["name"], row["price"], row["active"] == "t", Time.parse(row["created"]).to_i,
              row["tags"].delete("{}"), JSON.parse(row["meta"])["a"], row["note"] || "null")
end
begin
  db.transaction { db.exec_params(INSERT, ["alice", 30]) }
rescue PG::Error => refused
  puts "refused #{refused.result.error_field(PG::Result::PG_DIAG_SQLSTATE)}"
end
db.close
