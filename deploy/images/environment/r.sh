#!/bin/sh
# Runs a project's script for R, then looks for what it said it installs: r.sh SCRIPT DAY PACKAGE...
# CRAN is the archive to install from; CRAN_DAYS one of past days, with {day} in its address.
set -eu
umask 022
script=$1 day=$2
shift 2
mkdir -p /opt/sheaf/environment/R
archive=${CRAN:-https://packagemanager.posit.co/cran/__linux__/trixie/latest}
if [ -n "$day" ]; then
  days=${CRAN_DAYS:-https://packagemanager.posit.co/cran/__linux__/trixie/\{day\}}
  archive=${days%%\{day\}*}$day${days#*\{day\}}
fi
cat >/tmp/Rprofile <<PROFILE
options(repos = c(CRAN = "$archive"), warn = 1, HTTPUserAgent = sprintf("R/%s R (%s %s %s %s)", getRversion(), getRversion(), R.version\$platform, R.version\$arch, R.version\$os))
PROFILE
export R_PROFILE_USER=/tmp/Rprofile
cd "${script%/*}"
/opt/sheaf/enter Rscript --no-environ "$script"
# R only warns where a package cannot be installed.
/opt/sheaf/enter Rscript --no-environ --no-init-file -e '
  missing <- setdiff(commandArgs(TRUE), rownames(installed.packages()))
  if (length(missing) > 0) { cat("Sheaf: R has no package", paste(missing, collapse = ", "), "after install.R was run. What R said of it stands above.\n"); quit(status = 1) }' "$@"
