#!/bin/sh
# Whether the key server gives a ticket.
export KRB5_CONFIG=/run/krb5/krb5.conf KRB5CCNAME=MEMORY:check
printf '%s\n' "$KERBEROS_ADMIN_PASSWORD" | kinit -l 60s "admin/admin@$KERBEROS_REALM" >/dev/null
