// A sheet from the right side (the whole screen on a phone). Focus goes in and comes back; Escape closes.
import { Drawer } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import { useWords } from '../i18n';
import { Icon } from './icons';
import { Look } from './Look';

interface SideSheetProps {
  title: ReactNode;
  width?: number;
  onClose: () => void;
  footer?: ReactNode;
  children: ReactNode;
}

export function SideSheet({ title, width = 720, onClose, footer, children }: SideSheetProps) {
  const { t } = useWords();
  // What was pressed to open it gets the focus back: the sheet goes away with its place in the link, not by its own closing.
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => {
    if (opener instanceof HTMLElement || opener instanceof SVGElement) setTimeout(() => opener.isConnected && opener.focus(), 0);
  }, [opener]);
  return (
    <Look><Drawer
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
    </Drawer></Look>
  );
}
