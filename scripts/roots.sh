# Functions for Debian roots to test nightcare in; sourced from the project's folder after setup.sh.
# mmdebstrap makes the roots from the mirror that apt uses here. They need root.

# Print the address of apt's Debian mirror, if apt has its lists.
known_mirror() {
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n 1
}

debian_mirror() {
    [ -n "$(known_mirror)" ] || as_root apt-get update -qq
    known_mirror
}

# Make a root: RELEASE FOLDER PACKAGES, the last separated by commas. The mirror may be stale.
make_root() {
    say "making a root of Debian $1"
    as_root env DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --variant=apt --include="$3" \
        --format=directory --aptopt='Acquire::Check-Valid-Until "false"' \
        "$1" "$2" "$(debian_mirror)"
    # The root uses the network settings of this machine.
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [ ! -d "$2${file%/*}" ] || as_root cp "$file" "$2$file"
    done
}

# Copy the files of the project that git knows or would add into a new folder: FOLDER.
copy_project() {
    mkdir -p "$1"
    git ls-files -z --cached --others --exclude-standard |
        tar --create --null --files-from=- --ignore-failed-read 2>/dev/null | tar -x -C "$1"
}

# Run a command in a root: FOLDER COMMAND... Its mounts and processes end with it. The root is a mount
# itself, so that programs in it can have private mounts.
in_root() {
    root=$1
    shift
    # shellcheck disable=SC2016 # expanded by the inner shell
    as_root unshare --mount --pid --fork --kill-child sh -euc '
        root=$1
        shift
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs -o mode=1777 shm "$root/dev/shm"
        mount -t tmpfs -o mode=1777 tmp "$root/tmp"
        mount -t tmpfs -o mode=755 run "$root/run"
        exec chroot "$root" "$@"' sh "$root" env -i \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        ${CI:+CI="$CI"} ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} \
        ${PIP_INDEX_URL:+PIP_INDEX_URL="$PIP_INDEX_URL"} \
        PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_ROOT_USER_ACTION=ignore "$@"
}
