#!/bin/sh
# Builds a root folder of Debian packages for kernels: build-rootfs.sh TARGET SUITE MIRROR PACKAGES UNPACKED
# (PACKAGES by commas, UNPACKED by spaces). Run under flock, so that one builder works and the others find it done.
# Everything happens in TARGET.building; only a finished folder gets the name TARGET.
set -eu
target=$1 suite=$2 mirror=$3 packages=$4 unpacked=$5
here=$(dirname "$(readlink -f "$0")")
building=$target.building

[ -e "$target/opt/sheaf/packages" ] && exit 0
# An earlier builder may have been killed; its mounts went with its mount namespace.
rm -rf --one-file-system "$building"

# Python sources and bytecode of test suites, manuals and translations are never read by a kernel.
mmdebstrap --mode=root --variant=minbase \
  --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
  --aptopt='Apt::Install-Recommends "false"' \
  --dpkgopt=force-unsafe-io \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/info/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/lintian/*' \
  --include="$packages" \
  --customize-hook="sh '$here/finish-rootfs.sh' \"\$1\" '$unpacked'" \
  "$suite" "$building" "$mirror"

chmod 0755 "$building"
sync -f "$building"
# mmdebstrap leaves its archives where a hook has used apt.
rm -rf "$building/var/cache/apt/"* "$building/var/lib/apt/lists/"*
mv -T "$building" "$target"
