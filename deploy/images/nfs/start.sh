#!/bin/sh
# Exports NFS_FOLDER to NFS_CLIENTS (addresses or networks, comma-separated) as /homes.
set -eu
: "${NFS_FOLDER:?}" "${NFS_CLIENTS:?}"
mkdir -p /var/lib/nfs/ganesha /run/ganesha "$NFS_FOLDER"
sed -e "s|@FOLDER@|$NFS_FOLDER|g" -e "s|@CLIENTS@|$NFS_CLIENTS|g" /opt/sheaf-nfs/ganesha.conf >/run/ganesha/ganesha.conf
exec ganesha.nfsd -F -f /run/ganesha/ganesha.conf -L STDERR -p /run/ganesha/ganesha.pid
