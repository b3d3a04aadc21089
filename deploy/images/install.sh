#!/bin/sh
# Installs Debian packages in an image and leaves no lists behind: install.sh MIRROR PACKAGE... [--unpacked PACKAGE...]
# What follows --unpacked is installed without its dependencies.
set -eu
mirror=$1
shift
normal='' unpacked='' list=normal
for word; do
  case $list,$word in
    *,--unpacked) list=unpacked ;;
    normal,*) normal="$normal $word" ;;
    *) unpacked="$unpacked $word" ;;
  esac
done

# In place of the base image's archive for as long as this runs, so that the image itself names no machine's mirror.
sources=/tmp/sources.list
options="-qq -o Acquire::Retries=3 -o APT::Sandbox::User=root"
if [ -n "$mirror" ]; then
  echo "deb $mirror trixie main" >"$sources"
  options="$options -o Dir::Etc::sourcelist=$sources -o Dir::Etc::sourceparts=-"
fi
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # lists of words
{
  apt-get $options update
  apt-get $options install --assume-yes --no-install-recommends $normal
  if [ -n "$unpacked" ]; then
    mkdir /tmp/unpacked
    cd /tmp/unpacked
    apt-get $options download $unpacked
    dpkg --force-depends --install ./*.deb
  fi
}
rm -rf /tmp/* /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/apt /var/log/*.log
