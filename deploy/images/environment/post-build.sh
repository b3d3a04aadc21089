#!/bin/sh
# Runs a project's own last step where its files are: post-build.sh FILE
set -eu
umask 022
cd "${1%/*}"
chmod u+x "$1"
exec /opt/sheaf/enter "$1"
