"""Whether this machine can run a Matter network, and if not, what is in the way."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[4]
SERVER_PYTHON = ROOT / ".tools" / "matter-server" / "bin" / "python"
SERVER_LIBRARIES = ROOT / ".tools" / "lib"
PLUG_FOLDER = Path(__file__).parents[2] / "plug"
# `ip` and `mount` are not on everybody's PATH.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
NEEDED = {
    "node": "nodejs",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "ip": "iproute2",
    "mount": "mount",
}
# Whoever started the network may be killed: it dies with him, and all in its namespaces with it.
OWN_NAMESPACES = (
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
)


def what_is_missing() -> str | None:
    """One sentence with the way out, or None when everything is there."""
    if not SERVER_PYTHON.exists() or not (PLUG_FOLDER / "node_modules").exists():
        return "the Matter server or the virtual plug is not installed: run scripts/setup-matter"
    for program, package in NEEDED.items():
        if shutil.which(program, path=PATH) is None:
            return f"there is no {program}: install {package}"
    probe = "ip link add probe0 type veth peer name probe1 && mount -t tmpfs probe /mnt"
    command = [*OWN_NAMESPACES, "sh", "-c", probe]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PATH": PATH}
    )
    if done.returncode:
        reason = done.stderr.strip() or f"code {done.returncode}"
        return (
            f"namespaces cannot be made here ({reason}): run in a privileged container or on a VM"
        )
    return None
