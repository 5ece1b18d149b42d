#!/bin/sh
# install-tmux.sh [DIR]: put real tmux releases of several ages under DIR (default: .tmux beside
# the workspace's Cargo.toml), for tests and benches:
#
#     DIR/<version>/bin/tmux      runs that release with the libraries that it was packaged with
#
# They come from the Debian archive that this machine's apt is configured for, through a private
# apt: nothing is installed into the system, and no root is needed. On another system, put releases
# there yourself, in the same form. Suites that are there already are left alone; a suite that can't
# be had is an error.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$here/.tmux}
suites='bullseye bookworm bookworm-backports trixie-backports sid'

missing=
for suite in $suites; do
    [ -x "$dir/suite/$suite/bin/tmux" ] || missing="$missing $suite"
done
[ -n "$missing" ] || exit 0
for tool in apt-get apt-cache dpkg dpkg-deb; do
    command -v "$tool" >/dev/null || {
        echo "$0: no $tool here. Put at least one tmux up to 3.5a and one from 3.6 on into" \
            "$dir/<version>/bin/tmux yourself." >&2
        exit 1
    }
done

archive=$(sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' \
    /etc/apt/sources.list.d/*.sources 2>/dev/null | grep -v security | head -n 1)
[ -n "$archive" ] || archive=$(sed -n 's/^deb[[:space:]]\{1,\}\(\[[^]]*\][[:space:]]*\)\{0,1\}\([^[:space:]]*\).*/\2/p' \
    /etc/apt/sources.list 2>/dev/null | grep -v security | head -n 1)
[ -n "$archive" ] || { echo "$0: apt has no Debian archive configured" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
system_libc=$(dpkg-query -W -f '${Version}' libc6 2>/dev/null || echo 0)

mkdir -p "$dir/suite"
dir=$(cd "$dir" && pwd)
work=$(mktemp -d "$dir/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/none"
: > "$work/status"

# apt, seeing one suite only and writing below $work only
private_apt() {
    program=$1
    shift
    "$program" -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts="$work/none" \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts="$work/none" \
        -o Dir::State::lists="$work/lists" -o Dir::State::status="$work/status" \
        -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" \
        -o Acquire::Languages=none -o APT::Sandbox::User= -o APT::Install-Recommends=0 "$@"
}

# the shared libraries of the unpacked packages, in one directory; $1 = 1 leaves the C library out
gather_libraries() {
    find "$work/root" -type f -name '*.so*' ! -path '*/gconv/*' ! -path '*/audit/*' ! -name '*.py' \
        -exec cp -p {} "$new/lib/" \;
    find "$work/root" -type l -name '*.so*' | while read -r link; do
        [ -e "$new/lib/${link##*/}" ] || ln -s "$(basename "$(readlink "$link")")" "$new/lib/${link##*/}"
    done
    [ "$1" = 1 ] || return 0
    for part in ld- libc. libc- libm. libm- libpthread libdl librt libresolv libnss libutil libnsl libanl \
        libBroken libmvec libthread_db libSegFault libmemusage libpcprofile libc_malloc_debug; do
        rm -f "$new/lib/$part"*
    done
}

install_suite() {
    suite=$1
    base=${suite%-backports}
    echo "deb [signed-by=$keyring] $archive $base main" > "$work/sources.list"
    [ "$base" = "$suite" ] ||
        echo "deb [signed-by=$keyring] $archive $suite main" >> "$work/sources.list"
    private_apt apt-get -qq update
    package=$(private_apt apt-cache -t "$suite" policy tmux | awk '$1 == "Candidate:" {print $2}')
    case $package in '' | '(none)') echo "$0: no tmux in $suite" >&2; exit 1 ;; esac
    version=$(printf '%s\n' "$package" | sed 's/^[0-9]*://; s/-[^-]*$//')
    if [ ! -x "$dir/$version/bin/tmux" ]; then
        rm -rf "$work/archives" "$work/root"
        new=$work/new
        rm -rf "$new"
        mkdir -p "$work/archives/partial" "$work/root" "$new/lib" "$new/libexec" "$new/bin"
        private_apt apt-get -qq -y -t "$suite" --download-only install "tmux=$package" >/dev/null
        needed_libc=0
        for deb in "$work"/archives/*.deb; do
            case ${deb##*/} in
                tmux_*) needed_libc=$(dpkg-deb -f "$deb" Depends | sed -n 's/.*libc6 (>= \([^)]*\)).*/\1/p') ;;
                lib*) ;;
                *) continue ;;
            esac
            dpkg-deb -x "$deb" "$work/root"
        done
        cp "$work/root/usr/bin/tmux" "$new/libexec/tmux"
        loader=$(find "$work/root" -name 'ld-linux*.so.*' | head -n 1)
        loader=${loader##*/}
        if [ "$system_libc" != 0 ] && dpkg --compare-versions "$system_libc" ge "${needed_libc:-0}"; then
            # the system's C library is new enough: use it, and bundle the rest
            gather_libraries 1
            for run in "/lib64/$loader" "/lib/$loader"; do [ -e "$run" ] && break; done
        else
            gather_libraries 0
            run="\$here/lib/$loader"
        fi
        cat > "$new/bin/tmux" <<EOF
#!/bin/sh
# tmux $package of $suite
case \$0 in
    */bin/tmux) here=\${0%/bin/tmux} ;;
    *) here=\$(cd "\$(dirname "\$0")/.." && pwd) ;;
esac
exec "$run" --library-path "\$here/lib" "\$here/libexec/tmux" "\$@"
EOF
        chmod 755 "$new/bin/tmux"
        said=$("$new/bin/tmux" -V) || { echo "$0: tmux $package does not run" >&2; exit 1; }
        [ "$said" = "tmux $version" ] || echo "$0: note: $package calls itself '$said'" >&2
        rm -rf "${dir:?}/$version"
        mv "$new" "$dir/$version"
    fi
    rm -f "$dir/suite/$suite"
    ln -s "../$version" "$dir/suite/$suite"
    echo "tmux $version ($suite)"
}

for suite in $missing; do install_suite "$suite"; done
