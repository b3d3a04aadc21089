#!/bin/sh
# Makes a root folder small and quick to start, from inside it; for images and for the process adapter's environment alike.
set -eu

# Sources of test suites are never read. Not numpy's: numpy.testing, which scipy imports, reads them.
for package in matplotlib mpl_toolkits networkx pandas scipy sklearn statsmodels sympy; do
  find "/usr/lib/python3/dist-packages/$package" -type d -name tests -prune -exec rm -r {} + 2>/dev/null || true
done

# A read-only root needs every mount point beforehand.
mkdir -p /work /home/user /opt/sheaf/sockets /opt/sheaf/lab /opt/sheaf/matplotlib
touch /etc/passwd /etc/group
# Matplotlib looks through all fonts once (several seconds) and remembers; kernels get a copy of what it found.
env HOME=/tmp MPLCONFIGDIR=/opt/sheaf/matplotlib python3 -c 'import matplotlib.font_manager'
python3 -m compileall -q -j 0 /usr/lib/python3.13 /usr/lib/python3/dist-packages >/dev/null 2>&1 || true
fc-cache -s
rm -rf /tmp/* /var/cache/debconf/*-old /root/.cache
chmod -R a+rX /opt/sheaf
