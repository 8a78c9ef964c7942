// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { draftKey, keepDraft, readDraft, useDraft } from './draft';

beforeEach(() => localStorage.clear());

const empty = { owner: '', note: '' };

describe('a draft', () => {
  it('survives the page and is told as restored', () => {
    const first = renderHook(() => useDraft('wang', 'approve.g1', empty));
    expect(first.result.current.restored).toBe(false);
    act(() => first.result.current.change({ note: '还没有写完' }));
    first.unmount();
    const second = renderHook(() => useDraft('wang', 'approve.g1', empty));
    expect(second.result.current.value).toEqual({ owner: '', note: '还没有写完' });
    expect(second.result.current.restored).toBe(true);
  });
  it('is not another person’s', () => {
    keepDraft(draftKey('wang', 'approve.g1'), { note: '秘密' });
    expect(renderHook(() => useDraft('li', 'approve.g1', empty)).result.current.value).toEqual(empty);
  });
  it('is gone once it was sent', () => {
    const { result } = renderHook(() => useDraft('wang', 'x', empty));
    act(() => result.current.change({ owner: '李' }));
    act(() => result.current.drop());
    expect(readDraft(draftKey('wang', 'x'))).toBeNull();
  });
  it('nothing is kept before something is typed', () => {
    renderHook(() => useDraft('wang', 'y', empty));
    expect(localStorage.length).toBe(0);
  });
  it('ends after a month', () => {
    const day = 86_400_000;
    keepDraft(draftKey('wang', 'old'), { note: 'x' }, 0);
    expect(readDraft(draftKey('wang', 'old'), 29 * day)).toEqual({ note: 'x' });
    expect(readDraft(draftKey('wang', 'old'), 31 * day)).toBeNull();
    expect(localStorage.length).toBe(0);
  });
  it('does without storage', () => {
    vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new Error('full');
    });
    const { result } = renderHook(() => useDraft('wang', 'z', empty));
    act(() => result.current.change({ note: 'still here' }));
    expect(result.current.value.note).toBe('still here');
  });
});
