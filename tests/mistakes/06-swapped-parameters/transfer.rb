# transfer.rb ORDER USER - Gives an order to another user.
require "pg"

order, user = ARGV.map(&:to_i)
db = PG.connect(host: "db.example.com", user: "app", dbname: "shop")
db.exec_params("UPDATE orders SET owner = $1 WHERE id = $2", [order, user])
db.close
