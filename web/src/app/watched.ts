// A part of the page that cannot be fetched is most likely a lost line: say so, wait for the server, try again. A line that
// has just come back may fail once more; after the last try the failure is the caller's.
import { reportReachable, whenReachable } from '../api/client';

export const tries = 4;

export const watched = <T>(load: () => Promise<T>) => async (): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await load();
    } catch (problem) {
      if (attempt === tries) throw problem;
      reportReachable(false);
      await whenReachable();
    }
  }
};
