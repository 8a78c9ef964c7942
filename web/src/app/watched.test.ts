import { afterEach, expect, test } from 'vitest';
import { isServerReachable, onConnectionChange, reportReachable } from '../api/client';
import { tries, watched } from './watched';

let stop = () => {};
afterEach(() => {
  stop();
  reportReachable(true);
});

// The server is found again each time that it is said to be away.
const findAgain = () => {
  stop = onConnectionChange(() => {
    if (!isServerReachable()) queueMicrotask(() => reportReachable(true));
  });
};

test('a part that fails again when the line has just come back is tried until it is there', async () => {
  findAgain();
  let asked = 0;
  const load = watched(() => (++asked < tries ? Promise.reject(new Error('lost')) : Promise.resolve('part')));
  expect(await load()).toBe('part');
  expect(asked).toBe(tries);
});

test('a part that is nowhere fails after the last try', async () => {
  findAgain();
  let asked = 0;
  await expect(watched(() => { asked++; return Promise.reject(new Error('gone')); })()).rejects.toThrow('gone');
  expect(asked).toBe(tries);
});

test('nothing is tried again before the server is back', async () => {
  let asked = 0;
  const loaded = watched(() => (++asked < 2 ? Promise.reject(new Error('lost')) : Promise.resolve('part')))();
  await Promise.resolve();
  await Promise.resolve();
  expect(isServerReachable()).toBe(false);
  expect(asked).toBe(1);
  reportReachable(true);
  expect(await loaded).toBe('part');
});
