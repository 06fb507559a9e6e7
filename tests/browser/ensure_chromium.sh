#!/bin/sh
# Make sure there is a Chromium for the browser tests. They look for it in the same order:
# $AECORE_CHROMIUM, then the PATH, then Playwright's own.
set -u
python=${1:?usage: ensure_chromium.sh PYTHON}

on_path() {
    command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome
}

if [ -n "${AECORE_CHROMIUM:-}" ]; then
    [ -x "$AECORE_CHROMIUM" ] && exit 0
    echo "AECORE_CHROMIUM names $AECORE_CHROMIUM, which is no program; correct it, or unset it." >&2
    exit 1
fi
on_path >/dev/null && exit 0

if [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
    # The one without windows of its own is the quicker one, where Debian has it. Ubuntu's chromium only points at a snap,
    # so look again whether there is a browser now.
    apt-get update
    for package in chromium-headless-shell chromium; do
        apt-get install -y --no-install-recommends "$package" && on_path >/dev/null && exit 0
    done
fi
"$python" -m playwright install chromium && exit 0

echo "The browser tests need a Chromium: install chromium or google-chrome so that it is on the PATH," \
    "or set AECORE_CHROMIUM to one, then run make test again." >&2
exit 1
