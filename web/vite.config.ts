// The build: hashed files, no inline script (a strict content policy must hold), a .gz beside every text file.
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { half } from './src/i18n/first';

const compressible = /\.(js|css|html|svg|json|txt|webmanifest)$/;

function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

// The server sends FILE.gz to whoever accepts gzip, so nothing is compressed twice.
function precompress(): Plugin {
  let directory = 'dist';
  return {
    name: 'qianxian-precompress',
    apply: 'build',
    configResolved(config) {
      directory = config.build.outDir;
    },
    closeBundle() {
      for (const path of filesBelow(directory)) {
        if (!compressible.test(path)) continue;
        const content = readFileSync(path);
        const compressed = gzipSync(content, { level: 9 });
        if (compressed.length < content.length) writeFileSync(`${path}.gz`, compressed);
      }
    },
  };
}

// './zh.json?first' and './zh.json?rest': the two halves of a catalogue (src/i18n/first.ts).
function textHalves(): Plugin {
  const wanted = /^(.*\/i18n\/\w+\.json)\?(first|rest)$/;
  return {
    name: 'qianxian-text-halves',
    enforce: 'pre',
    load(id) {
      const match = wanted.exec(id);
      if (!match) return null;
      this.addWatchFile(match[1]);
      return JSON.stringify(half(JSON.parse(readFileSync(match[1], 'utf8')), match[2] === 'first' ? 'first' : 'rest'));
    },
  };
}

// The worker with the list of files that a telephone needs to open the page with no network: the frame, the pages of care, both
// languages. What a director's pages need beside them is kept when it is first used.
function worker(): Plugin {
  const isNeeded = /\/features\/(today|visit|patients|patient|outbox|refer|inbox|signin)\/|\/care\/|\/ui\/Look|\/i18n\/\w+\.json/;
  return {
    name: 'qianxian-worker',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = new Set(['/index.html', '/mark.svg', '/manifest.webmanifest', '/icon-192.png']);
      const need = (name: string): void => {
        const chunk = bundle[name];
        if (!chunk || files.has(`/${name}`)) return;
        files.add(`/${name}`);
        if (chunk.type !== 'chunk') return;
        chunk.imports.forEach(need);
        chunk.viteMetadata?.importedCss.forEach(need);
      };
      for (const chunk of Object.values(bundle)) {
        if (chunk.type === 'chunk' && (chunk.isEntry || isNeeded.test(chunk.facadeModuleId ?? ''))) need(chunk.fileName);
      }
      const list = [...files].sort();
      // index.html names the hashed entry, so that the list changes whenever anything in it does.
      const version = createHash('sha256').update(list.join()).update(readFileSync('index.html')).digest('hex').slice(0, 12);
      const source = readFileSync('worker/sw.js', 'utf8').replace('__VERSION__', version).replace('__FILES__', JSON.stringify(list));
      this.emitFile({ type: 'asset', fileName: 'sw.js', source });
    },
  };
}

const server = process.env.QIANXIAN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [textHalves(), react(), worker(), precompress()],
  build: {
    target: ['es2020', 'chrome87', 'firefox91', 'safari14'],
    manifest: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: {
        manualChunks(id) {
          if (/node_modules\/(react|react-dom|scheduler)\//.test(id)) return 'react';
          if (/node_modules\/(echarts|zrender)\//.test(id)) return 'echarts';
          return undefined;
        },
      },
    },
  },
  server: {
    proxy: { '/api': server, '/health': server, '/fhir': server },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.{ts,tsx}'],
    restoreMocks: true,
  },
} as Parameters<typeof defineConfig>[0]);
