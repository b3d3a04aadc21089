#!/bin/sh
# Debian packages that a project asks for, from the archive in MIRROR (empty: the image's own): system.sh PACKAGE...
set -eu
exec sh "${0%/*}/install.sh" "${MIRROR:-}" "$@"
