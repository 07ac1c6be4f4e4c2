# For compose.yaml alone: the official image starts as root, and a new volume belongs to root unless
# the image has the folder. In Kubernetes the official image is used as it is, with fsGroup.
FROM victoriametrics/victoria-metrics:v1.153.0
RUN install -d -o 10001 -g 10001 /victoria-metrics-data /run/ppms
COPY --chmod=755 start-victoria-metrics /usr/local/bin/start-victoria-metrics
USER 10001:10001
ENTRYPOINT ["start-victoria-metrics"]
