# Sends one mail with net/smtp: mail.rb HOST:PORT WHAT [USER PASSWORD [MECHANISM]]. WHAT: plain, starttls or smtps.
require "net/smtp"

place, what, user, password, mechanism = ARGV
host, port = place.split(":")
client = Net::SMTP.new(host, port.to_i)
client.enable_tls if what == "smtps"
client.enable_starttls if what == "starttls"
client.disable_starttls if what == "plain"
begin
  client.start("myapp.example.com", user, password, user && (mechanism || "plain").tr("-", "_").downcase.to_sym) do |smtp|
    smtp.send_message("Subject: Alert\r\nFrom: app@example.com\r\nTo: ann@example.com, bob@example.com\r\n\r\nDisk is full\r\n.today\r\n",
                      "app@example.com", "ann@example.com", "bob@example.com")
  end
  puts "sent"
rescue Net::ProtocolError, Net::OpenTimeout, Net::ReadTimeout, SystemCallError, EOFError, OpenSSL::SSL::SSLError => error
  puts "#{error.class} #{error.message.strip}"
end
