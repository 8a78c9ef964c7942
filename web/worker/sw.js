// Opens the page with no network: keeps the files of one build (the list and its name are written in when the page is built)
// and answers from them. Answers of the server (/api, /fhir, /health, /oauth2) never pass through here; what a person did without a
// network is kept and sent by the page itself. Nothing is replaced in the middle: a build is taken whole, then used.
const version = '__VERSION__';
const files = __FILES__;
const prefix = 'qianxian-';
const name = prefix + version;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(name).then(async (cache) => {
      // What an older build already had under the same name is the same file.
      for (const file of files) {
        const had = file.startsWith('/assets/') ? await caches.match(file) : undefined;
        if (had) await cache.put(file, had);
        else {
          const answer = await fetch(file, { cache: 'no-cache' });
          if (!answer.ok) throw new Error(`${file}: ${answer.status}`);
          await cache.put(file, answer);
        }
      }
      await self.skipWaiting();
    }),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches.keys().then(async (names) => {
      // The build before stays one round longer: a page that is still open may want a part of it.
      const old = names.filter((each) => each.startsWith(prefix) && each !== name);
      await Promise.all(old.slice(0, -1).map((each) => caches.delete(each)));
      await self.clients.claim();
    }),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== self.location.origin) return;
  if (/^\/(api|fhir|health|oauth2|\.well-known)(\/|$)/.test(address.pathname)) return;
  if (request.mode === 'navigate') {
    event.respondWith(openPage(request));
    return;
  }
  if (address.pathname === '/sw.js') return;
  if (address.pathname.startsWith('/assets/') || files.includes(address.pathname)) event.respondWith(fromHere(request, address.pathname));
});

// A new build is shown as soon as its worker has it whole; until then, and with no network, the one that is here.
async function openPage(request) {
  const cache = await caches.open(name);
  return (await cache.match('/index.html')) ?? fetch(request);
}

async function fromHere(request, path) {
  const own = await (await caches.open(name)).match(path);
  if (own) return own;
  const older = await caches.match(path);
  if (older) return older;
  const answer = await fetch(request);
  if (answer.ok && path.startsWith('/assets/')) {
    const cache = await caches.open(name);
    await cache.put(path, answer.clone());
  }
  return answer;
}
