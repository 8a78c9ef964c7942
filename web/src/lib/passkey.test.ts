// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest';
import { bytesOf, faultOf, isNumber, machineOf, makePasskey, PasskeyError, showPasskey, textOf, whyNoPasskeys, type PasskeyCreation, type PasskeyRequest } from './passkey';

afterEach(() => vi.unstubAllGlobals());

const request: PasskeyRequest = { challenge: 'AAEC_w', rpId: 'localhost', timeout: 1000, userVerification: 'preferred', allowCredentials: [{ type: 'public-key', id: 'AQ', transports: ['usb'] }] };
const bytes = (...values: number[]) => Uint8Array.from(values).buffer;

function browser(credentials: Partial<Record<'get' | 'create', (options: unknown) => Promise<unknown>>>): void {
  vi.stubGlobal('PublicKeyCredential', class {});
  vi.stubGlobal('isSecureContext', true);
  Object.defineProperty(navigator, 'credentials', { value: credentials, configurable: true });
}

it('bytes go as base64url and come back', () => {
  expect([...bytesOf('AAEC_w')]).toEqual([0, 1, 2, 255]);
  expect(textOf(bytes(0, 1, 2, 255))).toBe('AAEC_w');
  expect(textOf(bytes(251, 255))).toBe('-_8');
  expect(textOf(null)).toBe('');
  expect(bytesOf('').length).toBe(0);
});

it('an address of digits is a number', () => {
  expect(['10.1.2.3', '127.0.0.1', '[::1]'].map(isNumber)).toEqual([true, true, true]);
  expect(['localhost', 'county.cn', '3.county.cn', 'server1'].map(isNumber)).toEqual([false, false, false, false]);
});

it('what the browser says becomes a reason', () => {
  const named = (name: string) => faultOf(new DOMException('', name));
  expect(['NotAllowedError', 'AbortError', 'InvalidStateError', 'SecurityError', 'NotSupportedError', 'UnknownError'].map(named))
    .toEqual(['cancelled', 'cancelled', 'already', 'wrongPlace', 'unsupported', 'failed']);
  expect(faultOf(new Error('x'))).toBe('failed');
});

it('without https or a browser that can, nothing is asked', async () => {
  expect(whyNoPasskeys()).toBe('insecure');
  vi.stubGlobal('isSecureContext', true);
  expect(whyNoPasskeys()).toBe('unsupported');
  await expect(showPasskey(request)).rejects.toMatchObject({ fault: 'unsupported' });
});

it('a passkey is shown as the server asks, and answered in its words', async () => {
  let seen: { publicKey?: PublicKeyCredentialRequestOptions } = {};
  browser({
    get: async (options) => {
      seen = options as typeof seen;
      return { rawId: bytes(1), response: { clientDataJSON: bytes(2), authenticatorData: bytes(3), signature: bytes(4), userHandle: null } };
    },
  });
  expect(await showPasskey(request)).toEqual({ id: 'AQ', clientDataJSON: 'Ag', authenticatorData: 'Aw', signature: 'BA', userHandle: '' });
  expect([...new Uint8Array(seen.publicKey?.challenge as ArrayBuffer)]).toEqual([0, 1, 2, 255]);
  expect(seen.publicKey?.allowCredentials?.[0].transports).toEqual(['usb']);
  expect(whyNoPasskeys()).toBe(null);
  browser({ get: async () => Promise.reject(new DOMException('', 'NotAllowedError')) });
  await expect(showPasskey(request)).rejects.toBeInstanceOf(PasskeyError);
});

it('a passkey is made, also where the browser tells no transports', async () => {
  const creation: PasskeyCreation = {
    challenge: 'AAEC_w', rp: { id: 'localhost', name: 'x' }, user: { id: 'AQ', name: 'li', displayName: 'Li' }, timeout: 1000, pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    attestation: 'none', authenticatorSelection: { residentKey: 'preferred', requireResidentKey: false, userVerification: 'preferred' }, excludeCredentials: [],
  };
  browser({ create: async () => ({ rawId: bytes(1), response: { clientDataJSON: bytes(2), attestationObject: bytes(3) } }) });
  expect(await makePasskey(creation)).toEqual({ id: 'AQ', clientDataJSON: 'Ag', attestationObject: 'Aw', transports: [] });
});

it('the machine has its own name', () => {
  expect(machineOf('Mozilla/5.0 (Windows NT 10.0; Win64; x64)')).toBe('Windows');
  expect(machineOf('Mozilla/5.0 (Linux; Android 14)')).toBe('Android');
  expect(machineOf('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)')).toBe('iPhone');
  expect(machineOf('curl')).toBe('');
});
