# Functions shared by the scripts, which source this file from the project's folder.

say() { printf 'nightcare: %s\n' "$*" >&2; }

# Run a command as root. `can_be_root` tells whether that needs no password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_be_root() {
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

# Install the missing ones of these Debian packages.
debian_packages() {
    missing=
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null; then
        say "install these programs with your package manager, then try again:$missing"
        exit 1
    fi
    if ! can_be_root; then
        say "some system packages are missing. Install them, then try again:"
        say "    sudo apt-get install$missing"
        exit 1
    fi
    say "installing$missing"
    # shellcheck disable=SC2086 # one word a package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null 2>&1 && return 0
    as_root apt-get update -qq
    # shellcheck disable=SC2086 # one word a package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $missing >/dev/null
}

# Print the first suitable Python.
find_python() {
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$python" >/dev/null &&
            "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s\n' "$python"
            return 0
        fi
    done
    say "Python 3.11 or later is needed. On Debian or Ubuntu:  sudo apt-get install python3"
    exit 1
}

# Install the locked dependencies in .venv: "run" for the program, "all" for the tests as well.
virtual_environment() {
    wanted="$1 $(cat requirements.lock pyproject.toml | cksum)"
    [ "$(cat .venv/installed 2>/dev/null)" = "all ${wanted#* }" ] && return 0
    [ "$(cat .venv/installed 2>/dev/null)" = "$wanted" ] && return 0
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        debian_packages python3-venv
    fi
    say "installing into .venv; the first time takes a moment"
    [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 ||
        "$python" -m venv --clear .venv
    locked=requirements.lock
    if [ "$1" = run ]; then
        locked=.venv/requirements.run
        sed '/^# Tests/,$d' requirements.lock >"$locked"
    fi
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --require-hashes -r "$locked"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
        --no-build-isolation --editable .
    # A service that runs from here looks at the new libraries, and restarts with them.
    touch src/nightcare/__init__.py
    printf '%s\n' "$wanted" >.venv/installed
}
