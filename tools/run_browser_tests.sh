#!/usr/bin/env bash
# Makes a small invented county in a temporary folder, serves it on a free port and walks the page in Debian's Chromium.
set -euo pipefail
build="$(cd "${1:?build folder}" && pwd)"; root="$(cd "$(dirname "$0")/.." && pwd)"
folder="$(mktemp -d)"; server=""
cleanup() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }; rm -rf "$folder"; }
trap cleanup EXIT
"$build/qianxian" demo --data "$folder/data" --size small >"$folder/demo.log" 2>&1 || { tail -n 30 "$folder/demo.log"; exit 1; }
"$build/qianxian" serve --data "$folder/data" --port 0 >"$folder/serve.log" 2>&1 & server=$!
for _ in $(seq 1 200); do
  url="$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$folder/serve.log" | head -n 1 || true)"
  [ -z "$url" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$folder/serve.log"; exit 1; }
  read -rt 0.1 <> <(:) || true
done
[ -n "$url" ] || { cat "$folder/serve.log"; echo "the server did not say its address"; exit 1; }
cat "$folder/data/demo-logins.txt" "$folder/data/admin-password.txt" >"$folder/logins.txt"
cd "$root/web"
QIANXIAN_URL="$url" QIANXIAN_LOGINS="$folder/logins.txt" QIANXIAN_SCREENSHOTS="${QIANXIAN_SCREENSHOTS:-$folder/shots}" \
  npm run --silent e2e
