# Any Python service of services/, by its folder's name:
#   docker build -f docker/python.Dockerfile --build-arg SERVICE=bff -t ppms/bff .
# What it runs is `python -m <module>`; arguments are appended (`docker run ppms/bff …`).
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
ARG UV_VERSION=0.13.9
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/app UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir "uv==${UV_VERSION}"
WORKDIR /source
ARG SERVICE
# The libraries alone: this layer stays while only our own code changes.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-workspace --package "${SERVICE:?}"
COPY packages packages
COPY services services
# The virtual home's plugs and AiSEG2; every image has the same layers.
COPY tools/tapo-emulator tools/tapo-emulator
COPY tools/aiseg2-emulator tools/aiseg2-emulator
# What `--version` and the metric of the build show: the release's tag, 0.1.0 in any other build.
ARG VERSION
RUN if [ -n "${VERSION}" ]; then \
      sed -i "s/^version = .*/version = \"${VERSION#v}\"/" services/*/pyproject.toml packages/*/pyproject.toml; \
    fi \
 && uv sync --frozen --no-dev --no-editable --package "${SERVICE}"
# The archive's dbt: a lock and an environment of its own, beside its project.
RUN if [ -e "services/${SERVICE}/dbt" ]; then \
      cp -r "services/${SERVICE}/dbt" /app/dbt-project \
      && UV_PROJECT_ENVIRONMENT=/app/dbt uv sync --frozen --no-dev --project /app/dbt-project \
      && ln -s /app/dbt/bin/dbt /app/bin/dbt; \
    fi
COPY --chmod=755 docker/run-service docker/with-secrets /app/bin/

FROM python:${PYTHON}
# tini is process 1: Python there would not hear a SIGTERM before it has set its handler.
# hadolint ignore=DL3008 # one version in a Debian release; a pin would break at its next update
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 10001 -g 10001 /var/lib/ppms
COPY --from=build /app /app
ARG SERVICE
ARG VERSION=local
LABEL org.opencontainers.image.title="ppms/${SERVICE}" org.opencontainers.image.version="${VERSION}"
# The allocator's settings are those of `make up`: tools/up/src/up/process.py says why.
ENV SERVICE=${SERVICE} PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=1048576 \
    CONFIG_FILE=/etc/ppms/devices.yaml LISTEN_HOST=0.0.0.0 STATE_DIR=/var/lib/ppms
# By number, so that Kubernetes can see that it is not root. The root file system may be read-only.
USER 10001:10001
WORKDIR /var/lib/ppms
ENTRYPOINT ["tini", "--", "run-service"]
