// tests/clients/resolve.go - Lookups with Go's own resolver: resolve_go TYPE NAME... prints what it found, sorted.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"sort"
	"strings"
)

func lookup(kind, name string) ([]string, error) {
	resolver := &net.Resolver{PreferGo: true}
	ctx := context.Background()
	var found []string
	switch kind {
	case "HOST":
		return resolver.LookupHost(ctx, name)
	case "TXT":
		return resolver.LookupTXT(ctx, name)
	case "PTR":
		return resolver.LookupAddr(ctx, name)
	case "CNAME":
		canonical, err := resolver.LookupCNAME(ctx, name)
		return []string{canonical}, err
	case "MX":
		records, err := resolver.LookupMX(ctx, name)
		for _, record := range records {
			found = append(found, fmt.Sprintf("%d %s", record.Pref, record.Host))
		}
		return found, err
	case "SRV":
		_, records, err := resolver.LookupSRV(ctx, "", "", name)
		for _, record := range records {
			found = append(found, fmt.Sprintf("%d %d %d %s", record.Priority, record.Weight, record.Port, record.Target))
		}
		return found, err
	}
	return nil, fmt.Errorf("no lookup %s", kind)
}

func main() {
	for _, name := range os.Args[2:] {
		found, err := lookup(os.Args[1], name)
		if err != nil {
			notFound, ok := err.(*net.DNSError)
			fmt.Println(name, "failed, not found:", ok && notFound.IsNotFound)
			continue
		}
		sort.Strings(found)
		fmt.Println(strings.Join(found, " "))
	}
}
