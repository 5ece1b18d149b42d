# Sourced by the scripts beside it: makes sure that what they need is there, or says what to run.

need_rust() {
    command -v cargo >/dev/null || {
        echo "Rust is missing. Install it as its site says, with rustup: https://rustup.rs" >&2
        exit 1
    }
}

# need PROGRAM PACKAGE: installs a Debian package if the program is missing and we may
need() {
    command -v "$1" >/dev/null && return
    if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
        echo "installing $2"
        { apt-get -qq update && apt-get -qq -y install "$2"; } >/dev/null
    elif command -v apt-get >/dev/null; then
        echo "$1 is missing. Run: sudo apt-get install $2" >&2
        exit 1
    else
        echo "$1 is missing. Install it with your system's package manager." >&2
        exit 1
    fi
}
