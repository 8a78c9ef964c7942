import { expect, it } from 'vitest';
import { documentPath, firstTitle, fitted, isPicture, typeOf } from './files';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

it('the first bytes say what a file is', () => {
  expect(typeOf(bytes('\xff\xd8\xff\xe0\0\x10JFIF'))).toBe('image/jpeg');
  expect(typeOf(bytes('\x89PNG\r\n\x1a\n\0'))).toBe('image/png');
  expect(typeOf(bytes('RIFF\x24\0\0\0WEBPVP8 '))).toBe('image/webp');
  expect(typeOf(bytes('%PDF-1.4'))).toBe('application/pdf');
  expect([typeOf(bytes('RIFF\x24\0\0\0WAVEfmt ')), typeOf(bytes('PK\x03\x04')), typeOf(bytes('<svg')), typeOf(bytes(''))]).toEqual([null, null, null, null]);
});

it('a picture that is too large keeps its shape', () => {
  expect(fitted(4000, 3000)).toEqual({ width: 2000, height: 1500 });
  expect(fitted(3024, 4032)).toEqual({ width: 1500, height: 2000 });
  expect(fitted(9000, 2)).toEqual({ width: 2000, height: 1 });
  expect([fitted(2000, 1500), fitted(640, 480)]).toEqual([null, null]);
});

it('a file is called as it was, a photo by its day', () => {
  const title = (name: string, taken: string[] = []) => firstTitle(name, 'image/jpeg', '照片 2026-01-05', taken);
  for (const name of ['IMG_20260105_101112.jpg', 'image.jpg', '1767579072000.jpg', 'mmexport1767579072000.jpg', 'PXL_20260105_101112.jpg', '微信图片_20260105.jpg', '5B2C9E7A-0F11-4D0B-9C60-AB12CD34EF56.jpg', '.jpg']) {
    expect(title(name), name).toBe('照片 2026-01-05');
  }
  expect(title('左足溃疡.jpg')).toBe('左足溃疡');
  expect(title('IMG_2.jpg', ['照片 2026-01-05', '照片 2026-01-05 (2)'])).toBe('照片 2026-01-05 (3)');
  expect(firstTitle('20260105.pdf', 'application/pdf', 'x', [])).toBe('20260105');
});

it('where a document is, and what is shown as a picture', () => {
  expect(documentPath('DocumentReference/document-1f')).toBe('/api/documents/document-1f');
  expect([isPicture('image/webp'), isPicture('image/svg+xml'), isPicture(null), isPicture(undefined), isPicture('')]).toEqual([true, false, false, false, false]);
});
