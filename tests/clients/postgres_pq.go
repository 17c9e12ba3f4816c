// tests/clients/postgres_pq.go - The sign-up of postgres.py with database/sql and lib/pq.
package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/lib/pq"
)

const insert = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	mode := "disable"
	if len(os.Args) > 1 {
		mode = os.Args[1]
	}
	db, err := sql.Open("postgres", "postgres://app:secret@db.example.com/shop?sslmode="+mode)
	must(err)
	db.SetMaxOpenConns(1)
	tx, err := db.Begin()
	must(err)
	var id, key int
	must(tx.QueryRow(insert, "alice", 30).Scan(&id))
	fmt.Println("inserted", id)
	var name string
	var price float64
	var active bool
	var created time.Time
	var tags []string
	var meta []byte
	var note *string
	must(tx.QueryRow("SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1", 1).
		Scan(&key, &name, &price, &active, &created, pq.Array(&tags), &meta, &note))
	var parsed struct{ A int }
	must(json.Unmarshal(meta, &parsed))
	told := "null"
	if note != nil {
		told = *note
	}
	fmt.Printf("%d %s %.2f %t %d %s %d %s\n", key, name, price, active, created.Unix(), strings.Join(tags, ","), parsed.A, told)
	must(tx.Commit())
	tx, err = db.Begin()
	must(err)
	if refused, ok := tx.QueryRow(insert, "alice", 30).Scan(&id).(*pq.Error); ok {
		fmt.Println("refused", refused.Code)
	}
	must(tx.Rollback())
	must(db.Close())
}
