<?php
// tests/clients/charge.php - One POST of a charge: charge.php streams|curl URL prints "STATUS BODY".
[, $library, $url] = $argv;
$charge = json_encode(['amount' => 5000, 'currency' => 'usd']);

if ($library === 'curl') {
    $handle = curl_init($url);
    curl_setopt_array($handle, [CURLOPT_POSTFIELDS => $charge, CURLOPT_RETURNTRANSFER => true,
                                CURLOPT_HTTPHEADER => ['Content-Type: application/json']]);
    $body = curl_exec($handle);
    echo curl_getinfo($handle, CURLINFO_RESPONSE_CODE), ' ', $body, "\n";
} else {
    $context = stream_context_create(['http' => ['method' => 'POST', 'content' => $charge, 'ignore_errors' => true,
                                                 'header' => 'Content-Type: application/json']]);
    $body = file_get_contents($url, false, $context);
    echo explode(' ', $http_response_header[0])[1], ' ', $body, "\n";
}
