#!/bin/sh
# Packages of conda, with a Python and an R of their own where they ask for them.
set -eu
umask 022
[ -n "${CONDA_CHANNEL_ALIAS:-}" ] || unset CONDA_CHANNEL_ALIAS
export MAMBA_ROOT_PREFIX=/tmp/mamba
micromamba create --yes --no-rc --prefix /opt/sheaf/environment --file /opt/sheaf/lists/environment.yml
rm -rf /tmp/mamba
