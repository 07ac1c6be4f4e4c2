"""A stand-in for kubectl and the cluster behind it: workloads and Jobs are processes here.

It answers what scripts/restore asks for and nothing else. A Job runs what the manifests have, with
the containers' paths and addresses replaced by those in the file $STAND_IN.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import yaml

STATE = Path(os.environ["STAND_IN"])
# Where the official images keep them.
ENTRY_POINTS = {"victoriametrics/vmrestore": "vmrestore"}


def main(arguments: list[str]) -> int:
    """Do one kubectl command. Returns its exit code."""
    state = json.loads(before := STATE.read_text())
    code = answer(state, [word for word in arguments if word not in {"--namespace", "power"}])
    if (after := json.dumps(state)) != before:
        new = STATE.with_suffix(".new")  # others of the same pipe read meanwhile
        new.write_text(after)
        new.replace(STATE)
    return code


def answer(state: dict[str, Any], words: list[str]) -> int:
    """Change the state as the API server and its controllers would."""
    match words:
        case ["argocd", *_]:
            return 1  # no Argo CD here
        case ["scale", workload, replicas]:
            scale(state["workloads"][workload], int(replicas.removeprefix("--replicas=")))
        case ["create", "job", name, source, "--dry-run=client", _]:
            print_job(state, name, source.removeprefix("--from=cronjob/"))
        case ["set", "env", "--local", *_]:
            return subprocess.run([state["kubectl"], *words], check=False).returncode
        case ["create", "--filename=-"]:
            run_job(state, yaml.safe_load(sys.stdin.read()))
        case ["get", "job", name, _]:
            sys.stdout.write("1," if state["jobs"][name]["code"] == 0 else ",1")
        case ["logs", name, *_]:
            sys.stdout.write(state["jobs"][name.removeprefix("job/")]["log"])
        case ["wait" | "rollout", *_]:
            pass
        case _:
            sys.stderr.write(f"not known here: {words}\n")
            return 1
    return 0


def scale(workload: dict[str, Any], replicas: int) -> None:
    """Stop or start a workload's process."""
    if replicas == 0:
        process = psutil.Process(workload["pid"])
        process.terminate()
        psutil.wait_procs([process], timeout=60)
    else:
        with Path(workload["log"]).open("ab") as log:
            started = subprocess.Popen(
                workload["command"], env=os.environ | workload["env"], stdout=log, stderr=log
            )
        workload["pid"] = started.pid


def print_job(state: dict[str, Any], name: str, cronjob: str) -> None:
    """Print the Job that a CronJob would make."""
    spec = state["cronjobs"][cronjob]["spec"]["jobTemplate"]["spec"]
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}
    sys.stdout.write(yaml.safe_dump(job))


def run_job(state: dict[str, Any], job: dict[str, Any]) -> None:
    """Run a Job's containers one after the other, until one fails."""
    template = job["spec"]["template"]
    containers = [*template["spec"].get("initContainers", ()), *template["spec"]["containers"]]
    code, log = 0, ""
    for container in containers:
        if code == 0:
            env = {v["name"]: value_of(state, template, v) for v in container.get("env", ())}
            ended = run_container(state, container, env)
            code, log = ended.returncode, log + ended.stdout + ended.stderr
    state["jobs"][job["metadata"]["name"]] = {"code": code, "log": log}


def value_of(state: dict[str, Any], template: dict[str, Any], variable: dict[str, Any]) -> str:
    """A variable of a container; a reference is one to a label of its pod."""
    if "value" in variable:
        return here(state, variable["value"])
    label = variable["valueFrom"]["fieldRef"]["fieldPath"].split("'")[1]
    return template["metadata"]["labels"][label]


def run_container(
    state: dict[str, Any], container: dict[str, Any], env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a container's command as a process."""
    image = container["image"].partition(":")[0]
    words = [*container.get("command", [ENTRY_POINTS.get(image, "")]), *container.get("args", ())]
    for name, value in env.items():
        words = [word.replace(f"$({name})", value) for word in words]
    command = [here(state, word) for word in words]
    return subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, check=False
    )


def here(state: dict[str, Any], text: str) -> str:
    """A text of a manifest with this machine's paths and addresses."""
    for there, local in state["places"].items():
        text = text.replace(there, local)
    return text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
