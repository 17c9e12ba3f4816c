// tests/clients/websocket_talk.go - As websocket_talk.py, with gorilla/websocket.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

func must(err error) {
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
}

func main() {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, Subprotocols: []string{"chat.v2", "chat.v1"}}
	dialer.EnableCompression = len(os.Args) > 2 && os.Args[2] == "--deflate"
	socket, answer, err := dialer.Dial(os.Args[1], nil)
	must(err)
	if dialer.EnableCompression {
		extension, _, _ := strings.Cut(answer.Header.Get("Sec-WebSocket-Extensions"), ";")
		if extension == "" {
			extension = "none"
		}
		fmt.Println("extensions", extension)
	}
	fmt.Println("agreed on", socket.Subprotocol())
	show := func() {
		kind, message, err := socket.ReadMessage()
		must(err)
		if kind == websocket.BinaryMessage {
			fmt.Printf("got binary %x\n", message)
		} else {
			fmt.Println("got", string(message))
		}
	}
	show()
	must(socket.WriteMessage(websocket.TextMessage, []byte(`{"action": "subscribe", "symbol": "BTC"}`)))
	show()
	show()
	must(socket.WriteMessage(websocket.BinaryMessage, []byte{0, 1, 255}))
	show()
	must(socket.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(time.Second)))
	_, _, err = socket.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		must(err)
	}
}
