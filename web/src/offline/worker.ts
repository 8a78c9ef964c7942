// The worker that opens the page with no network. Only over https or on this machine: elsewhere a browser gives none, and the
// page works as before.
import { reportReachable } from '../api/client';

export async function registerWorker(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  window.addEventListener('offline', () => reportReachable(false));
  try {
    await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    // Ask the browser not to throw away what is kept here when the device is short of room.
    await navigator.storage?.persist?.();
  } catch {
    // Refused by the browser: the page needs the network to open, what is typed is kept all the same.
  }
}
