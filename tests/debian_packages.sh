#!/bin/sh
# Install what the tests want of Debian: the servers that they start themselves, cron and a browser.
#
# Does so where this is Debian and the user is root. Elsewhere it changes nothing and says what to
# install; the tests that need it are skipped, and say so, too. No server is started by it.
set -eu
packages="postgresql mariadb-server openssl cron util-linux debian-archive-keyring chromium"

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "tests of real servers are skipped without (as root): apt-get install$missing" >&2
    exit 0
fi
# Packages start their servers unless a policy says no; one that is there already stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
echo "installing for the tests:$missing" >&2
# shellcheck disable=SC2086
{ apt-get -qq update && apt-get -qq install -y --no-install-recommends $missing; } >/dev/null || {
    [ -z "${CI:-}" ] || exit 1
    echo "apt-get failed; the tests that need these packages are skipped" >&2
}
