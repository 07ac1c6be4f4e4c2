# The page: static files, and Caddy that serves them and forwards /api to the BFF.
#   docker build -f docker/frontend.Dockerfile -t ppms/frontend .
ARG NODE=24-trixie-slim
ARG CADDY=2.11.4-alpine
ARG ALPINE=3.23

# The export is the same for every architecture, so it is made on the builder's own.
FROM --platform=$BUILDPLATFORM node:${NODE} AS page
ENV NEXT_TELEMETRY_DISABLED=1
WORKDIR /source/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --loglevel=error
COPY frontend .
RUN npm run build

FROM caddy:${CADDY} AS caddy
# The copy loses the file's right to bind low ports. With it, the kernel refuses to start the program
# in a container that has dropped all capabilities.
RUN cp /usr/bin/caddy /caddy

FROM alpine:${ALPINE}
COPY --from=caddy /caddy /usr/bin/caddy
COPY --from=caddy /etc/mime.types /etc/mime.types
COPY frontend/Caddyfile /etc/caddy/Caddyfile
COPY --from=page /source/frontend/out /srv
ARG VERSION=local
LABEL org.opencontainers.image.title=ppms/frontend org.opencontainers.image.version="${VERSION}"
ENV PAGE_HOST=0.0.0.0 PAGE_PORT=8080 PAGE_ROOT=/srv BFF_URL=http://bff:8000 \
    XDG_CONFIG_HOME=/tmp XDG_DATA_HOME=/tmp
USER 10001:10001
EXPOSE 8080
ENTRYPOINT ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]
