#!/bin/sh
# Gives an image the folders that kernels find things in, and the account that a project's own files run under meanwhile.
set -eu
uid=61184
grep -q "^builder:" /etc/passwd || echo "builder:x:$uid:$uid::/tmp:/bin/sh" >>/etc/passwd
mkdir -p /work /home/user /opt/sheaf/sockets /opt/sheaf/lab /opt/sheaf/matplotlib /opt/sheaf/lists /opt/sheaf/project /opt/sheaf/environment
chown "$uid:$uid" /opt/sheaf/environment /opt/sheaf/project
cp "${0%/*}/enter.sh" /opt/sheaf/enter
chmod 0755 /opt/sheaf/enter
# A kernel is started with a path of its own; where an image keeps its programs elsewhere, they are found by this.
echo "$PATH" >/opt/sheaf/path
