#!/bin/sh
# InfluxDB with sign-in, its passwords from the files that Vigie made at its first start. Leaves Grafana a copy of one, Grafana's alone.
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

share=${GRAFANA_SECRETS_DIR:-/var/lib/grafana-secrets}
if [ -d "$share" ]; then
  # 472 is the user of Grafana's image.
  (umask 077 && cp "$secrets/influx-password" "$share/.influx-password.new")
  chown "${GRAFANA_UID:-472}" "$share" "$share/.influx-password.new"
  mv "$share/.influx-password.new" "$share/influx-password"
fi
exec "${INFLUXDB_RUN:-/entrypoint.sh}" "$@"
