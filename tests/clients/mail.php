<?php
// Sends one mail with mail(), which hands it to the sendmail_path of the command line (msmtp).
$sent = mail("ann@example.com, bob@example.com", "Alert", "Disk is full\r\n.today\r\n", ["From" => "app@example.com"]);
echo $sent ? "sent\n" : "refused\n";
