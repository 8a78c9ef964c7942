#!/usr/bin/env bash
# Runs every C++ test program of the build folder through ctest and counts single test cases.
set -uo pipefail
build="$(cd "${1:?build folder}" && pwd)"
results="$build/test-results"; rm -rf "$results"; mkdir -p "$results"
export GTEST_OUTPUT="xml:$results/" GTEST_BRIEF=1
(cd "$build" && ctest -j2 --output-on-failure --no-tests=error --timeout 600); status=$?
node - "$results" "$status" <<'N'
const fs = require('fs'), path = require('path');
const [folder, status] = process.argv.slice(2);
let passed = 0, failed = 0, skipped = 0; const skips = [];
for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.xml'))) {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  for (const match of text.matchAll(/<testcase name="([^"]*)"[^>]*?classname="([^"]*)"[^>]*?(\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const inner = match[4] ?? '';
    if (inner.includes('<failure')) failed++;
    else if (inner.includes('<skipped')) { skipped++; skips.push(`${match[2]}.${match[1]}: ${(/message="([^"]*)"/.exec(inner) ?? [])[1] ?? ''}`); }
    else passed++;
  }
}
for (const skip of skips.slice(0, 40)) console.log('SKIPPED ' + skip.replace(/&#x0A;/g, ' '));
if (status !== '0' && failed === 0) failed = 1;  // a crash writes no result
console.log(`C++: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
N
