#!/bin/sh
# All tests: installs tmux and several of its releases if they are missing, then runs cargo test, which
# goes on after a failure and names all that failed at the end. Arguments go to cargo test.
set -eu
cd "$(dirname "$0")/.."
. testkit/need.sh
need_rust
need cc gcc
need tmux tmux
need strace strace
need setsid util-linux
# Without root, other users are those of a namespace.
[ "$(id -u)" = 0 ] || need newuidmap uidmap
need tic ncurses-bin
testkit/install-tmux.sh
exec cargo test --workspace --features serde --no-fail-fast "$@"
