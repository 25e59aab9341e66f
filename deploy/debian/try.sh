#!/usr/bin/env bash
# Installs, upgrades and purges the packages of ./dev package in a minimal Debian 12, and runs the broker from them as its
# own user. Needs root and debootstrap. ROOT names a Debian that is there already.
#   deploy/debian/try.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
say() { printf '== %s\n' "$*"; }
fail() { printf 'try.sh: %s\n' "$*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || fail "needs root"
ls build/packages/corridord_*.deb >/dev/null 2>&1 || fail "no packages; ./dev package makes them"

# The next version, for the upgrade.
version=$(dpkg-deb -f build/packages/corridord_*.deb Version)
(cd build && cpack -G DEB -D CPACK_PACKAGE_VERSION="$version.1" -B packages-next --config CPackConfig.cmake >packing.log)

root=${ROOT:-$(mktemp -d)/debian}
[ -d "$root/etc" ] || debootstrap --variant=minbase bookworm "$root" >/dev/null
rm -rf "$root/packages" && mkdir -p "$root/packages/next"
cp build/packages/*.deb "$root/packages/"
cp build/packages-next/*.deb "$root/packages/next/"
mount -t proc proc "$root/proc"
trap 'umount -l "$root/proc"; [ "${ROOT:-}" ] || rm -rf --one-file-system "$root"' EXIT
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} chroot "$root" bash -euc "$1"
}

say "Install $version"
inside 'apt-get -qq update; apt-get -qq install -y --no-install-recommends /packages/corridord_*.deb /packages/corridorctl_*.deb >/dev/null
  [ "$(stat -c "%U:%G %a" /etc/corridor)" = "root:corridor 750" ]
  [ "$(stat -c "%U:%G %a" /var/lib/corridor)" = "corridor:corridor 700" ]
  test -f /usr/lib/systemd/system/corridord.service; test -s /usr/share/man/man1/corridorctl.1
  bash -n /usr/share/bash-completion/completions/corridorctl; corridord --version'

say "Run it as its user"
run='corridorctl init --region sea.example --country THA --host localhost --dir /etc/corridor --data-dir /var/lib/corridor/data --force >/dev/null
  chgrp corridor /etc/corridor/tls/*.key; chmod 0640 /etc/corridor/tls/*.key
  setpriv --reuid corridor --regid corridor --clear-groups corridord --config /etc/corridor/broker.textproto 2>/tmp/log & broker=$!
  for i in $(seq 100); do ! grep -q "\"event\":\"serving\"" /tmp/log || break; sleep 0.2; done
  corridorctl admin check --profile /etc/corridor/operators/first.profile || { cat /tmp/log; exit 1; }
  kill -TERM $broker; wait $broker'
inside "$run; sh -c true"

say "Upgrade to $version.1, with the data of before"
inside "apt-get -qq install -y --no-install-recommends /packages/next/corridord_*.deb /packages/next/corridorctl_*.deb >/dev/null
  [ \"\$(dpkg-query -W -f '\${Version}' corridord)\" = $version.1 ]
  $run"

say "Purge: nothing of the package is left, and what an operator made is kept"
inside 'apt-get -qq purge -y corridord corridorctl >/dev/null
  ! test -e /usr/bin/corridord; ! test -e /usr/bin/corridorctl; ! dpkg -s corridord 2>/dev/null
  test -f /etc/corridor/broker.textproto; test -d /var/lib/corridor/data; id corridor >/dev/null'

say "Install and purge without a configuration: no trace"
inside 'rm -r /etc/corridor /var/lib/corridor
  apt-get -qq install -y --no-install-recommends /packages/corridord_*.deb >/dev/null
  apt-get -qq purge -y corridord >/dev/null
  ! test -e /etc/corridor; ! test -e /var/lib/corridor; ! id corridor 2>/dev/null'

say "The client library, with what it needs"
inside 'apt-get -qq install -y --no-install-recommends /packages/libcorridor-dev_*.deb >/dev/null
  test -f /usr/lib/x86_64-linux-gnu/cmake/corridor/corridor-config.cmake || test -f /usr/lib/cmake/corridor/corridor-config.cmake
  test -f /usr/include/corridor/publisher.h
  apt-get -qq purge -y libcorridor-dev >/dev/null; ! test -e /usr/include/corridor'
say "All of it went as it should"
