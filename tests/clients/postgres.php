<?php
// tests/clients/postgres.php - The sign-up of postgres.py with PDO.
function insert(PDO $db): int {
    $insert = $db->prepare("INSERT INTO users (name, age) VALUES (?, ?) RETURNING id");
    $insert->execute(["alice", 30]);
    return $insert->fetchColumn();
}
$db = new PDO("pgsql:host=db.example.com;dbname=shop", "app", "secret", [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$db->beginTransaction();
echo "inserted ", insert($db), "\n";
$select = $db->prepare("SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = ?");
$select->execute([1]);
$row = $select->fetch(PDO::FETCH_ASSOC);
printf("%d %s %.2f %s %d %s %d %s\n", $row["id"], $row["name"], $row["price"], $row["active"] ? "true" : "false",
       (new DateTime($row["created"]))->getTimestamp(), trim($row["tags"], "{}"), json_decode($row["meta"])->a, $row["note"] ?? "null");
$db->commit();
try {
    $db->beginTransaction();
    insert($db);
} catch (PDOException $refused) {
    echo "refused ", $refused->getCode(), "\n";
    $db->rollBack();
}
