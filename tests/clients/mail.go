// Sends one mail with net/smtp: mail HOST:PORT WHAT [USER PASSWORD]. WHAT: plain, starttls or smtps.
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"os"
)

func send(place string, what string, account []string) error {
	host, _, _ := net.SplitHostPort(place)
	var stream net.Conn
	var err error
	if what == "smtps" {
		stream, err = tls.Dial("tcp", place, &tls.Config{ServerName: host})
	} else {
		stream, err = net.Dial("tcp", place)
	}
	if err != nil {
		return err
	}
	client, err := smtp.NewClient(stream, host)
	if err != nil {
		return err
	}
	if what == "starttls" {
		if err := client.StartTLS(&tls.Config{ServerName: host}); err != nil {
			return err
		}
	}
	if len(account) == 2 {
		if err := client.Auth(smtp.PlainAuth("", account[0], account[1], host)); err != nil {
			return err
		}
	}
	if err := client.Mail("app@example.com"); err != nil {
		return err
	}
	for _, to := range []string{"ann@example.com", "bob@example.com"} {
		if err := client.Rcpt(to); err != nil {
			return err
		}
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	fmt.Fprint(data, "Subject: Alert\r\nFrom: app@example.com\r\nTo: ann@example.com, bob@example.com\r\n\r\nDisk is full\r\n.today\r\n")
	if err := data.Close(); err != nil {
		return err
	}
	return client.Quit()
}

func main() {
	if err := send(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("sent")
}
