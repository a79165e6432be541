#!/bin/sh
# Grafana with an administrator's password of its own: made at first start (0600), its place said, never its value. Not admin/admin.
# The password of its InfluxDB source is the copy that InfluxDB's container leaves for it; no shipped panel needs that source.
set -eu
umask 077
file=${GF_PATHS_DATA:-/var/lib/grafana}/admin-password
if [ ! -s "$file" ]; then
  head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_' >"$file.new"
  mv "$file.new" "$file"
  echo "grafana: made $file (user admin)" >&2
fi
export GF_SECURITY_ADMIN_PASSWORD__FILE="$file"

influx=${GRAFANA_SECRETS_DIR:-/var/lib/grafana-secrets}/influx-password
waited=0
while [ ! -s "$influx" ] && [ "$waited" -lt "${GRAFANA_WAIT_S:-30}" ]; do
  sleep 1
  waited=$((waited + 1))
done
if [ -s "$influx" ]; then
  VIGIE_INFLUX_PASSWORD=$(cat "$influx")
  export VIGIE_INFLUX_PASSWORD
else
  echo "grafana: $influx is not there; its InfluxDB source will not sign in until a restart" >&2
fi
exec "${GRAFANA_RUN:-/run.sh}" "$@"
