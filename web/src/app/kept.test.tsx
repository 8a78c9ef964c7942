// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { Suspense, useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { kept, shown } from './kept';

afterEach(cleanup);

let put = 0;
function Page({ name }: { name: string }) {
  const [number] = useState(() => ++put);
  return <p>{`page ${name} ${number}`}</p>;
}

const make = () => {
  let loads = 0;
  const part = kept(async () => {
    loads++;
    return { default: Page };
  });
  return { part, loads: () => loads, Shown: shown(part) };
};
const inFrame = (Shown: ReturnType<typeof make>['Shown'], name: string) => <Suspense fallback={<p>loading</p>}><Shown name={name} /></Suspense>;

it('what was fetched before stands at once', async () => {
  const { part, loads, Shown } = make();
  await part();
  render(inFrame(Shown, 'a'));
  screen.getByText(/page a/);
  expect(screen.queryByText('loading')).toBeNull();
  expect(loads()).toBe(1);
});

it('what was not is loaded when it is shown, and stays what it is', async () => {
  const { part, loads, Shown } = make();
  const { rerender } = render(inFrame(Shown, 'a'));
  screen.getByText('loading');
  await act(async () => void (await part()));
  const first = (await screen.findByText(/page a/)).textContent;
  rerender(inFrame(Shown, 'b'));
  expect(screen.getByText(/page b/).textContent).toBe(first?.replace('a ', 'b '));
  expect(loads()).toBeLessThanOrEqual(2);
});

it('a part that failed is asked for again', async () => {
  let tries = 0;
  const part = kept(async () => {
    if (++tries === 1) throw new Error('lost');
    return { default: Page };
  });
  await expect(part()).rejects.toThrow('lost');
  expect(part.here()).toBeUndefined();
  await part();
  expect(part.here()).toBe(Page);
});
