// The two halves of a catalogue (vite.config.ts, textHalves): what the first view needs, and the rest.
declare module '*.json?first' {
  const texts: Record<string, Record<string, string>>;
  export default texts;
}
declare module '*.json?rest' {
  const texts: Record<string, Record<string, string>>;
  export default texts;
}
