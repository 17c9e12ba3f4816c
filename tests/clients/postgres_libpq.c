// tests/clients/postgres_libpq.c - The sign-up of postgres.py with libpq: postgres_libpq [CONNINFO]
#include <libpq-fe.h>
#include <stdio.h>

static const char kInsert[] = "INSERT INTO users (name, age) VALUES ($1, $2) RETURNING id";

static PGresult *insert(PGconn *db) {
  const char *values[] = {"alice", "30"};
  return PQexecParams(db, kInsert, 2, NULL, values, NULL, NULL, 0);
}

int main(int argc, char **argv) {
  PGconn *db = PQconnectdb(argc > 1 ? argv[1] : "host=db.example.com user=app password=secret dbname=shop");
  if (PQstatus(db) != CONNECTION_OK) {
    fprintf(stderr, "%s", PQerrorMessage(db));
    return 1;
  }
  PQclear(PQexec(db, "BEGIN"));
  PGresult *result = insert(db);
  printf("inserted %s\n", PQresultStatus(result) == PGRES_TUPLES_OK ? PQgetvalue(result, 0, 0) : PQerrorMessage(db));
  PQclear(result);
  const char *values[] = {"1"};
  result = PQexecParams(db, "SELECT id, name, price, active, created, tags, meta, note FROM users WHERE id = $1", 1, NULL, values, NULL, NULL, 0);
  if (PQresultStatus(result) != PGRES_TUPLES_OK) printf("%s", PQerrorMessage(db));
  for (int column = 0; column < PQnfields(result); ++column)
    printf("%s%s", column ? " " : "", PQgetisnull(result, 0, column) ? "null" : PQgetvalue(result, 0, column));
  printf("\n");
  PQclear(result);
  PQclear(PQexec(db, "COMMIT"));
  PQclear(PQexec(db, "BEGIN"));
  result = insert(db);
  printf("refused %s\n", PQresultErrorField(result, PG_DIAG_SQLSTATE));
  PQclear(result);
  PQclear(PQexec(db, "ROLLBACK"));
  PQfinish(db);
  return 0;
}
