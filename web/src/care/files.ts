// What may be attached to somebody's record: photos and PDFs. What a file is, its first bytes say, as they do for the server: a name can say anything.
export const mostBytes = 10 * 1024 * 1024;
export const mostMegabytes = 10;
export const mostPixels = 2000;
export const pictureTypes = 'image/jpeg,image/png,image/webp';
export const fileTypes = `${pictureTypes},application/pdf`;

export type FileType = 'image/jpeg' | 'image/png' | 'image/webp' | 'application/pdf';
export type FileFault = 'empty' | 'type' | 'tooLarge' | 'unreadable';

const starts: [FileType, (number | null)[]][] = [
  ['image/jpeg', [0xff, 0xd8, 0xff]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/webp', [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50]],
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
];

export const typeOf = (bytes: Uint8Array): FileType | null =>
  starts.find(([, start]) => start.every((byte, index) => byte === null || bytes[index] === byte))?.[0] ?? null;

export const isPicture = (contentType: string | null | undefined): boolean => pictureTypes.split(',').includes(contentType ?? '');
export const isPdf = (contentType: string | null | undefined): boolean => contentType === 'application/pdf';

// How large a picture becomes that is wider or taller than it has to be; null: it may stay.
export function fitted(width: number, height: number): { width: number; height: number } | null {
  const longer = Math.max(width, height);
  if (longer <= mostPixels) return null;
  const part = (pixels: number) => Math.max(1, Math.round((pixels * mostPixels) / longer));
  return { width: part(width), height: part(height) };
}

// What a camera or a chat calls a picture tells nobody what is on it.
const saysNothing = (name: string): boolean =>
  /^[0-9a-f-]{16,}$/i.test(name) || name.replace(/img|image|dsc[nf]?|pxl|photo|mmexport|wx_camera|screenshot|微信图片|\d|[\s_().~-]/gi, '') === '';

// What a file is called at first: `photo` where its own name says nothing, and a number where another is called so.
export function firstTitle(fileName: string, type: FileType, photo: string, taken: string[]): string {
  const bare = fileName.replace(/\.[^.]*$/, '').trim();
  const title = (isPicture(type) && saysNothing(bare)) || bare === '' ? photo : bare;
  let number = 1;
  const numbered = () => (number === 1 ? title : `${title} (${number})`);
  while (taken.includes(numbered())) number++;
  return numbered();
}

// Where the bytes of a document are.
export const documentPath = (reference: string): string => `/api/documents/${encodeURIComponent(reference.slice(reference.indexOf('/') + 1))}`;
