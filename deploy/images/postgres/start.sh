#!/bin/sh
# Makes the cluster in PGDATA when it is not there, with POSTGRES_USER, POSTGRES_PASSWORD and POSTGRES_DB, and serves it.
set -eu
PATH="$(echo /usr/lib/postgresql/*/bin):$PATH"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chown postgres: "$(dirname "$PGDATA")" "$PGDATA" /run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups sh "$0"
fi

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Filled beside it and moved: one that was broken off is begun anew.
  new="$(dirname "$PGDATA")/new"
  rm -rf "$new"
  mkdir -m 700 "$new"
  printf '%s\n' "${POSTGRES_PASSWORD:?}" >"$new.password"
  initdb --pgdata="$new" --username="${POSTGRES_USER:?}" --pwfile="$new.password" --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8
  rm "$new.password"
  echo 'host all all all scram-sha-256' >>"$new/pg_hba.conf"
  echo "CREATE DATABASE \"${POSTGRES_DB:?}\";" | postgres --single -D "$new" postgres
  rmdir "$PGDATA"
  mv "$new" "$PGDATA"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
