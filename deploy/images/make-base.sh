#!/bin/sh
# Stands in for debian:trixie-slim where no registry can be reached: make-base.sh SUITE MIRROR
# Writes the image's files as a tar archive to standard output, for an import.
set -eu
exec mmdebstrap --quiet --variant=apt --format=tar \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$1" - "$2"
