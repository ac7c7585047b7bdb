# What Sendoff needs on Debian 12 and 13: sourced by src/run and tests/run, the one place where packages are listed.
# Every name exists in both.

build_packages="
  gcc libc6-dev meson ninja-build pkgconf
  libglib2.0-dev libjson-glib-dev libsqlite3-dev
  libavcodec-dev libavfilter-dev libavformat-dev libavutil-dev libswscale-dev
  gettext libadwaita-1-dev adwaita-icon-theme desktop-file-utils
"

# The tests judge the files that Sendoff makes with the ffmpeg and ffprobe programs, and drive the window on a screen
# of their own.
test_packages="
  ffmpeg python3
  xvfb xauth dbus at-spi2-core libglib2.0-bin python3-gi gir1.2-atspi-2.0 python3-xlib fonts-cantarell
  appstream
"

say() {
  printf '%s\n' "$*" >&2
}

# require_packages NAME…: installs what is not there. Everything it prints goes to standard error, so that standard
# output belongs to the program alone.
require_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    for tool in cc meson ninja pkg-config; do
      command -v "$tool" >/dev/null 2>&1 && continue
      say "“$tool” is missing. On Debian 12 and 13 this script installs what it needs; here, please install the"
      say "counterparts of these Debian packages: $(echo "$@")"
      return 1
    done
    return 0
  fi

  installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null \
    | sed -n 's/^installed //p' | tr '\n' ' ') "
  missing=
  for name in "$@"; do
    case "$installed" in
      *" $name "*) ;;
      *) missing="$missing $name" ;;
    esac
  done
  [ -n "$missing" ] || return 0

  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
      say "These packages are missing, and installing them needs an administrator:"
      say "  apt-get install --no-install-recommends$missing"
      return 1
    fi
    as_root=sudo
  fi

  say "Installing what is missing:$missing"
  # A package list that is out of date, or not there yet, is the usual reason for a failure: so it comes first.
  # shellcheck disable=SC2086
  if ! { $as_root apt-get -q update \
    && $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing; } >&2; then
    say "The packages could not be installed. Is there a network connection, and is this Debian 12 or later?"
    return 1
  fi
}
