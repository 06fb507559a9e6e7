#!/bin/sh
# Make sure there is a Chromium for the browser tests. They look for it in the same order:
# $AECORE_CHROMIUM, then the PATH, then Playwright's own.
set -u
python=${1:?usage: ensure_chromium.sh PYTHON}

on_path() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}

if [ -n "${AECORE_CHROMIUM:-}" ]; then
    [ -x "$AECORE_CHROMIUM" ] && exit 0
    echo "AECORE_CHROMIUM names $AECORE_CHROMIUM, which is no program; correct it, or unset it." >&2
    exit 1
fi
on_path >/dev/null && exit 0

if [ -f /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
    # Ubuntu's package of this name only points at a snap, so look again whether there is a browser now.
    apt-get update && apt-get install -y --no-install-recommends chromium && on_path >/dev/null && exit 0
fi
"$python" -m playwright install chromium && exit 0

echo "The browser tests need a Chromium: install chromium or google-chrome so that it is on the PATH," \
    "or set AECORE_CHROMIUM to one, then run make test again." >&2
exit 1
