// A sheet from the right side (the whole screen on a phone). Focus goes in and comes back; Escape closes.
import { Drawer } from 'antd';
import type { ReactNode } from 'react';
import { useWords } from '../i18n';
import { Icon } from './icons';

interface SideSheetProps {
  title: ReactNode;
  width?: number;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
}

export function SideSheet({ title, width = 720, onClose, footer, children }: SideSheetProps) {
  const { t } = useWords();
  return (
    <Drawer
      open
      size={Math.min(width, window.innerWidth)}
      onClose={onClose}
      closable={false}
      footer={footer}
      rootClassName="side-sheet"
      title={
        <div className="side-sheet-head">
          <div className="side-sheet-title">{title}</div>
          <button type="button" className="tool icon-only" aria-label={t('common.close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
      }
    >
      {children}
    </Drawer>
  );
}
