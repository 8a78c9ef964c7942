// A file made ready on this device, before anything is sent: looked at, and a photo made smaller, because the line is slow.
import { fitted, isPicture, mostBytes, typeOf, type FileFault, type FileType } from './files';

export interface Prepared {
  blob: Blob;
  type: FileType;
}

const quality = 0.85;

// An image element, because every browser turns it as the camera was held before it is drawn.
async function smaller(file: Blob, type: FileType): Promise<Prepared> {
  const url = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const size = fitted(picture.naturalWidth, picture.naturalHeight);
    if (!size) return { blob: file, type };
    const canvas = document.createElement('canvas');
    Object.assign(canvas, size);
    const context = canvas.getContext('2d');
    if (!context) return { blob: file, type };
    // What is transparent would be black in a JPEG.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(picture, 0, 0, size.width, size.height);
    const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    return made ? { blob: made, type: 'image/jpeg' } : { blob: file, type };
  } finally {
    URL.revokeObjectURL(url);
  }
}

export async function prepare(file: File): Promise<Prepared | FileFault> {
  if (file.size === 0) return 'empty';
  try {
    const type = typeOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
    if (!type) return 'type';
    if (!isPicture(type)) {
      // A copy: what was chosen may be moved or changed before there is a network.
      return file.size > mostBytes ? 'tooLarge' : { blob: new Blob([await file.arrayBuffer()], { type }), type };
    }
    const made = await smaller(new Blob([await file.arrayBuffer()], { type }), type);
    return made.blob.size > mostBytes ? 'tooLarge' : made;
  } catch {
    return 'unreadable';
  }
}
