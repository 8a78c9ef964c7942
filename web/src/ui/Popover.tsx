// A small sheet that opens below its button, at its left or right end, and stays inside the window. It stands beside the button in
// the document: inside its landmark, next in the order of reading and tabbing. Escape and a press elsewhere close it. Our own rather
// than the component library's, so that the first view needs none of that.
import { cloneElement, useEffect, useLayoutEffect, useRef, useState, type ReactElement, type ReactNode, type Ref } from 'react';

interface PopoverProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  placement: 'bottomLeft' | 'bottomRight';
  content: ReactNode;
  children: ReactElement<{ ref?: Ref<HTMLButtonElement>; onClick?: () => void }>;
}

const gap = 12;  // the tip of the arrow fills it
const margin = 8;
const arrowInset = 20;

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

// Where the sheet stands in the window, and where its arrow points. Above the button only where there is no room below but there is above.
export function placeSheet(button: Box, sheet: { width: number; height: number }, view: { width: number; height: number }, placement: PopoverProps['placement']) {
  const ends = [button.left, button.right - sheet.width];
  if (placement === 'bottomRight') ends.reverse();
  const most = view.width - sheet.width - margin;
  const left = ends.find((each) => each >= margin && each <= most) ?? Math.max(margin, Math.min(ends[0], most));
  const above = button.bottom + gap + sheet.height > view.height && button.top - gap - sheet.height >= 0;
  const end = left === button.left ? button.left + arrowInset : button.right - arrowInset;
  const arrow = Math.max(arrowInset, Math.min(end - left, sheet.width - arrowInset));
  return { left, top: above ? button.top - gap - sheet.height : button.bottom + gap, arrow, above };
}

export function Popover({ open, onOpenChange, placement, content, children }: PopoverProps) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      {cloneElement(children, { ref: button, onClick: () => onOpenChange(!open) })}
      {open && <Sheet button={button} placement={placement} close={() => onOpenChange(false)}>{content}</Sheet>}
    </>
  );
}

function Sheet({ button, placement, close, children }: { button: { current: HTMLButtonElement | null }; placement: PopoverProps['placement']; close: () => void; children: ReactNode }) {
  const sheet = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<ReturnType<typeof placeSheet> | null>(null);
  const closing = useRef(close);
  closing.current = close;

  useLayoutEffect(() => {
    const put = () => {
      if (!sheet.current || !button.current) return;
      const { clientWidth: width, clientHeight: height } = document.documentElement;
      const own = { width: sheet.current.offsetWidth, height: sheet.current.offsetHeight };
      const found = placeSheet(button.current.getBoundingClientRect(), own, { width, height }, placement);
      const around = sheet.current.offsetParent ?? document.documentElement;
      const origin = around.getBoundingClientRect();
      setPlace({ ...found, left: found.left - origin.left - around.clientLeft + around.scrollLeft, top: found.top - origin.top - around.clientTop + around.scrollTop });
    };
    put();
    const observer = typeof ResizeObserver === 'undefined' ? null : new ResizeObserver(put);
    if (sheet.current) observer?.observe(sheet.current);
    window.addEventListener('resize', put);
    return () => {
      observer?.disconnect();
      window.removeEventListener('resize', put);
    };
  }, [button, placement]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      if (sheet.current?.contains(document.activeElement)) button.current?.focus();
      closing.current();
    };
    const onPress = (event: Event) => {
      const at = event.target as Node;
      if (!sheet.current?.contains(at) && !button.current?.contains(at)) closing.current();
    };
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', onPress, true);
    return () => {
      document.removeEventListener('keydown', onKey);
      document.removeEventListener('pointerdown', onPress, true);
    };
  }, [button]);

  return (
    <div ref={sheet} className={place?.above ? 'popover popover-above' : 'popover'} style={place ? { left: place.left, top: place.top } : { visibility: 'hidden' }}>
      <span className="popover-arrow" style={{ left: place?.arrow }} aria-hidden="true" />
      {children}
    </div>
  );
}
