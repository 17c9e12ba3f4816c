# tests/clients/charge.rb - One POST of a charge with net/http: charge.rb URL prints "STATUS BODY".
require 'net/http'
require 'json'

reply = Net::HTTP.post(URI(ARGV[0]), JSON.generate(amount: 5000, currency: 'usd'), 'Content-Type' => 'application/json')
puts "#{reply.code} #{reply.body}"
