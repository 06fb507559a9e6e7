#!/bin/sh
# Make sure there are the servers that a hall needs: Redis or Valkey, nginx and its module nchan. Where they cannot be
# installed, the tests that need them say so and are skipped.
set -u

if command -v redis-server || command -v valkey-server; then store=""; else store=redis-server; fi >/dev/null
if command -v nginx || [ -x /usr/sbin/nginx ]; then nginx=""; else nginx=nginx-light; fi >/dev/null
nchan=/usr/lib/nginx/modules/ngx_nchan_module.so
if [ -e "$nchan" ]; then nchan=""; else nchan=libnginx-mod-nchan; fi
wanted="$store $nginx $nchan"
[ -z "$(echo "$wanted" | tr -d ' ')" ] && exit 0

if [ ! -f /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
    echo "The tests of a hall need $wanted: those are skipped. On Debian, as root: apt-get install $wanted"
    exit 0
fi

# Debian starts what it installs; the tests start their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update
# shellcheck disable=SC2086  # these are several words
apt-get install -y --no-install-recommends $wanted ||
    echo "The servers $wanted could not be installed: the tests of a hall that need them are skipped."
exit 0
