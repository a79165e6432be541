#!/bin/sh
# InfluxDB with sign-in, its passwords from the files that Vigie made at its first start.
set -eu
secrets=${VIGIE_SECRETS_DIR:-/var/lib/vigie-secrets}
for name in influx-password influx-admin-password; do
  if [ ! -s "$secrets/$name" ]; then
    echo "influxdb: $secrets/$name is not there; start vigie first, it makes it" >&2
    exit 1
  fi
done
INFLUXDB_ADMIN_PASSWORD=$(cat "$secrets/influx-admin-password")
INFLUXDB_USER_PASSWORD=$(cat "$secrets/influx-password")
export INFLUXDB_ADMIN_PASSWORD INFLUXDB_USER_PASSWORD
exec "${INFLUXDB_RUN:-/entrypoint.sh}" "$@"
