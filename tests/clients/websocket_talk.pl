# tests/clients/websocket_talk.pl - As websocket_talk.py, with AnyEvent::WebSocket::Client.
use strict;
use warnings;
use AnyEvent;
use AnyEvent::WebSocket::Client;
use AnyEvent::WebSocket::Message;

$| = 1;
my $done = AnyEvent->condvar;
my $client = AnyEvent::WebSocket::Client->new(subprotocol => ["chat.v2", "chat.v1"], timeout => 20);
my $messages = 0;
$client->connect($ARGV[0])->cb(sub {
    my $socket = eval { shift->recv };
    return $done->croak($@) if $@;
    print "agreed on ", $socket->subprotocol, "\n";
    $socket->on(each_message => sub {
        my (undef, $message) = @_;
        print "got ", $message->is_binary ? "binary " . unpack("H*", $message->body) : $message->body, "\n";
        $messages++;
        $socket->send('{"symbol":"BTC","action":"subscribe"}') if $messages == 1;
        $socket->send(AnyEvent::WebSocket::Message->new(body => "\x00\x01\xff", opcode => 2)) if $messages == 3;
        $socket->close if $messages == 4;
    });
    $socket->on(finish => sub { $done->send; undef $socket; });
});
$done->recv;
