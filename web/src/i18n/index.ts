// One catalogue per language. Chinese, which most read, comes with the program; English is loaded by who reads it. A missing key is an error, never a silent fallback.
import i18next from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import type { Text } from '../api/types';
import chinese from './zh.json';
import { rememberLanguage, rememberedLanguage, type Language } from './language';

type Catalogue = Record<string, unknown>;
const catalogues: Record<Language, () => Promise<{ default: Catalogue }>> = {
  zh: () => Promise.resolve({ default: chinese }),
  en: () => import('./en.json'),
};

async function load(language: Language): Promise<void> {
  if (i18next.hasResourceBundle(language, 'translation')) return;
  const { default: catalogue } = await catalogues[language]();
  i18next.addResourceBundle(language, 'translation', catalogue);
}

export async function startLanguages(): Promise<void> {
  const language = rememberedLanguage();
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
  await load(language);
  rememberLanguage(language);
}

export async function switchLanguage(language: Language): Promise<void> {
  await load(language);
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
