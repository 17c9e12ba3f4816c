// tests/clients/postgres_pgx.go - The sign-up of postgres.py with pgx: postgres_pgx prepared|simple
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgconn"
	"github.com/jackc/pgx/v4"
)

const insert = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id"

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	ctx := context.Background()
	config, err := pgx.ParseConfig("postgres://app:secret@db.example.com/shop")
	must(err)
	config.PreferSimpleProtocol = len(os.Args) > 1 && os.Args[1] == "simple"
	db, err := pgx.ConnectConfig(ctx, config)
	must(err)
	tx, err := db.Begin(ctx)
	must(err)
	var id, key int
	must(tx.QueryRow(ctx, insert, "alice", 30).Scan(&id))
	fmt.Println("inserted", id)
	var name string
	var price float64
	var active bool
	var created time.Time
	var tags []string
	var meta []byte
	var note *string
	must(tx.QueryRow(ctx, "SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1", 1).
		Scan(&key, &name, &price, &active, &created, &tags, &meta, &note))
	var parsed struct{ A int }
	must(json.Unmarshal(meta, &parsed))
	told := "null"
	if note != nil {
		told = *note
	}
	fmt.Printf("%d %s %.2f %t %d %s %d %s\n", key, name, price, active, created.Unix(), strings.Join(tags, ","), parsed.A, told)
	must(tx.Commit(ctx))
	tx, err = db.Begin(ctx)
	must(err)
	var refused *pgconn.PgError
	if errors.As(tx.QueryRow(ctx, insert, "alice", 30).Scan(&id), &refused) {
		fmt.Println("refused", refused.Code)
	}
	must(tx.Rollback(ctx))
	must(db.Close(ctx))
}
