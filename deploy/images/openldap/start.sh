#!/bin/sh
# Serves the directory below LDAP_SUFFIX, made with its first entries when /var/lib/ldap holds none.
# LDAP_ADMIN_PASSWORD: cn=admin, who may all. LDAP_SERVICE_PASSWORD: cn=sheaf,ou=services, who reads. LDAP_KDC_PASSWORD: the
# key server of the profile kerberos. A changed password of a service is the directory's from the next start on.
set -eu
: "${LDAP_SUFFIX:?}" "${LDAP_ADMIN_PASSWORD:?}" "${LDAP_SERVICE_PASSWORD:?}" "${LDAP_KDC_PASSWORD:?}"
here=/opt/sheaf-directory
config=/run/slapd/slapd.conf
umask 077

hash_of() {
  printf %s "$1" >/run/slapd/word
  slappasswd -h '{ARGON2}' -o module-path=/usr/lib/ldap -o module-load=argon2 -T /run/slapd/word
  rm /run/slapd/word
}

# The argument is a template; hashes hold neither | nor &.
fill() {
  sed -e "s|@SUFFIX@|$LDAP_SUFFIX|g" -e "s|@FIRST@|$first|g" -e "s|@ADMIN@|$admin|g" -e "s|@SERVICE@|$service|g" -e "s|@KDC@|$kdc|g" "$1"
}

admin=$(hash_of "$LDAP_ADMIN_PASSWORD")
service=$(hash_of "$LDAP_SERVICE_PASSWORD")
kdc=$(hash_of "$LDAP_KDC_PASSWORD")
first=$(printf %s "$LDAP_SUFFIX" | sed 's/^dc=\([^,]*\).*/\1/')

mkdir -p /var/lib/ldap/tls
if [ ! -s /var/lib/ldap/tls/certificate.pem ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -days 3650 -subj /CN=openldap -addext subjectAltName=DNS:openldap,DNS:localhost \
    -keyout /var/lib/ldap/tls/key.pem -out /var/lib/ldap/tls/new.pem 2>/dev/null
  mv /var/lib/ldap/tls/new.pem /var/lib/ldap/tls/certificate.pem
fi
fill $here/slapd.conf >$config

# Filled beside it and moved: one that was broken off is begun anew.
if [ ! -d /var/lib/ldap/data ]; then
  rm -rf /var/lib/ldap/new
  mkdir /var/lib/ldap/new
  fill $here/first.ldif >/run/slapd/first.ldif
  sed 's|/var/lib/ldap/data|/var/lib/ldap/new|' $config >/run/slapd/new.conf
  slapadd -q -f /run/slapd/new.conf -l /run/slapd/first.ldif
  mv /var/lib/ldap/new /var/lib/ldap/data
  rm /run/slapd/first.ldif /run/slapd/new.conf
else
  fill $here/passwords.ldif >/run/slapd/passwords.ldif
  slapmodify -q -f $config -l /run/slapd/passwords.ldif
  rm /run/slapd/passwords.ldif
fi
chown -R openldap: /var/lib/ldap /run/slapd
exec slapd -u openldap -g openldap -f $config -h 'ldap:/// ldaps:///' -d none
