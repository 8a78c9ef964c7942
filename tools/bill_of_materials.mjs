// What the program is made of, as CycloneDX 1.5 JSON: node tools/bill_of_materials.mjs PROGRAM VERSION > sbom.cdx.json
// Three sources: the shared libraries that the program loads, by their Debian packages; the -dev packages of tools/setup.sh, whose headers
// are built in; and what the two lock files bring into the program and the page (tools for building and testing are not in it).
// The same machine and checkout give the same bytes. Source: https://cyclonedx.org/docs/1.5/json/
import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [program, version] = process.argv.slice(2);
if (!program || !version) {
  console.error('usage: node tools/bill_of_materials.mjs PROGRAM VERSION');
  process.exit(2);
}
const run = (name, ...words) => execFileSync(name, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

// On a merged /usr a library is known to dpkg by one of two paths.
function packageOf(file) {
  for (const path of [file, realpathSync(file), realpathSync(file).replace(/^\/usr/, '')]) {
    try {
      return run('dpkg', '-S', path).split('\n')[0].split(': ')[0].split(',')[0];
    } catch { /* known by another path */ }
  }
  return null;
}

function debian(name, scope) {
  const [plain, release, architecture] = run('dpkg-query', '-W', '-f=${Package} ${Version} ${Architecture}', name).split(' ');
  return { type: 'library', name: plain, version: release, scope, purl: `pkg:deb/debian/${plain}@${encodeURIComponent(release)}?arch=${architecture}&distro=debian-12` };
}

const libraries = run('ldd', program).split('\n').map((line) => /=> (\/\S+)/.exec(line)?.[1] ?? /^\s*(\/\S+)/.exec(line)?.[1]).filter(Boolean);
const loaded = [...new Set(libraries.map(packageOf).filter(Boolean))];
const headers = /BUILD_PACKAGES="([^"]*)"/.exec(readFileSync(join(root, 'tools/setup.sh'), 'utf8'))[1].split(/\s+/).filter((name) => /-dev$/.test(name) && !/gtest/.test(name));

// What a lock file brings that is not for development alone, with the hash that it is fetched by. `direct`: only what the folder itself names; what
// installs DuckDB's header goes nowhere.
function locked(folder, direct = false) {
  const lock = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
  const named = new Set(Object.keys({ ...lock.packages[''].dependencies, ...lock.packages[''].optionalDependencies }).map((name) => `node_modules/${name}`));
  return Object.entries(lock.packages).filter(([path, one]) => path && !one.dev && !one.peer && !one.devOptional && !one.link && !one.extraneous && (!direct || named.has(path))).map(([path, one]) => {
    const name = one.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const [kind, hash] = (one.integrity ?? '').split('-');
    const names = { sha512: 'SHA-512', sha1: 'SHA-1' };
    return {
      type: 'library', name, version: one.version, scope: one.optional ? 'optional' : 'required', purl: `pkg:npm/${name.replace('@', '%40')}@${one.version}`,
      ...(one.license ? { licenses: [/^[\w.-]+$/.test(one.license) ? { license: { id: one.license } } : { expression: one.license }] } : {}),
      ...(names[kind] ? { hashes: [{ alg: names[kind], content: Buffer.from(hash, 'base64').toString('hex') }] } : {}),
    };
  });
}

const components = [...loaded.map((name) => debian(name, 'required')), ...headers.map((name) => debian(name, 'required')), ...locked('third_party', true), ...locked('web')];
const once = [...new Map(components.map((one) => [one.purl, { ...one, 'bom-ref': one.purl }])).values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
console.log(JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1,
  metadata: { component: { type: 'application', name: 'qianxian', version, 'bom-ref': `qianxian@${version}` } }, components: once }, null, 1));
