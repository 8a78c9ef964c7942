#!/usr/bin/env bash
# Makes a small invented county in a temporary folder and walks the page in Debian's Chromium: two lanes at once, each with a server and a copy
# of the county of its own. Ends with one line that counts both.
set -euo pipefail
build="$(cd "${1:?build folder}" && pwd)"; root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$(mktemp -d)"; running=()
cleanup() {
  for each in "${running[@]}"; do kill "$each" 2>/dev/null || true; wait "$each" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap cleanup EXIT
"$build/qianxian" demo --data "$folder/1" --size small --drop-files >"$folder/demo.log" 2>&1 || { tail -n 30 "$folder/demo.log"; exit 1; }
cp -r "$folder/1" "$folder/2"

walk() {  # walk LANE FILES: serves the county of this lane and runs the tests of these files; its pages' words go to the lane's log too
  local data="$folder/$1" url=""
  server=""  # not local: what runs at the end of this lane runs outside of this function
  "$build/qianxian" serve --data "$data" --port 0 >"$data.serve.log" 2>&1 & server=$!
  trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
  for _ in $(seq 1 300); do
    url="$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$data.serve.log" | head -n 1 || true)"
    [ -z "$url" ] || break
    kill -0 "$server" 2>/dev/null || { cat "$data.serve.log"; return 1; }
    read -rt 0.1 <> <(:) || true
  done
  [ -n "$url" ] || { cat "$data.serve.log"; echo "the server did not say its address"; return 1; }
  cat "$data/demo-logins.txt" "$data/admin-password.txt" >"$data.logins.txt"
  QIANXIAN_URL="$url" QIANXIAN_LOGINS="$data.logins.txt" QIANXIAN_FILES="$2" QIANXIAN_AGAIN=1 \
    QIANXIAN_SCREENSHOTS="${QIANXIAN_SCREENSHOTS:-$folder/shots}" npm run --silent e2e | tee "$data.log"
}

cd "$root/web"
status=0
(walk 1 1,2,3,4,5,6) & running+=($!)
(walk 2 7,8,9) & running+=($!)
for each in "${running[@]}"; do wait "$each" || status=1; done
running=()
sum() { cat "$folder"/[12].log 2>/dev/null | grep -E '^[0-9]+ passed, ' | grep -oE "[0-9]+ $1" | awk '{ n += $1 } END { print n + 0 }'; }
printf '%d passed, %d failed, %d skipped\n' "$(sum passed)" "$(sum failed)" "$(sum skipped)"
exit "$status"
