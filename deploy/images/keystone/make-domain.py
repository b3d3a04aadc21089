"""Makes the domain "people" in the Keystone at the given address, unless it is there."""
import json
import os
import sys
import time
import urllib.error
import urllib.request

base = sys.argv[1]


def ask(path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    data = None if body is None else json.dumps(body).encode()
    return urllib.request.urlopen(urllib.request.Request(base + path, data=data, headers=headers), timeout=60)


for _ in range(120):
    try:
        ask("")
        break
    except urllib.error.HTTPError:
        break
    except OSError:
        time.sleep(1)

user = {"name": "admin", "domain": {"id": "default"}, "password": os.environ["KEYSTONE_ADMIN_PASSWORD"]}
identity = {"methods": ["password"], "password": {"user": user}}
scope = {"project": {"name": "admin", "domain": {"id": "default"}}}
token = ask("/auth/tokens", {"auth": {"identity": identity, "scope": scope}}).headers["X-Subject-Token"]
try:
    ask("/domains", {"domain": {"name": "people", "description": "Whoever is in the directory"}}, token)
except urllib.error.HTTPError as error:
    if error.code != 409:
        raise
