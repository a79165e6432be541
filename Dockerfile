# Vigie in a container: built in one stage, run in another, as a user without rights.
#
# Capabilities. Docker gives a user who is not root no capabilities, whatever cap_add says: cap_add only sets what files may give.
# So two files carry one each: fping cap_net_raw (ping), node cap_net_bind_service (traps on 162). Nothing else is needed:
#   docker run --cap-drop ALL --cap-add NET_RAW --cap-add NET_BIND_SERVICE …
# Without those two in the bounding set the kernel refuses to start the files. no-new-privileges must stay off: it turns
# file capabilities off. Pinned to a tag; for a deployment, pin to the digest that you have checked.
FROM node:26-bookworm-slim AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates g++ make python3 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/vigie
COPY package.json package-lock.json ./
# sqlite3 comes compiled from its publisher, or is compiled here.
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY daemon daemon
COPY probes probes
COPY rules rules
COPY dashboards dashboards
COPY test/bench test/bench
RUN npm run build && rm -rf dist/test && npm prune --omit=dev --no-audit --no-fund \
 && rm -rf node_modules/sqlite3/deps node_modules/sqlite3/src node_modules/sqlite3/build/Release/obj*

FROM node:26-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends fping libcap2-bin \
 && setcap cap_net_raw=ep "$(command -v fping)" \
 && setcap cap_net_bind_service=ep "$(readlink -f "$(command -v node)")" \
 && apt-get purge -y --auto-remove libcap2-bin \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 vigie && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/vigie --shell /usr/sbin/nologin vigie \
 && install -d -o vigie -g vigie -m 0700 /var/lib/vigie /var/lib/vigie-secrets && install -d -m 0755 /etc/vigie
WORKDIR /opt/vigie
COPY --from=build /opt/vigie/node_modules node_modules
COPY --from=build /opt/vigie/dist dist
COPY package.json LICENSE NOTICE README.md CHANGELOG.md ./
COPY bin bin
COPY docs docs
COPY probes/devices probes/devices
COPY rules/packs rules/packs
COPY rules/severity.yaml rules/severity.yaml
COPY rules/diagnosis.yaml rules/diagnosis.yaml
COPY demo demo
COPY dashboards/web/static dashboards/web/static
COPY deploy/docker/entrypoint.sh /usr/local/bin/vigie-entrypoint
RUN chmod 0755 bin/vigie /usr/local/bin/vigie-entrypoint && ln -s /opt/vigie/bin/vigie /usr/local/bin/vigie
# sqlite3, files and DNS share libuv's threads; four are too few. The daemon sets this itself; here it holds for every command.
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16
USER 10001:10001
VOLUME ["/var/lib/vigie", "/var/lib/vigie-secrets"]
EXPOSE 8080/tcp 162/udp
# The daemon answers loopback names whatever allowed_hosts says.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/-/healthy').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/vigie-entrypoint"]
CMD ["run", "--config", "/etc/vigie/vigie.yaml", "--log", "json"]
