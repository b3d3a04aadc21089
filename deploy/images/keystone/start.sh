#!/bin/sh
# Serves Keystone on port 5000. KEYSTONE_ADMIN_PASSWORD: its administrator; LDAP_SUFFIX and LDAP_SERVICE_PASSWORD: the directory.
set -eu
: "${KEYSTONE_ADMIN_PASSWORD:?}" "${LDAP_SUFFIX:?}" "${LDAP_SERVICE_PASSWORD:?}"
home=/var/lib/keystone
user=5000
config=/opt/sheaf-keystone/keystone.conf
if [ "$(id -u)" = 0 ]; then
  mkdir -p $home /run/keystone/domains
  chown -R $user:$user $home /run/keystone
  exec setpriv --reuid=$user --regid=$user --clear-groups sh "$0"
fi
umask 077
cd $home
manage="keystone-manage --config-file $config"
sed -e "s|@SUFFIX@|$LDAP_SUFFIX|g" -e "s|@PASSWORD@|$LDAP_SERVICE_PASSWORD|g" /opt/sheaf-keystone/people.conf >/run/keystone/domains/keystone.people.conf

$manage db_sync
# Keystone writes on one connection while it reads on another, which locks a SQLite file out of its own changes unless these
# are kept beside it first; the file remembers that.
python3 -c "import sqlite3; sqlite3.connect('$home/keystone.db').execute('pragma journal_mode = wal')"
$manage fernet_setup
$manage credential_setup
OS_BOOTSTRAP_PASSWORD=$KEYSTONE_ADMIN_PASSWORD $manage bootstrap --bootstrap-public-url http://keystone:5000/v3/

serve() {
  exec env OS_KEYSTONE_CONFIG_FILES=$config uwsgi --plugin python3 --module keystone.wsgi.api:application --http-socket "$1" \
    --master --processes 2 --die-on-term --need-app --lazy-apps --disable-logging --buffer-size 65535
}

# The domain of the directory's people: made by asking, and read from its file at the next start of the server.
if [ ! -e $home/people ]; then
  serve 127.0.0.1:5001 &
  child=$!
  python3 /opt/sheaf-keystone/make-domain.py http://127.0.0.1:5001/v3
  kill -TERM $child
  wait $child || true
  touch $home/people
fi
serve 0.0.0.0:5000
