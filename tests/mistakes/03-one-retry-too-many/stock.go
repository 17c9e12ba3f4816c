// stock.go SKU - Asks the warehouse how many there are; tries three times.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	for try := 0; try <= 3; try++ {
		reply, err := http.Get("https://warehouse.example.com/stock/" + os.Args[1])
		if err != nil {
			continue
		}
		count, _ := io.ReadAll(reply.Body)
		reply.Body.Close()
		if reply.StatusCode == http.StatusOK {
			fmt.Printf("%s: %s\n", os.Args[1], count)
			return
		}
	}
	fmt.Println("the warehouse does not answer")
}
