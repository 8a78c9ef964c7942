#!/usr/bin/env bash
# Builds the libFuzzer targets with clang in BUILD-fuzz; replays every seed, always the same; then runs each target for
# SECONDS, two at a time, with a corpus that is kept beside the build. What is found becomes a test beside the code.
set -uo pipefail
build="${1:?build folder}"; seconds="${2:-20}"; root="$(cd "$(dirname "$0")/.." && pwd)"
fuzz="$build-fuzz"
if [ ! -f "$fuzz/build.ninja" ]; then
  cmake -S "$root" -B "$fuzz" -G Ninja -DQIANXIAN_FUZZ=ON -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 >"$fuzz.log" 2>&1 \
    || { cat "$fuzz.log"; echo "fuzz: 0 passed, 1 failed"; exit 1; }
fi
ninja -C "$fuzz" --quiet fuzzers || { echo "fuzz: 0 passed, 1 failed"; exit 1; }

run_one() {  # run_one TARGET: "ok" or "failed" in its .result, the words in its .log
  local target="$1" name corpus seeds log
  name="$(basename "$target")"; corpus="$fuzz/corpus/$name"; log="$fuzz/$name.log"; mkdir -p "$corpus"
  seeds="$root/tests/fuzz/seeds/${name#fuzz_}"
  if ! "$target" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$fuzz/$name-" "$seeds"/* >"$log" 2>&1; then
    echo failed >"$fuzz/$name.result"
  elif [ "$seconds" -eq 0 ]; then
    echo ok >"$fuzz/$name.result"
  elif "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -artifact_prefix="$fuzz/$name-" "$corpus" "$seeds" >"$log" 2>&1; then
    echo ok >"$fuzz/$name.result"
  else
    echo failed >"$fuzz/$name.result"
  fi
}

targets=()
for target in "$fuzz"/tests/fuzz/fuzz_*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  if [ ! -d "$root/tests/fuzz/seeds/$(basename "$target" | sed 's/^fuzz_//')" ]; then
    echo "$(basename "$target") has no seeds in tests/fuzz/seeds"; echo "fuzz: 0 passed, 1 failed"; exit 1
  fi
  targets+=("$target")
done
rm -f "$fuzz"/*.result
running=0
for target in "${targets[@]}"; do
  if [ "$running" -ge 2 ]; then wait -n || true; running=$((running - 1)); fi
  run_one "$target" & running=$((running + 1))
done
wait
passed=0; failed=0
for target in "${targets[@]}"; do
  name="$(basename "$target")"
  if [ "$(cat "$fuzz/$name.result" 2>/dev/null)" = ok ]; then
    passed=$((passed + 1)); echo "$name: $(grep -oE 'Done [0-9]+ runs' "$fuzz/$name.log" | tail -n 1)"
  else
    failed=$((failed + 1)); echo "$name FAILED"; tail -n 25 "$fuzz/$name.log"
  fi
done
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
