#!/usr/bin/env bash
# Builds the libFuzzer targets with clang in BUILD-fuzz and runs each for SECONDS, with a corpus that is kept beside the build.
set -uo pipefail
build="${1:?build folder}"; seconds="${2:-20}"; root="$(cd "$(dirname "$0")/.." && pwd)"
fuzz="$build-fuzz"
if [ ! -f "$fuzz/build.ninja" ]; then
  cmake -S "$root" -B "$fuzz" -G Ninja -DQIANXIAN_FUZZ=ON -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 >"$fuzz.log" 2>&1 \
    || { cat "$fuzz.log"; echo "fuzz: 0 passed, 1 failed"; exit 1; }
fi
ninja -C "$fuzz" --quiet fuzzers || { echo "fuzz: 0 passed, 1 failed"; exit 1; }
passed=0; failed=0
for target in "$fuzz"/tests/fuzz/fuzz_*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  name="$(basename "$target")"; corpus="$fuzz/corpus/$name"; mkdir -p "$corpus"
  seeds="$root/tests/fuzz/seeds/${name#fuzz_}"; [ -d "$seeds" ] || seeds=""
  if "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$fuzz/$name-" "$corpus" $seeds >"$fuzz/$name.log" 2>&1; then
    passed=$((passed + 1)); echo "$name: $(grep -oE 'Done [0-9]+ runs' "$fuzz/$name.log" | tail -n 1)"
  else
    failed=$((failed + 1)); echo "$name FAILED"; tail -n 25 "$fuzz/$name.log"
  fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
