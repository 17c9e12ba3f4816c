// tests/clients/dial.go - A raw conversation in Go: dial_go NETWORK ADDRESS TEXT [COUNT] sends TEXT on COUNT connections at once
// and prints each distinct answer with how often it came.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"sort"
	"strconv"
	"sync"
	"time"
)

func say(network, address, text string) string {
	connection, err := net.DialTimeout(network, address, 10*time.Second)
	if err != nil {
		return "error: " + err.Error()
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err = io.WriteString(connection, text); err != nil {
		return "error: " + err.Error()
	}
	answer := make([]byte, 4096)
	size, err := connection.Read(answer)
	if err != nil {
		return "error: " + err.Error()
	}
	return connection.RemoteAddr().Network() + " " + string(answer[:size])
}

func main() {
	count := 1
	if len(os.Args) > 4 {
		count, _ = strconv.Atoi(os.Args[4])
	}
	answers := map[string]int{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for number := 0; number < count; number++ {
		all.Add(1)
		go func() {
			defer all.Done()
			answer := say(os.Args[1], os.Args[2], os.Args[3])
			lock.Lock()
			answers[answer]++
			lock.Unlock()
		}()
	}
	all.Wait()
	lines := []string{}
	for answer, times := range answers {
		lines = append(lines, fmt.Sprintf("%d x %s", times, answer))
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
