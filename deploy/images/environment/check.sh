#!/bin/sh
# Whether a kernel can be started here; what is missing is said in a line that begins with "Sheaf: ".
set -u
fail=0
say() {
  echo "Sheaf: $1"
  fail=1
}
[ -x /usr/bin/tini ] || say "The image has no /usr/bin/tini, which ends programs properly."
env --chdir=/ true 2>/dev/null || say "The image has no env of GNU coreutils (8.28 or newer). Begin the Dockerfile with an image of Debian or Ubuntu."
python=1
/opt/sheaf/enter python3 -c 'import ipykernel' 2>/tmp/why || python=0
r=1
/opt/sheaf/enter R --no-echo --no-save --no-restore -e 'library(IRkernel)' >/dev/null 2>&1 || r=0
if [ $python = 0 ] && [ $r = 0 ]; then
  cat /tmp/why
  say "Neither Python with ipykernel nor R with IRkernel can be started in it, so that no notebook can run. Install one of them."
fi
echo "kernels: python=$python r=$r"
rm -f /tmp/why
exit $fail
