# Sourced by try-images: base images under the names that the Dockerfiles ask for, made of Debian
# trixie. They prove our Dockerfiles and what the images run, not the official base images.
# shellcheck shell=bash

make_root() {
  podman image exists localhost/stand-in && return
  command -v debootstrap >/dev/null || apt_install debootstrap
  say "making a Debian trixie (about 3 minutes)"
  rm -rf "$WORK/root"
  debootstrap --variant=minbase --include=ca-certificates,python3.13,python3.13-venv,python3-pip \
    trixie "$WORK/root" >"$WORK/debootstrap.log" 2>&1 ||
    { tail "$WORK/debootstrap.log" >&2; die "debootstrap failed"; }
  # As in the official image: `python` exists, and pip may install.
  ln -s python3.13 "$WORK/root/usr/bin/python"
  rm "$WORK/root/usr/lib/python3.13/EXTERNALLY-MANAGED"
  tar -C "$WORK/root" -c --exclude=./var/cache/apt --exclude='./dev/*' . |
    podman import --quiet - localhost/stand-in >/dev/null
  rm -rf "$WORK/root"
}

tag_in() { # FILE PATTERN: what follows it in a Dockerfile
  sed -nE "s|^$2||p" "docker/$1.Dockerfile"
}

stand_in() { # NAME TAG STAGE
  podman image exists "localhost/$1:$2" ||
    build "localhost/$1:$2" --target "$3" -f docker/stand-ins.Dockerfile docker
}

make_root
stand_in python "$(tag_in python 'ARG PYTHON=')" python
stand_in node "$(tag_in frontend 'ARG NODE=')" node
stand_in caddy "$(tag_in frontend 'ARG CADDY=')" caddy
stand_in alpine "$(tag_in frontend 'ARG ALPINE=')" plain
stand_in victoriametrics/victoria-metrics \
  "$(tag_in victoria-metrics 'FROM victoriametrics/victoria-metrics:')" victoria-metrics
