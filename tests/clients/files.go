// tests/clients/files.go - Uses watched files as Go programs do: `files_go FOLDER`.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	folder := os.Args[1]
	config, err := os.ReadFile(filepath.Join(folder, "config.yaml"))
	check(err)
	fmt.Printf("%s", config)
	info, err := os.Stat(filepath.Join(folder, "config.yaml"))
	check(err)
	fmt.Println(info.Size(), info.Mode())
	check(os.MkdirAll(filepath.Join(folder, "out"), 0o755))
	check(os.WriteFile(filepath.Join(folder, "out", "part"), []byte("done\n"), 0o600))
	check(os.Rename(filepath.Join(folder, "out", "part"), filepath.Join(folder, "out", "whole")))
	var names []string
	check(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(folder, path)
		names = append(names, name)
		return err
	}))
	sort.Strings(names)
	fmt.Println(names)
	check(os.Remove(filepath.Join(folder, "out", "whole")))
	_, err = os.Stat(filepath.Join(folder, "out", "whole"))
	fmt.Println(os.IsNotExist(err))
}
