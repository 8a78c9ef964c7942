// The two languages, and which one this user reads.
export type Language = 'zh' | 'en';

const key = 'qianxian.language';

export function rememberedLanguage(): Language {
  try {
    const kept = localStorage.getItem(key);
    if (kept === 'zh' || kept === 'en') return kept;
  } catch {
    // Storage switched off: Chinese first.
  }
  return 'zh';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // The choice then lasts as long as the page.
  }
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}
