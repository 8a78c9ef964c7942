// A stand-in server of its own for one test, so that what it sends does not change the lists of another.
import { startMock } from './mock-server.mjs';

export async function withOwn(world, run) {
  const own = await startMock();
  const { url, states, logins } = world;
  Object.assign(world, { url: own.url, states: new Map(), logins: new Map([...own.mock.users.keys()].map((user) => [user, 'one-time-1'])) });
  try {
    await run(own.mock.care.state, own);
  } finally {
    Object.assign(world, { url, states, logins });
    own.close();
  }
}
