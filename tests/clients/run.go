// run.go - Runs a command with Go's os/exec: `run_go [-dir DIR] PROGRAM [ARGUMENT...]`; its stdin is the text in $INPUT.
// Prints what came back and how it ended. `run_go -look PROGRAM...`: only looks for them.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	arguments := os.Args[1:]
	if arguments[0] == "-look" {
		for _, program := range arguments[1:] {
			path, failure := exec.LookPath(program)
			fmt.Printf("%q %v\n", path, failure)
		}
		return
	}
	folder := ""
	if arguments[0] == "-dir" {
		folder, arguments = arguments[1], arguments[2:]
	}
	command := exec.Command(arguments[0], arguments[1:]...)
	var out, err bytes.Buffer
	command.Stdin, command.Stdout, command.Stderr, command.Dir = strings.NewReader(os.Getenv("INPUT")), &out, &err, folder
	failure := command.Run()
	fmt.Printf("%q %q %v\n", out.String(), err.String(), failure)
}
