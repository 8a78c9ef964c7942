// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { startLanguages } from '../i18n';
import { PasswordInput } from './PasswordInput';

beforeAll(() => startLanguages());
afterEach(cleanup);

it('what is typed can be shown and hidden again', () => {
  render(<PasswordInput aria-label="password" defaultValue="Meadow-12" />);
  const field = screen.getByLabelText('password') as HTMLInputElement;
  const eye = screen.getByRole('button');
  expect(field.type).toBe('password');
  fireEvent.click(eye);
  expect(field.type).toBe('text');
  expect(field.value).toBe('Meadow-12');
  expect(eye.getAttribute('aria-pressed')).toBe('true');
  fireEvent.click(eye);
  expect(field.type).toBe('password');
});
