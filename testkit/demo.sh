#!/bin/sh
# The typed library on a private server of its own: installs tmux if it is missing, then runs the tour.
set -eu
cd "$(dirname "$0")/.."
. testkit/need.sh
need_rust
need cc gcc
need tmux tmux
# Nobody debugs it, and without a debugger's tables it is built in two thirds of the time.
export CARGO_PROFILE_DEV_DEBUG=0
exec cargo run --quiet --example tour
