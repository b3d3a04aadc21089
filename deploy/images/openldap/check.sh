#!/bin/sh
# Whether the directory knows the service that asks it.
exec ldapwhoami -x -H ldap://127.0.0.1 -D "cn=sheaf,ou=services,$LDAP_SUFFIX" -w "$LDAP_SERVICE_PASSWORD" -o nettimeout=5
