# Debian roots to try nightcare in; sourced from the project's folder after setup.sh. They are made
# with mmdebstrap from the mirror that apt uses here, and need root.

# Print the address of the Debian mirror that apt is set up with, as far as apt has its lists.
known_mirror() {
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' | head -n 1
}

debian_mirror() {
    [ -n "$(known_mirror)" ] || as_root apt-get update -qq
    known_mirror
}

# Make a root: RELEASE FOLDER PACKAGES, the last with commas between them. A mirror may be stale.
make_root() {
    say "making a root of Debian $1"
    as_root env DEBIAN_FRONTEND=noninteractive mmdebstrap --quiet --variant=apt --include="$3" \
        --format=directory --aptopt='Acquire::Check-Valid-Until "false"' \
        "$1" "$2" "$(debian_mirror)"
    # So that the network is reached there as it is here.
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
        [ ! -d "$2${file%/*}" ] || as_root cp "$file" "$2$file"
    done
}

# Run a command in a root: FOLDER COMMAND... Its mounts and processes end with it. The root is a mount
# itself, so that programs in it may have mounts that they alone see.
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
