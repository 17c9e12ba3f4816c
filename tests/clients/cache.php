<?php
// tests/clients/cache.php - A cache as programs use Redis, by phpredis: cache.php HOST PORT
$cache = new Redis();
$cache->connect($argv[1], (int) $argv[2]);
echo $cache->set("session:abc123", "new_value", ["EX" => 60]) === true ? "OK" : "not set", "\n";
echo $cache->get("session:abc123"), "\n";
echo $cache->get("missing") === false ? "nil" : "something", "\n";
$user = $cache->hGetAll("user:1");
ksort($user);
echo json_encode($user), "\n";
echo json_encode($cache->lRange("jobs", 0, -1)), "\n";
echo count($cache->multi()->set("a", "1")->expire("a", 60)->exec()), "\n";
echo implode(" ", $cache->multi(Redis::PIPELINE)->lLen("jobs")->sAdd("tags", "x")->exec()), "\n";
$cache->lPush("jobs", "x");
echo rtrim($cache->getLastError()), "\n";  // phpredis keeps a blank behind it
$cache->close();
