// A titled part of a page.
import { useId, type ReactNode } from 'react';

interface PanelProps {
  title: ReactNode;
  tools?: ReactNode;
  note?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Panel({ title, tools, note, className, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${className ?? ''}`} aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{title}</h2>
        {tools && <div className="panel-tools">{tools}</div>}
      </div>
      {note && <p className="panel-note">{note}</p>}
      {children}
    </section>
  );
}
