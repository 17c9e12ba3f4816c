// tests/clients/log.go - Logs as Go programs do: `log_go stderr`, `log_go json`, `log_go syslog [NETWORK ADDRESS]`.
package main

import (
	"encoding/json"
	"log"
	"log/syslog"
	"os"
)

func main() {
	switch os.Args[1] {
	case "stderr":
		logger := log.New(os.Stderr, "myapp: ", log.LstdFlags|log.Lmsgprefix)
		logger.Print("User alice logged in")
		logger.Print("Rate limit approaching")
	case "json":
		encoder := json.NewEncoder(os.Stderr)
		encoder.Encode(map[string]any{"level": "INFO", "logger": "myapp.auth", "msg": "User alice logged in"})
		encoder.Encode(map[string]any{"level": "WARN", "logger": "myapp.auth", "msg": "Rate limit approaching"})
	case "syslog":
		network, address := "", ""
		if len(os.Args) > 3 {
			network, address = os.Args[2], os.Args[3]
		}
		writer, err := syslog.Dial(network, address, syslog.LOG_USER|syslog.LOG_INFO, "myapp")
		if err != nil {
			log.Fatal(err)
		}
		writer.Info("User alice logged in")
		writer.Warning("Rate limit approaching")
		writer.Close()
	}
}
