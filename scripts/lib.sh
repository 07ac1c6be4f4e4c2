# Shared by the set-up scripts: where tools go, and how to say things.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck disable=SC2034  # used by the scripts that source this file
TOOLS="$ROOT/.tools"

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

die() {
  printf '\033[1;31merror:\033[0m %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "'$*' needs root: run it as root, or install sudo, then try again"
  fi
}

# Package lists are refreshed once per set-up, and only when something is to be fetched.
apt_refresh() {
  command -v apt-get >/dev/null || die "no apt-get here: $1"
  [ -n "${APT_FRESH:-}" ] && return
  say "refreshing Debian's package lists"
  as_root apt-get update -qq || die "apt-get update failed; see the lines above"
  APT_FRESH=1
}

apt_install() {
  apt_refresh "install $* yourself"
  say "installing $* (Debian)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" \
    >/dev/null || die "apt-get could not install: $*"
}
