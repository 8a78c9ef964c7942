// The build: hashed files, no inline script (a strict content policy must hold), a .gz beside every text file.
import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

const server = process.env.QIANXIAN_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), precompress()],
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
