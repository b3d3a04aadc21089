#!/bin/sh
# Called by mmdebstrap when all packages are installed: finish-rootfs.sh ROOT UNPACKED
set -eu
root=$1 unpacked=$2

echo "I: adding $unpacked"
mkdir "$root/var/tmp/unpacked"
(
  cd "$root/var/tmp/unpacked"
  # shellcheck disable=SC2086 # a list of names
  APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -o APT::Sandbox::User=root -qq download $unpacked
)
chroot "$root" sh -c 'dpkg --force-depends --install /var/tmp/unpacked/*.deb'
rm -r "$root/var/tmp/unpacked"

echo "I: making it small and quick to start"
chroot "$root" sh -s <"$(dirname "$(readlink -f "$0")")/../../../../deploy/images/finish.sh"
# Lists and archives are for installing; nothing is installed here later.
rm -rf "$root/var/cache/apt" "$root/var/log/"*.log "$root/var/log/apt"
mkdir -p "$root/var/cache/apt/archives/partial" "$root/var/log/apt"

# Written last: this list says that the folder is whole, and its hash names the environment in every run's record.
chroot "$root" dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n' | sort >"$root/opt/sheaf/packages"
