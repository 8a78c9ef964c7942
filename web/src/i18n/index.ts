// One catalogue per language, in two halves: what the first view needs, and the rest, which comes with the first other part of the
// page (app/routes.ts). The first half of Chinese, which most read, comes with the program. A missing key is an error, never a silent fallback.
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Text } from '../api/types';
import chinese from './zh.json?first';
import { rememberLanguage, rememberedLanguage, type Language } from './language';

type Texts = Promise<{ default: Record<string, unknown> }>;
const halves: Record<Language, { first: () => Texts; rest: () => Texts }> = {
  zh: { first: () => Promise.resolve({ default: chinese }), rest: () => import('./zh.json?rest') },
  en: { first: () => import('./en.json?first'), rest: () => import('./en.json?rest') },
};
const had = new Set<string>();

async function load(language: Language, half: 'first' | 'rest'): Promise<void> {
  const name = `${language} ${half}`;
  if (had.has(name)) return;
  const { default: texts } = await halves[language][half]();
  // Into what is there already: a space may have texts in both halves.
  if (!had.has(name)) i18next.addResourceBundle(language, 'translation', texts, true);
  had.add(name);
}

let current: Language = 'zh';
let wantsAll = false;

// Whatever is not in the first view waits for it.
export async function loadAllTexts(): Promise<void> {
  wantsAll = true;
  await load(current, 'rest');
}

export async function startLanguages(): Promise<void> {
  const language = rememberedLanguage();
  current = language;
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    returnNull: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
    saveMissing: true,
    missingKeyHandler: (_languages, _namespace, key) => console.error(`no text for "${key}"`),
  });
  await load(language, 'first');
  rememberLanguage(language);
}

export async function switchLanguage(language: Language): Promise<void> {
  await load(language, 'first');
  if (wantsAll) await load(language, 'rest');
  current = language;
  rememberLanguage(language);
  await i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === 'en' ? 'en' : 'zh';
}

// A text that the server gave in both languages.
export function pick(text: Text | null | undefined, language: Language): string {
  if (!text) return '';
  return (language === 'en' ? text.en || text.zh : text.zh || text.en) ?? '';
}

export function useText(): (text: Text | null | undefined) => string {
  const language = useLanguage();
  return (text) => pick(text, language);
}

export { useTranslation as useWords };
