// tests/clients/charge.go - One POST of a charge with net/http, linked statically: charge_go URL prints "STATUS BODY".
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func main() {
	reply, err := http.Post(os.Args[1], "application/json", strings.NewReader(`{"amount":5000,"currency":"usd"}`))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(reply.StatusCode, string(body))
}
