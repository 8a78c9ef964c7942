// The few line icons that the page needs; always beside a word or under a label, so hidden from screen readers.
const paths = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM14 8h6V4h-6zM4 20h6v-4H4z',
  measures: 'M4 20V10M10 20V4M16 20v-7M21 20H3',
  leak: 'M4 6c7 0 6 6 16 6M4 12c7 0 6 6 16 6M17 9l3 3-3 3',
  gaps: 'M12 4l9 16H3zM12 10v4M12 17.2v.3',
  data: 'M12 15V4M8 8l4-4 4 4M4 15v4h16v-4',
  calendar: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  user: 'M12 12a4 4 0 100-8 4 4 0 000 8zM4.5 20c1-4 4-5 7.5-5s6.500 1 7.500 5',
  download: 'M12 4v11M8 11l4 4 4-4M4 19h16',
  table: 'M4 5h16v14H4zM4 10h16M4 14.500h16M10 5v14',
  chart: 'M4 18l5-6 4 3 7-9M4 20h16',
  info: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 11v5M12 7.800v.3',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.500l5 5L19 7',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  camera: 'M4 8h4l1.500-3h5L16 8h4v11H4zM12 16.500a3.500 3.500 0 100-7 3.500 3.500 0 000 7z',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  down: 'M6 9l6 6 6-6',
  right: 'M9 6l6 6-6 6',
  back: 'M15 6l-6 6 6 6',
  plus: 'M12 5v14M5 12h14',
  today: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4M9 15l2 2 4-4',
  inbox: 'M4 13l3-8h10l3 8v6H4zM4 13h5l1.500 3h3l1.500-3h5',
  people: 'M9 12a3.500 3.500 0 100-7 3.500 3.500 0 000 7zM2.500 19c.7-3.200 3-4.500 6.500-4.500s5.800 1.300 6.500 4.500M16 5.300a3.500 3.500 0 010 6.400M18 14.800c2 .6 3.100 1.900 3.500 4.200',
  programme: 'M4 5h16l-6 7v6l-4 2v-8z',
  phone: 'M6 4h4l1.500 4.500-2.500 2a12 12 0 005 5l2-2.500L20.500 14.500V18a2 2 0 01-2.200 2A16 16 0 014 5.700 1.700 1.700 0 016 4z',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 100-6 3 3 0 000 6z',
  eyeOff: 'M4 4l16 16M9.5 5.900A9.500 9.500 0 0112 5.500c6 0 9.500 6.500 9.500 6.500a17 17 0 01-2.800 3.500M6 8a17 17 0 00-3.500 4s3.500 6.500 9.500 6.500a9.500 9.500 0 004-.9M10 10a3 3 0 004 4',
  search: 'M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5',
  send: 'M4 12L20 4l-5 16-3.500-6.500zM11.500 13.500L20 4',
  bell: 'M6 17V11a6 6 0 0112 0v6l1.500 2h-15zM10 21h4',
  clock: 'M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3 2',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
