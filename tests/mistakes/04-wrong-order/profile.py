# profile.py USER NAME - Renames a user in the cache, then tells the other servers, which read it again.
import json
import sys

import redis

user, name = sys.argv[1:]
cache = redis.Redis("cache.example.com")
cache.publish("changed", f"user:{user}")
cache.set(f"user:{user}", json.dumps({"name": name}), ex=3600)
