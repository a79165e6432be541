#!/bin/sh
# First start: makes the secrets that are missing, each in a file of its own (0600), and says where, never what. Then runs vigie.
#
# A file that is there is never touched. The SNMP and codec files are placeholders, random and known to no device: put the real ones in.
set -eu
umask 077
secrets=${VIGIE_SECRETS_DIR:-/var/lib/vigie-secrets}

# 32 random bytes, in the letters of base64url.
random() {
  head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'
}

make() {
  if [ ! -s "$secrets/$1" ]; then
    # Whole or not at all: a full disk must not leave half a secret.
    random >"$secrets/.$1.new"
    mv "$secrets/.$1.new" "$secrets/$1"
    echo "vigie: made $secrets/$1 ($2)" >&2
  fi
}

mkdir -p "$secrets"
make api-token 'the token for the API: Authorization: Bearer …'
make snmp-auth 'placeholder: write the SNMPv3 authentication key of the devices into it'
make snmp-priv 'placeholder: write the SNMPv3 encryption key of the devices into it'
make codec-password 'placeholder: write the password of the read-only codec account into it'
make influx-password 'InfluxDB, user vigie'
make influx-admin-password 'InfluxDB, user admin'

exec "${VIGIE_BIN:-/usr/local/bin/vigie}" "$@"
