// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, it } from 'vitest';
import { placeSheet, Popover } from './Popover';

afterEach(cleanup);

function Example() {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Popover open={open} onOpenChange={setOpen} placement="bottomLeft" content={<button type="button">inside</button>}>
        <button type="button" aria-expanded={open}>opener</button>
      </Popover>
      <p>elsewhere</p>
    </div>
  );
}

it('opens and closes by its button, and stands right behind it in the document', () => {
  render(<Example />);
  fireEvent.click(screen.getByText('opener'));
  expect(screen.getByText('opener').nextElementSibling?.contains(screen.getByText('inside'))).toBe(true);
  expect(screen.getByText('opener').getAttribute('aria-expanded')).toBe('true');
  fireEvent.click(screen.getByText('opener'));
  expect(screen.queryByText('inside')).toBeNull();
});

it('closes by Escape, and the focus does not get lost', () => {
  render(<Example />);
  fireEvent.click(screen.getByText('opener'));
  screen.getByText('inside').focus();
  fireEvent.keyDown(screen.getByText('inside'), { key: 'Escape' });
  expect(screen.queryByText('inside')).toBeNull();
  expect(document.activeElement).toBe(screen.getByText('opener'));
});

it('closes by a press elsewhere, not by one inside', () => {
  render(<Example />);
  fireEvent.click(screen.getByText('opener'));
  fireEvent.pointerDown(screen.getByText('inside'));
  screen.getByText('inside');
  fireEvent.pointerDown(screen.getByText('elsewhere'));
  expect(screen.queryByText('inside')).toBeNull();
});

const view = { width: 360, height: 740 };
const button = { left: 196, right: 277, top: 28, bottom: 66 };

it('stands below its button, at the end that was asked for', () => {
  expect(placeSheet(button, { width: 100, height: 200 }, view, 'bottomRight')).toEqual({ left: 177, top: 78, arrow: 80, above: false });
  expect(placeSheet(button, { width: 100, height: 200 }, view, 'bottomLeft')).toEqual({ left: 196, top: 78, arrow: 20, above: false });
});

it('never leaves the window sideways', () => {
  expect(placeSheet(button, { width: 292, height: 200 }, view, 'bottomRight').left).toBe(8);
  expect(placeSheet(button, { width: 292, height: 200 }, view, 'bottomLeft').left).toBe(60);
  // Rather at the other end of its button than pushed off both.
  expect(placeSheet(button, { width: 240, height: 200 }, view, 'bottomLeft')).toMatchObject({ left: 37, arrow: 220 });
});

it('stands above where there is no room below but there is above', () => {
  const low = { left: 10, right: 60, top: 600, bottom: 640 };
  expect(placeSheet(low, { width: 100, height: 200 }, view, 'bottomLeft')).toMatchObject({ top: 388, above: true });
  expect(placeSheet(low, { width: 100, height: 700 }, view, 'bottomLeft')).toMatchObject({ top: 652, above: false });
});
