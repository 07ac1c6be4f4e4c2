"""How pods run: without privilege, within limits, watched, and stopped in good order."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from manifests.objects import Object, Workload, of_kind, title_of, workloads

# (workload, what it may that others may not): each is explained where it stands.
EXCEPTIONS = {
    ("switchbot-ble-exporter", "hostPath"),
    ("matter-server", "hostNetwork"),
    ("vmsingle", "token"),
}
# Where the volume of the exporter is, which they save; they need nothing special themselves.
JOBS_BESIDE_HARDWARE = {f"switchbot-ble-{job}" for job in ("backup", "restore", "offsite")}
RESTRICTED_VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"}
AMD64 = {"vmsingle", "bff", "frontend"}
ARM64 = {"switchbot-ble-exporter"}


# What has no setting for it.
UNSTRUCTURED_LOGS = {"matter-server", "postgresql"}
JSON_FLAGS = {"-loggerFormat=json", "--log.format=json"}


def each(objects: tuple[Object, ...]) -> Iterator[tuple[Workload, dict[str, Any]]]:
    for workload in workloads(objects):
        for container in workload.containers:
            yield workload, dict(container)


def test_containers_can_do_nothing_special(overlay: tuple[Object, ...]) -> None:
    """Not root, no escalation, no capability, a read-only root, the default seccomp profile."""
    for workload, container in each(overlay):
        pod, own = workload.spec["securityContext"], container["securityContext"]
        assert pod["runAsNonRoot"] is True, workload.name
        assert pod["runAsUser"] > 0, workload.name
        assert pod["seccompProfile"] == {"type": "RuntimeDefault"}, workload.name
        assert own == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, workload.name


def test_the_exceptions_are_these_and_no_others(home: tuple[Object, ...]) -> None:
    """One host path, one host network, one token."""
    found = set()
    for workload in workloads(home):
        kinds = {key for volume in workload.spec.get("volumes", ()) for key in volume} - {"name"}
        found |= {(workload.name, kind) for kind in kinds - RESTRICTED_VOLUMES}
        found |= {
            (workload.name, key)
            for key in ("hostNetwork", "hostPID", "hostIPC")
            if workload.spec.get(key)
        }
        if workload.spec["automountServiceAccountToken"]:
            found.add((workload.name, "token"))
    assert found == EXCEPTIONS


def test_only_hardware_runs_where_privilege_is_not_refused(home: tuple[Object, ...]) -> None:
    """The namespace `power` enforces `restricted`; what needs more stands in the other one."""
    levels = {
        item["metadata"]["name"]: item["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for item in of_kind(home, "Namespace")
    }
    beyond = {name for name, what in EXCEPTIONS if what.startswith("host")}
    lax = {w.name for w in workloads(home) if levels[w.namespace] != "restricted"}
    assert levels["power"] == "restricted"
    assert lax == beyond | JOBS_BESIDE_HARDWARE


def test_containers_have_requests_and_limits(overlay: tuple[Object, ...]) -> None:
    """CPU and memory both; scratch space too."""
    for workload, container in each(overlay):
        for bound in ("requests", "limits"):
            assert container["resources"][bound].keys() == {"cpu", "memory"}, workload.name
        for volume in workload.spec.get("volumes", ()):
            assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"], workload.name


def test_images_have_a_version(overlay: tuple[Object, ...]) -> None:
    """Neither `latest` nor a name that moves, such as 1.4; PostgreSQL counts in two numbers."""
    for workload, container in each(overlay):
        name, _, tag = container["image"].rpartition(":")
        numbers = re.findall(r"\d+", tag.partition("-")[0])
        assert len(numbers) == (2 if name == "postgres" else 3), (workload.name, tag)


def test_what_keeps_running_is_watched_and_what_ends_is_bounded(
    overlay: tuple[Object, ...],
) -> None:
    """Liveness and readiness for the one, deadlines for the other; time to stop for all."""
    for workload, container in each(overlay):
        if workload.keeps_running:
            assert {"livenessProbe", "readinessProbe"} <= container.keys(), workload.name
            assert workload.spec["terminationGracePeriodSeconds"] >= 15, workload.name
        else:
            job = workload.owner["spec"]["jobTemplate"]["spec"]
            assert job["activeDeadlineSeconds"], workload.name
            assert "backoffLimit" in job, workload.name


def test_no_variable_comes_from_the_names_of_services(overlay: tuple[Object, ...]) -> None:
    """A Service named `bff` would set BFF_PORT to a URL."""
    for workload in workloads(overlay):
        assert workload.spec["enableServiceLinks"] is False, workload.name


def test_a_home_can_drain_any_of_its_nodes(home: tuple[Object, ...]) -> None:
    """With one x86 node a budget has nobody to wait for: seen on a real cluster, for ever."""
    assert of_kind(home, "PodDisruptionBudget") == []


def test_a_strategy_says_its_type(overlay: tuple[Object, ...]) -> None:
    """Left to a default, `kubectl apply` takes it away and gets it back at every apply."""
    for item in of_kind(overlay, "Deployment"):
        assert item["spec"]["strategy"]["type"], title_of(item)


def test_nightly_jobs_say_whose_night(overlay: tuple[Object, ...]) -> None:
    """Otherwise it is the controller manager's, and a weekday may differ from the container's."""
    for item in of_kind(overlay, "CronJob"):
        job = item["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        house = {e["name"]: e.get("value") for e in job.get("env", ())}.get("TZ", "Etc/UTC")
        assert item["spec"]["timeZone"] == house, title_of(item)


def test_one_writer_for_each_volume(overlay: tuple[Object, ...]) -> None:
    """A ReadWriteOnce volume, and never an old and a new pod side by side on it."""
    for item in of_kind(overlay, "Deployment"):
        volumes = item["spec"]["template"]["spec"].get("volumes", ())
        if any("persistentVolumeClaim" in volume for volume in volumes):
            assert item["spec"]["replicas"] == 1
            assert item["spec"]["strategy"] == {"type": "Recreate"}, title_of(item)


def test_volumes_outlive_what_argo_cd_prunes(overlay: tuple[Object, ...]) -> None:
    """Claims are kept when they leave the repository; a StatefulSet leaves its own behind."""
    for item in [*of_kind(overlay, "PersistentVolumeClaim"), *of_kind(overlay, "Namespace")]:
        options = item["metadata"]["annotations"]["argocd.argoproj.io/sync-options"]
        assert options == "Prune=false,Delete=false", title_of(item)
    for item in of_kind(overlay, "StatefulSet"):
        kept = item["spec"]["persistentVolumeClaimRetentionPolicy"]
        assert kept == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_secrets_are_only_named(overlay: tuple[Object, ...]) -> None:
    """No Secret is in the repository, and no password stands in a manifest."""
    assert of_kind(overlay, "Secret") == []
    for workload, container in each(overlay):
        for variable in container.get("env", ()):
            secret = any(word in variable["name"] for word in ("TOKEN", "SECRET", "PASSWORD"))
            if secret:
                assert "secretKeyRef" in variable["valueFrom"], (workload.name, variable["name"])


def test_everything_says_what_it_is(overlay: tuple[Object, ...]) -> None:
    """`app.kubernetes.io/*` on objects and pods."""
    for item in overlay:
        if item["kind"] != "ConfigMap":
            assert item["metadata"]["labels"]["app.kubernetes.io/part-of"] == "ppms", title_of(item)
    for workload in workloads(overlay):
        wanted = {f"app.kubernetes.io/{word}" for word in ("name", "component", "part-of")}
        assert wanted <= workload.labels.keys(), workload.name


def test_each_runs_on_the_nodes_it_is_for(home: tuple[Object, ...]) -> None:
    """VictoriaMetrics, BFF and page rather on x86; Bluetooth rather on ARM, on the labelled node.

    The architecture is never required: docs/decisions/0020.
    """
    required = {w.name: w.spec.get("nodeSelector", {}) for w in workloads(home)}
    assert {name: node for name, node in required.items() if node} == {
        "switchbot-ble-exporter": {"power.example/bluetooth": "true"}
    }
    preferred = {w.name: _preferred_architecture(w) for w in workloads(home)}
    for architecture, wanted in (("amd64", AMD64), ("arm64", ARM64)):
        assert {name for name, found in preferred.items() if found == [architecture]} == wanted


def _preferred_architecture(workload: Workload) -> list[str]:
    node = workload.spec.get("affinity", {}).get("nodeAffinity", {})
    assert "requiredDuringSchedulingIgnoredDuringExecution" not in node
    terms = node.get("preferredDuringSchedulingIgnoredDuringExecution", ())
    return [
        value
        for term in terms
        for expression in term["preference"]["matchExpressions"]
        if expression["key"] == "kubernetes.io/arch"
        for value in expression["values"]
    ]


@pytest.mark.parametrize("app", ["bff", "switchbot-cloud-exporter"])
def test_pods_mount_the_configuration_by_its_content(home: tuple[Object, ...], app: str) -> None:
    """The ConfigMap's name has a hash of config/devices.yaml: a change rolls the pods out."""
    (workload,) = [w for w in workloads(home) if w.name == app]
    (name,) = [v["configMap"]["name"] for v in workload.spec["volumes"] if v["name"] == "config"]
    (config,) = [c for c in of_kind(home, "ConfigMap") if c["metadata"]["name"] == name]
    assert list(config["data"]) == ["devices.yaml"]
    assert name.rpartition("-")[0].endswith("devices")


def test_what_keeps_running_has_structured_logs(overlay: tuple[Object, ...]) -> None:
    """By its own setting: one JSON object a line, that a log store can search by field."""
    for workload, container in each(overlay):
        env = {each["name"]: each.get("value") for each in container.get("env", ())}
        is_json = "json" in {env.get("LOG_FORMAT"), env.get("GF_LOG_CONSOLE_FORMAT")}
        is_json |= bool(JSON_FLAGS & set(container.get("args", ())))
        wanted = workload.keeps_running and workload.name not in UNSTRUCTURED_LOGS
        assert is_json or not wanted, workload.name
