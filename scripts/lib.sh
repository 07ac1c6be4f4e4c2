# Shared by the set-up scripts: where tools go, what is printed, and how packages are fetched.
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

# Programs are unpacked into .tools, not installed: an installed server would start a system service on
# the very ports we want.

# The mirror this machine uses for Debian already.
# shellcheck disable=SC2016  # apt expands it, not the shell
debian_mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' \
    'Label: Debian' | sort -u | head -n 1
}

# An apt of its own for suites that are not this machine's: its own sources, lists and cache, and nothing
# counts as installed. Needs SUITE_WORK, which `use_suites` makes.
private_apt() {
  apt-get -qq \
    -o Dir::Etc::SourceList="$SUITE_WORK/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$SUITE_WORK/lists" -o Dir::State::status="$SUITE_WORK/status" \
    -o Dir::Cache="$SUITE_WORK/cache" -o APT::Sandbox::User=root -o Acquire::Languages=none "$@"
}

use_suites() { # SUITE...: read their package lists; fails where that is not possible
  SUITE_WORK="$TOOLS/apt-$1-$$"
  mkdir -p "$SUITE_WORK"/{lists/partial,cache/archives/partial}
  : >"$SUITE_WORK/status"
  local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(debian_mirror)
  [ -n "$mirror" ] || return 1
  for suite in "$@"; do
    echo "deb [signed-by=$keyring] $mirror $suite main"
  done >"$SUITE_WORK/sources.list"
  private_apt update
}

forget_suites() { rm -rf "${SUITE_WORK:?}"; }

unpack() { # APT FOLDER PACKAGE...: APT is apt-get or private_apt; fails when it has no such package
  local apt=$1 folder="$TOOLS/deb/$2" archive
  shift 2
  rm -rf "$folder.new" && mkdir -p "$folder.new/download"
  # apt's own sandbox user may not write below a home folder
  (cd "$folder.new/download" && "$apt" download -qq -o APT::Sandbox::User=root "$@") || return 1
  for archive in "$folder.new"/download/*.deb; do
    dpkg-deb -x "$archive" "$folder.new"
  done
  rm -rf "$folder" "$folder.new/download" && mv "$folder.new" "$folder"
}

link_tool() { # PATH NAME: relative, so that the folder can be moved
  mkdir -p "$TOOLS/bin"
  ln -sfr "$1" "$TOOLS/bin/$2"
}
