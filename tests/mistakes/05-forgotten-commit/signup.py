# signup.py NAME - Stores a user.
import sys

import psycopg

db = psycopg.connect("host=db.example.com user=app dbname=shop")
row = db.execute("INSERT INTO users (name) VALUES (%s) RETURNING id", (sys.argv[1],)).fetchone()
print("welcome, number", row[0])
db.close()
