// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { casesHref, decodeCases, decodeRecord, encodeCases } from './places';
import { changeSearch, hrefTo, hrefWith, Link, navigate, usePlace } from './router';

afterEach(cleanup);
beforeEach(() => window.history.replaceState(null, '', '/leak?period=2025Q1&group=x'));

function Where() {
  const { path, search } = usePlace();
  return <p>{`${path} ${search.get('period') ?? '-'} ${search.get('group') ?? '-'}`}</p>;
}

it('follows links without loading, but leaves other clicks to the browser', () => {
  render(
    <>
      <Link to="/gaps?period=2025Q1">gaps</Link>
      <Where />
    </>,
  );
  fireEvent.click(screen.getByText('gaps'), { ctrlKey: true });
  screen.getByText('/leak 2025Q1 x');
  fireEvent.click(screen.getByText('gaps'));
  screen.getByText('/gaps 2025Q1 -');
});

it('changes single parameters and keeps the rest', () => {
  render(<Where />);
  act(() => changeSearch({ group: null }));
  screen.getByText('/leak 2025Q1 -');
  act(() => navigate('/?period=2024'));
  screen.getByText('/ 2024 -');
});

it('another page keeps the period only', () => {
  expect(hrefTo('/measures', { m: 'a' })).toBe('/measures?period=2025Q1&m=a');
  expect(hrefWith({ group: '', period: '2024' })).toBe('/leak?period=2024');
});

it('drawers come back from the link', () => {
  const question = { measure: 'm', period: '2025-05..2025-07', diseaseGroup: 'lung', judgement: 'not_met' };
  expect(decodeCases(encodeCases(question))).toEqual(question);
  expect(new URLSearchParams(casesHref(question).split('?')[1]).get('group')).toBe('x');
  expect(decodeCases('measure=m')).toBeNull();
  expect(decodeCases(null)).toBeNull();
  expect(decodeRecord('settlement/S/1')).toEqual({ type: 'settlement', key: 'S/1' });
  expect(decodeRecord('nothing')).toBeNull();
});
