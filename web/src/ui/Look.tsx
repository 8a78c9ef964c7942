// What the parts of the component library need around them: its language, our colours and letters. It stands around each page and
// sheet that uses them (app/routes.ts, ui/SideSheet.tsx) and not around the whole, so that the first view needs none of the library.
import { ConfigProvider } from 'antd';
import enLocale from 'antd/locale/en_US';
import zhLocale from 'antd/locale/zh_CN';
import type { ReactNode } from 'react';
import { useLanguage } from '../i18n';
import { fontFamily } from './font';

const noSpaces = { autoInsertSpace: false };
const theme = {
  hashed: false,
  token: { colorPrimary: '#0b5f66', colorLink: '#0b5f66', colorText: '#17242b', colorError: '#a8321f', borderRadius: 6, fontFamily, motion: false },
};

export function Look({ children }: { children: ReactNode }) {
  const language = useLanguage();
  return <ConfigProvider locale={language === 'zh' ? zhLocale : enLocale} button={noSpaces} theme={theme}>{children}</ConfigProvider>;
}
