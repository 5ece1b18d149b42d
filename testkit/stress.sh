#!/bin/sh
# Runs the test binaries again and again under load, and says of each in how many rounds it failed, and
# what. What failed has its output in target/stress.
#
# testkit/stress.sh [-n ROUNDS] [-l LOOPS] [-j LANES] [-s SECONDS] [NAME...]
#   -n  rounds, each of all binaries (20)
#   -l  busy loops beside them (as many as there are processors)
#   -j  rounds that run at the same time, each other's load (1)
#   -s  the longest that a binary may run before it counts as hung (900)
#   NAME  of a test file or crate, such as parity; without any: all
set -eu
cd "$(dirname "$0")/.."
rounds=20 loops=$(nproc) lanes=1 longest=900
while getopts n:l:j:s: option; do
    case $option in
    n) rounds=$OPTARG ;;
    l) loops=$OPTARG ;;
    j) lanes=$OPTARG ;;
    s) longest=$OPTARG ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
for number in "$rounds" "$lanes" "$longest"; do
    [ "$number" -ge 1 ] || { echo "$0: -n, -j and -s take a number from 1 on" >&2 && exit 2; }
done

# Lines of NAME, PACKAGE'S DIRECTORY and PROGRAM.
binaries() {
    ${CARGO:-cargo} build --quiet --workspace --tests --bins --features serde --message-format=json |
        sed -n 's|.*"manifest_path":"\([^"]*\)/Cargo.toml".*"name":"\([^"]*\)".*"test":true},"features".*"executable":"\([^"]*\)".*|\2 \1 \3|p' |
        sort
}

wanted() {
    name=$1
    shift
    [ $# = 0 ] && return
    for one; do [ "$one" = "$name" ] && return; done
    return 1
}

list=$(binaries)
out=$PWD/target/stress
mkdir -p "$out"
tally=$out/tally
: >"$tally"
busy= running=
# Lanes end with the tally, behind the binary that they are at.
trap 'rm -f "$tally" && kill $busy 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM
while [ "$loops" -gt 0 ]; do
    sh -c 'while kill -0 "$1" 2>/dev/null; do i=0; while [ $i -lt 10000 ]; do i=$((i + 1)); done; done' busy $$ &
    busy="$busy $!"
    loops=$((loops - 1))
done

# one NAME DIRECTORY PROGRAM ROUND: whether it passes
one() {
    log=$out/$1.$4.log
    # A shell has its background ignore SIGINT, which no test expects.
    if (cd "$2" && env --default-signal=INT,QUIT timeout --foreground -k 10 "$longest" "$3" </dev/null) >"$log" 2>&1; then
        rm "$log"
        return 0
    fi
    failed=$(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$log" | tr '\n' ' ')
    echo "round $4: $1: ${failed:-no test, see }$log"
    return 1
}

# lane FIRST NAME...: each of so many rounds, beginning with another binary than the other lanes.
lane() {
    round=$1
    shift
    ahead=$(((round - 1) * $(echo "$list" | wc -l) / lanes))
    while [ "$round" -le "$rounds" ] && [ -e "$tally" ]; do
        { echo "$list" | tail -n "+$((ahead + 1))" && echo "$list" | head -n "$ahead"; } |
            while read -r name directory program; do
                wanted "$name" "$@" || continue
                start=$(date +%s)
                verdict=passed
                one "$name" "$directory" "$program" "$round" || verdict=failed
                [ -e "$tally" ] || exit 1
                echo "$name $verdict $(($(date +%s) - start))" >>"$tally"
            done
        round=$((round + lanes))
    done
}

first=1
while [ "$first" -le "$lanes" ]; do
    lane "$first" "$@" &
    running="$running $!"
    first=$((first + 1))
done
for process in $running; do wait "$process"; done
awk '
    { seconds[$1] += $3; runs[$1]++; if ($2 == "failed") failed[$1]++ }
    END {
        for (name in runs) {
            printf "%-22s %3d rounds, %3d failed, %4d s each\n", name, runs[name], failed[name], seconds[name] / runs[name]
            bad += failed[name]
        }
        exit bad > 0
    }' "$tally" | sort
[ -s "$tally" ] || { echo "$0: no test of these names: $*" >&2 && exit 2; }
! grep -q ' failed ' "$tally"
