// A part of the page that is loaded when it is first shown, or fetched before: then it stands at once. React's lazy alone would show
// its "loading" also for what is already here, and leave that for a third of a second.
import { lazy, useState, type ComponentType } from 'react';

interface Module<P> {
  default: ComponentType<P>;
}

export interface Part<P> {
  (): Promise<Module<P>>;
  // The part itself, once it is here.
  here: () => ComponentType<P> | undefined;
}

export function kept<P>(load: () => Promise<Module<P>>): Part<P> {
  let module: Module<P> | undefined;
  return Object.assign(async () => (module ??= await load()), { here: () => module?.default });
}

// A part that comes with the program.
export const standing = <P,>(page: ComponentType<P>): Part<P> => Object.assign(async () => ({ default: page }), { here: () => page });

export function shown<P extends object>(part: Part<P>): ComponentType<P> {
  const Later = lazy(part) as ComponentType<P>;
  return function Shown(props: P) {
    // Chosen once: what stands must not be put up a second time.
    const [Page] = useState(() => part.here() ?? Later);
    return <Page {...props} />;
  };
}
