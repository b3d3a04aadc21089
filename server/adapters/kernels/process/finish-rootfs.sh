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
# Not those of numpy: numpy.testing, which scipy imports, reads them.
for package in matplotlib mpl_toolkits networkx pandas scipy sklearn statsmodels sympy; do
  find "$root/usr/lib/python3/dist-packages/$package" -type d -name tests -prune -exec rm -r {} +
done

# A read-only root needs every mount point beforehand.
mkdir -p "$root/work" "$root/home/user" "$root/opt/sheaf/sockets" "$root/opt/sheaf/matplotlib"
touch "$root/etc/passwd" "$root/etc/group"
# Matplotlib looks through all fonts once (several seconds) and remembers; kernels get a copy of what it found.
chroot "$root" env HOME=/tmp MPLCONFIGDIR=/opt/sheaf/matplotlib python3 -c 'import matplotlib.font_manager'
chroot "$root" python3 -m compileall -q -j 0 /usr/lib/python3.13 /usr/lib/python3/dist-packages >/dev/null 2>&1 || true
chroot "$root" fc-cache -s
# Lists and archives are for installing; nothing is installed here later.
rm -rf "$root/var/cache/apt" "$root/var/log/"*.log "$root/var/log/apt"
mkdir -p "$root/var/cache/apt/archives/partial" "$root/var/log/apt"
rm -rf "$root/tmp/"* "$root/var/cache/debconf/"*-old "$root/root/.cache"
chmod -R a+rX "$root/opt/sheaf"

# Written last: this list says that the folder is whole, and its hash names the environment in every run's record.
chroot "$root" dpkg-query --show --showformat '${Package} ${Version} ${Architecture}\n' | sort >"$root/opt/sheaf/packages"
