# tests/clients/websocket_talk.rb - As websocket_talk.py, with faye-websocket on EventMachine.
require "eventmachine"
require "faye/websocket"
require "json"

EM.run do
  socket = Faye::WebSocket::Client.new(ARGV[0], ["chat.v2", "chat.v1"])
  messages = 0
  socket.on(:open) { puts "agreed on #{socket.protocol}" }
  socket.on(:message) do |event|
    puts "got " + (event.data.is_a?(Array) ? "binary " + event.data.pack("C*").unpack1("H*") : event.data)
    messages += 1
    socket.send(JSON.generate(action: "subscribe", symbol: "BTC")) if messages == 1
    socket.send([0, 1, 255]) if messages == 3
    socket.close if messages == 4
  end
  socket.on(:error) { |event| puts "error #{event.message}" }
  socket.on(:close) { EM.stop }
end
