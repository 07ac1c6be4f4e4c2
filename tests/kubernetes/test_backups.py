"""Everything that is kept has a backup, a trial of it, and a switch for a copy elsewhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from manifests.build import ROOT, built
from manifests.network import selects
from manifests.objects import Object, Workload, name_of, of_kind, workloads

# By what saves it: a claim of the overlay or of its operator.
KEPT = {
    "home": {"bff", "data-vmsingle-0", "archive"},
    "cluster": {
        "data-postgresql-0",
        *(f"vmstorage-db-vmstorage-power-{n}" for n in range(3)),
    },
}
# What saves over the network does not mount what it saves.
OVER_THE_NETWORK = {"postgresql-backup": "data-postgresql-0"}
# The keys of Matter's fabric: its server is another project's image; docs/kubernetes.md.
NOT_SAVED = {"data-matter-server-0"}
COMPONENT = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [k8s/overlays/{overlay}]
components: [k8s/components/offsite]
"""


@pytest.fixture(scope="module", params=["home", "cluster"])
def named(request: pytest.FixtureRequest) -> tuple[str, Sequence[Object]]:
    """An overlay and its name."""
    return request.param, built(ROOT / "k8s" / "overlays" / request.param)


def claims(workload: Workload, *, written: bool | None = None) -> set[str]:
    """The claims that a pod mounts; only those that it may write, or may not."""
    by_volume = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in workload.spec.get("volumes", ())
        if "persistentVolumeClaim" in volume
    }
    return {
        by_volume[mount["name"]]
        for container in workload.containers
        for mount in container.get("volumeMounts", ())
        if mount["name"] in by_volume and written in {None, not mount.get("readOnly", False)}
    }


def kept_claims(name: str, objects: Sequence[Object]) -> set[str]:
    """What must survive: the claims of what keeps running, and those named above."""
    mounted = {claim for w in workloads(objects) if w.keeps_running for claim in claims(w)}
    return mounted | KEPT[name]


def saving(objects: Sequence[Object]) -> Mapping[str, str]:
    """By the claim of a backup: what is saved into it."""
    found: dict[str, str] = {}
    for job in workloads(objects):
        into = claims(job, written=True)
        sources = claims(job, written=False) - into
        name = job.name
        if name in OVER_THE_NETWORK:
            sources = {OVER_THE_NETWORK[name]}
        if "backup" in name and not name.endswith("-check") and into and sources:
            (backup,), (source,) = into, sources
            found[backup] = source
    return found


def test_everything_that_is_kept_is_saved(named: tuple[str, Sequence[Object]]) -> None:
    """BFF, samples, counters, measurements, archive; in a cluster PostgreSQL and the stores."""
    name, objects = named
    assert set(saving(objects).values()) | NOT_SAVED >= kept_claims(name, objects)


def test_every_backup_is_tried_by_its_house(named: tuple[str, Sequence[Object]]) -> None:
    """Restored into scratch space, with the backup for reading alone; the result is pushed."""
    _, objects = named
    tried: set[str] = set()
    for job in workloads(objects):
        if job.owner["metadata"]["labels"].get("power.example/tries-backup") != "true":
            continue
        (verify,) = job.spec["containers"]
        env = {each["name"]: each.get("value") for each in verify["env"]}
        assert verify["name"] == "verify"
        assert (env["HOUSE"], bool(env["VICTORIAMETRICS_URL"])) == ("home", True)
        mounts = [m for m in verify.get("volumeMounts", ()) if m["name"] == "backup"]
        assert all(mount["readOnly"] for mount in mounts)
        assert any("emptyDir" in volume for volume in job.spec["volumes"]), job.name
        assert not job.owner["spec"].get("suspend")
        tried |= claims(job)
    assert tried >= set(saving(objects))


def test_every_backup_has_a_copy_elsewhere_by_one_switch(
    named: tuple[str, Sequence[Object]], tmp_path: Path
) -> None:
    """Without the component no copy runs; with it every one does, each to a place of its own."""
    name, objects = named
    before = [w for w in workloads(objects) if w.name.rstrip("-012").endswith("-offsite")]
    assert all(job.owner["spec"]["suspend"] for job in before)
    assert {claim for job in before for claim in claims(job)} == set(saving(objects))
    (tmp_path / "k8s").symlink_to(ROOT / "k8s")
    (tmp_path / "config").symlink_to(ROOT / "config")
    (tmp_path / "kustomization.yaml").write_text(COMPONENT.format(overlay=name))
    made = built(tmp_path)
    after = {w.name: w for w in workloads(made) if w.name in {job.name for job in before}}
    assert len(after) == len(before)
    assert not any(job.owner["spec"]["suspend"] for job in after.values())
    places = {(j.namespace, j.labels["app.kubernetes.io/name"]) for j in after.values()}
    assert len(places) == len(after)
    policies = [p for p in of_kind(made, "NetworkPolicy") if name_of(p) == "offsite"]
    for job in after.values():
        (own,) = [p for p in policies if p["metadata"]["namespace"] == job.namespace]
        assert selects(own["spec"]["podSelector"], job.labels)


def test_a_job_runs_where_the_volume_is_that_it_reads(
    named: tuple[str, Sequence[Object]],
) -> None:
    """A ReadWriteOnce volume is on the node of the pod that has it."""
    _, objects = named
    running = [w for w in workloads(objects) if w.keeps_running]
    for job in workloads(objects):
        near = job.spec.get("affinity", {}).get("podAffinity", {})
        terms = near.get("requiredDuringSchedulingIgnoredDuringExecution", ())
        wanted = [w for w in running if claims(w) & claims(job)]
        for term in terms:
            for owner in wanted:
                assert selects(term["labelSelector"], owner.labels), job.name
        is_nightly = not job.keeps_running and not job.owner["spec"].get("suspend")
        if is_nightly and wanted and "backup" in job.name:
            assert terms, job.name
