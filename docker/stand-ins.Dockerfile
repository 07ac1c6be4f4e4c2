# Base images where no registry can be reached; see scripts/stand-in-images.sh.
# hadolint global ignore=DL3008,DL3006
FROM stand-in AS plain

FROM stand-in AS python
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt

FROM stand-in AS node
RUN apt-get update \
 && apt-get install -y --no-install-recommends nodejs npm \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt

FROM stand-in AS caddy
RUN apt-get update \
 && apt-get install -y --no-install-recommends caddy media-types \
 && rm -rf /var/lib/apt/lists/*

FROM stand-in AS victoria-metrics
RUN apt-get update \
 && apt-get install -y --no-install-recommends victoria-metrics wget \
 && rm -rf /var/lib/apt/lists/*
ENTRYPOINT ["/usr/bin/victoria-metrics"]
