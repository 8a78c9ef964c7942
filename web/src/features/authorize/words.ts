// What a scope says, taken apart so that it can be said in a person's words.

export type Verb = 'view' | 'add' | 'change' | 'remove';

export interface Wish {
  word: string;
  // "openid", "offline_access", … or a kind of record ("*": all of them) and what may be done with it.
  identity?: string;
  type?: string;
  verbs: Verb[];
}

const verbOf: [RegExp, Verb][] = [[/[rs]/, 'view'], [/c/, 'add'], [/u/, 'change'], [/d/, 'remove']];

export function wishOf(word: string): Wish {
  const found = /^(?:user|system)\/([A-Za-z]+|\*)\.([cruds]+)$/.exec(word);
  if (!found) return { word, identity: word, verbs: [] };
  return { word, type: found[1], verbs: verbOf.filter(([letters]) => letters.test(found[2])).map(([, verb]) => verb) };
}

// Does this let a program alter what is in the record?
export function alters(wish: Wish): boolean {
  return wish.verbs.some((verb) => verb !== 'view');
}
