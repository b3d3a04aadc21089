#!/bin/sh
# Python packages, into an environment of their own that also sees those of the image.
set -eu
umask 022
place=/opt/sheaf/environment
[ -x $place/bin/python3 ] || python3 -m venv --system-site-packages $place
[ -n "${PIP_INDEX_URL:-}" ] || unset PIP_INDEX_URL
[ -n "${PIP_NO_INDEX:-}" ] || unset PIP_NO_INDEX
set -- -r /opt/sheaf/lists/requirements.txt
[ ! -f /opt/sheaf/lists/constraints.txt ] || set -- "$@" -c /opt/sheaf/lists/constraints.txt
PIP_CONFIG_FILE=/dev/null exec $place/bin/python3 -m pip install --no-input --no-cache-dir --disable-pip-version-check --progress-bar off "$@"
