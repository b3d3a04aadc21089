#!/bin/sh
# Serves KERBEROS_REALM from the directory, made there when it is not. KERBEROS_MASTER_PASSWORD opens the keys that the directory
# keeps, KERBEROS_ADMIN_PASSWORD is for admin/admin, LDAP_KDC_PASSWORD is the directory's word for this server.
set -eu
: "${KERBEROS_REALM:?}" "${KERBEROS_MASTER_PASSWORD:?}" "${KERBEROS_ADMIN_PASSWORD:?}" "${LDAP_SUFFIX:?}" "${LDAP_KDC_PASSWORD:?}"
umask 077
for name in krb5 kdc; do
  sed -e "s|@SUFFIX@|$LDAP_SUFFIX|g" -e "s|@REALM@|$KERBEROS_REALM|g" /opt/sheaf-kerberos/$name.conf >/run/krb5/$name.conf
done
export KRB5_CONFIG=/run/krb5/krb5.conf KRB5_KDC_PROFILE=/run/krb5/kdc.conf
echo "*/admin@$KERBEROS_REALM *" >/run/krb5/kadm5.acl
service="cn=kdc,ou=services,$LDAP_SUFFIX"
printf '%s\n%s\n' "$LDAP_KDC_PASSWORD" "$LDAP_KDC_PASSWORD" | kdb5_ldap_util stashsrvpw -f /run/krb5/service.keyfile "$service" >/dev/null

if [ ! -s /var/lib/krb5kdc/ready ]; then
  # Begun anew where it was broken off: what the directory has of it then is of no use to anybody.
  printf '%s' "$LDAP_KDC_PASSWORD" >/run/krb5/word
  if ldapsearch -x -LLL -H ldap://openldap -D "$service" -y /run/krb5/word -b "cn=kerberos,$LDAP_SUFFIX" -s sub krbPrincipalName 2>/dev/null | grep -q '^krbPrincipalName: admin/admin@'; then
    echo "The directory holds the realm $KERBEROS_REALM, but its key is not in this volume: restore the volume, or remove cn=kerberos from the directory." >&2
    exit 1
  fi
  rm /run/krb5/word
  printf '%s\n%s\n' "$KERBEROS_MASTER_PASSWORD" "$KERBEROS_MASTER_PASSWORD" |
    kdb5_ldap_util -D "$service" -w "$LDAP_KDC_PASSWORD" -H ldap://openldap create -subtrees "$LDAP_SUFFIX" -r "$KERBEROS_REALM" -s >/dev/null
  printf 'addprinc -pw %s admin/admin\n' "$KERBEROS_ADMIN_PASSWORD" | kadmin.local >/dev/null
  date >/var/lib/krb5kdc/ready
fi

# One ends with the other: then both are started anew.
kadmind -nofork &
admin=$!
krb5kdc -n &
keys=$!
trap 'kill $admin $keys 2>/dev/null' TERM INT
while kill -0 $admin 2>/dev/null && kill -0 $keys 2>/dev/null; do sleep 2 & wait $!; done
kill $admin $keys 2>/dev/null || true
exit 1
