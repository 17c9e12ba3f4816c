# tests/clients/charge.pl - One POST of a charge with LWP: charge.pl URL prints "STATUS BODY".
use strict;
use warnings;
use LWP::UserAgent;

my $reply = LWP::UserAgent->new->post($ARGV[0], 'Content-Type' => 'application/json', Content => '{"amount":5000,"currency":"usd"}');
print $reply->code, ' ', $reply->content, "\n";
