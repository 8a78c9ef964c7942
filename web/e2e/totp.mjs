// The codes that an authenticator shows (RFC 6238: SHA-1, 30 s, six digits), for the stand-in server and the tests.
import { createHmac } from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const base32 = (bytes) => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
};
const fromBase32 = (text) => Buffer.from((([...text].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('')).match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));

export const stepNow = () => Math.floor(Date.now() / 30_000);

// The present step lasts for some seconds more: a code of the step before, typed now, arrives in time.
export const stepRests = (page) => page.waitForFunction(() => 30_000 - (Date.now() % 30_000) > 10_000);

export function codeOf(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
