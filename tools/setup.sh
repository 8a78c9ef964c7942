# Sourced by ./run and ./test: installs what this machine lacks and builds. Every step says what it does; nothing is
# done twice. Packages come from Debian and npm only.
set -euo pipefail
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
BUILD="${QIANXIAN_BUILD:-$ROOT/build}"
say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf '\n\033[1mStopped:\033[0m %s\n' "$*" >&2; exit 1; }

BUILD_PACKAGES="g++ cmake ninja-build mold ccache libsimdjson-dev libboost-dev libcli11-dev libyaml-cpp-dev libargon2-dev
  libicu-dev libre2-dev libzstd-dev libbz2-dev zlib1g-dev libssl-dev libsqlite3-dev libxml2-dev libtomlplusplus-dev libgtest-dev ca-certificates"
TEST_PACKAGES="chromium fonts-noto-cjk zstd bzip2 python3 dpkg-dev clang-14 libclang-rt-14-dev"

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "Debian packages must be installed and this user is not root and has no sudo. Ask an administrator to run: $*"; fi
}

install_packages() {  # install_packages NAME...
  local missing=""
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || fail "this is no Debian machine (no apt-get); these packages are needed:$missing"
  say "Installing Debian packages:$missing"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq || fail "apt-get update failed: is the machine's network up?"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >"/tmp/qianxian-apt.$$" 2>&1 \
    || { tail -n 20 "/tmp/qianxian-apt.$$" >&2; fail "Debian packages could not be installed (see above)"; }
  rm -f "/tmp/qianxian-apt.$$"
}

install_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then install_packages nodejs npm; fi
  local major; major="$(node -p 'process.versions.node.split(".")[0]')"
  [ "$major" -ge 18 ] || fail "node $major is too old; 18 or newer is needed (Debian 12 has it)"
}

npm_install() {  # npm_install FOLDER: only when its lock file changed
  local folder="$1" stamp want
  stamp="$ROOT/$folder/node_modules/.qianxian-lock"
  want="$(sha256sum "$ROOT/$folder/package-lock.json" | cut -d' ' -f1)"
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ] && return 0
  say "Installing npm packages of $folder/"
  (cd "$ROOT/$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail "npm packages of $folder/ could not be installed"
  echo "$want" >"$stamp"
}

build_program() {  # build_program TARGET...
  if [ ! -f "$BUILD/build.ninja" ]; then
    say "Configuring the build in ${BUILD#"$ROOT"/}/"
    cmake -S "$ROOT" -B "$BUILD" -G Ninja >"$ROOT/.cmake.log" 2>&1 || { cat "$ROOT/.cmake.log" >&2; fail "cmake failed (see above)"; }
    rm -f "$ROOT/.cmake.log"
  fi
  local waiting; waiting="$(ninja -C "$BUILD" -n "$@" 2>/dev/null | grep -c '^\[' || true)"
  [ "$waiting" -le 1 ] || say "Building ($waiting steps)"
  ninja -C "$BUILD" --quiet "$@" || fail "the build failed (see above)"
}

build_web() {
  local stamp="$ROOT/web/dist/.qianxian-source" want
  want="$(cd "$ROOT/web" && find . \( -name node_modules -o -name dist -o -name e2e \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1)"
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$want" ] && return 0
  say "Building the web page"
  (cd "$ROOT/web" && npm run --silent build) || fail "the web page could not be built"
  echo "$want" >"$stamp"
}
