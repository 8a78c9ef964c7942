// What this device keeps: one IndexedDB with two shelves. `kept` holds answers of the server (lists, forms, people) and drafts,
// `outbox` what was done here and is not yet with the server. A write is on the disk before it is acknowledged where the
// browser can (durability strict), so that a battery that dies in the middle of a form takes nothing with it.
// Where the browser gives no IndexedDB (private windows), a shelf in memory stands in and `isDurable` says so.

export interface Shelf {
  get<T>(store: Store, key: string): Promise<T | undefined>;
  put<T>(store: Store, key: string, value: T): Promise<void>;
  remove(store: Store, key: string): Promise<void>;
  all<T>(store: Store): Promise<[string, T][]>;
  readonly isDurable: boolean;
}

export type Store = 'kept' | 'outbox';

const databaseName = 'qianxian';
const stores: Store[] = ['kept', 'outbox'];

export function memoryShelf(): Shelf {
  const maps = { kept: new Map<string, unknown>(), outbox: new Map<string, unknown>() };
  // What is kept is a copy, as on a disk.
  const copy = <T,>(value: unknown): T => JSON.parse(JSON.stringify(value)) as T;
  return {
    isDurable: false,
    get: async <T,>(store: Store, key: string) => (maps[store].has(key) ? copy<T>(maps[store].get(key)) : undefined),
    put: async (store, key, value) => void maps[store].set(key, copy(value)),
    remove: async (store, key) => void maps[store].delete(key),
    all: async <T,>(store: Store) => [...maps[store]].map(([key, value]) => [key, copy<T>(value)] as [string, T]),
  };
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => stores.forEach((store) => request.result.objectStoreNames.contains(store) || request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('no database'));
    request.onblocked = () => reject(new Error('database blocked'));
  });
}

const answerOf = <T,>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('database error'));
  });

function write(database: IDBDatabase, store: Store, change: (target: IDBObjectStore) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, 'readwrite', { durability: 'strict' });
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error ?? new Error('database error'));
    transaction.onabort = () => reject(transaction.error ?? new Error('database full'));
    change(transaction.objectStore(store));
  });
}

function diskShelf(database: IDBDatabase): Shelf {
  const reading = (store: Store) => database.transaction(store, 'readonly').objectStore(store);
  return {
    isDurable: true,
    get: <T,>(store: Store, key: string) => answerOf(reading(store).get(key) as IDBRequest<T | undefined>),
    put: (store, key, value) => write(database, store, (target) => target.put(value, key)),
    remove: (store, key) => write(database, store, (target) => target.delete(key)),
    all: async <T,>(store: Store) => {
      const source = reading(store);
      const [keys, values] = await Promise.all([answerOf(source.getAllKeys()), answerOf(source.getAll() as IDBRequest<T[]>)]);
      return keys.map((key, index) => [String(key), values[index]] as [string, T]);
    },
  };
}

let opened: Promise<Shelf> | null = null;

export function openShelf(): Promise<Shelf> {
  opened ??= (typeof indexedDB === 'undefined' ? Promise.reject(new Error('none')) : openDatabase()).then(diskShelf).catch(memoryShelf);
  return opened;
}
