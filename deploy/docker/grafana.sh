#!/bin/sh
# Grafana with an administrator's password of its own: made at first start (0600), its place said, never its value. Not admin/admin.
set -eu
umask 077
file=${GF_PATHS_DATA:-/var/lib/grafana}/admin-password
if [ ! -s "$file" ]; then
  head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_' >"$file.new"
  mv "$file.new" "$file"
  echo "grafana: made $file (user admin)" >&2
fi
export GF_SECURITY_ADMIN_PASSWORD__FILE="$file"
exec "${GRAFANA_RUN:-/run.sh}" "$@"
