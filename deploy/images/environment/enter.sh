#!/bin/sh
# Goes on as the program that it is given, which finds what the project asked for before what every environment has.
PATH=/opt/sheaf/environment/bin:$(cat /opt/sheaf/path)
R_LIBS=/opt/sheaf/environment/R${R_LIBS:+:$R_LIBS}
export PATH R_LIBS
# Conda's own R has its packages beside it.
[ ! -x /opt/sheaf/environment/bin/R ] || unset R_LIBS
[ ! -r /opt/sheaf/lists/variables.sh ] || . /opt/sheaf/lists/variables.sh
[ ! -x /opt/sheaf/start ] || exec /opt/sheaf/start "$@"
exec "$@"
