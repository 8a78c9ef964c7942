// Passkeys as the browser does them (WebAuthn level 2): asked with what the server says, answered in its words. Bytes go as base64url.
export interface PasskeyDescriptor {
  type: 'public-key';
  id: string;
  transports: string[];
}

export interface PasskeyRequest {
  challenge: string;
  rpId: string;
  timeout: number;
  userVerification: UserVerificationRequirement;
  allowCredentials: PasskeyDescriptor[];
}

export interface PasskeyCreation {
  challenge: string;
  rp: { id: string; name: string };
  user: { id: string; name: string; displayName: string };
  timeout: number;
  pubKeyCredParams: { type: 'public-key'; alg: number }[];
  attestation: AttestationConveyancePreference;
  authenticatorSelection: { residentKey: ResidentKeyRequirement; requireResidentKey: boolean; userVerification: UserVerificationRequirement };
  excludeCredentials: PasskeyDescriptor[];
}

export interface PasskeyAnswer {
  id: string;
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
  userHandle: string;
}

export interface MadePasskey {
  id: string;
  clientDataJSON: string;
  attestationObject: string;
  transports: string[];
}

// Why there is none: the person said no or waited too long; the browser has none; the page stands where none can be; one is there already.
export type PasskeyFault = 'cancelled' | 'unsupported' | 'insecure' | 'number' | 'wrongPlace' | 'already' | 'failed';

export class PasskeyError extends Error {
  readonly fault: PasskeyFault;
  constructor(fault: PasskeyFault) {
    super(fault);
    this.name = 'PasskeyError';
    this.fault = fault;
  }
}

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

export function textOf(bytes: ArrayBuffer | null): string {
  const plain = Array.from(new Uint8Array(bytes ?? new ArrayBuffer(0)), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

// Passkeys belong to a name: an address of digits has none.
export const isNumber = (host: string): boolean => host.startsWith('[') || /^\d+$/.test(host.split('.').at(-1) ?? '');

// Null: they can be asked for here.
export function whyNoPasskeys(): PasskeyFault | null {
  if (isNumber(window.location.hostname)) return 'number';
  if (!window.isSecureContext) return 'insecure';
  return typeof window.PublicKeyCredential === 'function' && navigator.credentials ? null : 'unsupported';
}

const faults: Record<string, PasskeyFault> = {
  NotAllowedError: 'cancelled', AbortError: 'cancelled', InvalidStateError: 'already', SecurityError: 'wrongPlace', NotSupportedError: 'unsupported',
};
export const faultOf = (problem: unknown): PasskeyFault => (problem instanceof DOMException ? faults[problem.name] ?? 'failed' : 'failed');

const described = (list: PasskeyDescriptor[]): PublicKeyCredentialDescriptor[] =>
  list.map(({ type, id, transports }) => ({ type, id: bytesOf(id), transports: transports as AuthenticatorTransport[] }));

async function asked(ask: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  const why = whyNoPasskeys();
  if (why) throw new PasskeyError(why);
  let found: Credential | null;
  try {
    found = await ask();
  } catch (problem) {
    throw new PasskeyError(faultOf(problem));
  }
  if (!found) throw new PasskeyError('failed');
  return found as PublicKeyCredential;
}

export async function showPasskey(request: PasskeyRequest): Promise<PasskeyAnswer> {
  const found = await asked(() => navigator.credentials.get({
    publicKey: { ...request, challenge: bytesOf(request.challenge), allowCredentials: described(request.allowCredentials) },
  }));
  const answer = found.response as AuthenticatorAssertionResponse;
  return {
    id: textOf(found.rawId), clientDataJSON: textOf(answer.clientDataJSON), authenticatorData: textOf(answer.authenticatorData),
    signature: textOf(answer.signature), userHandle: textOf(answer.userHandle),
  };
}

export async function makePasskey(creation: PasskeyCreation): Promise<MadePasskey> {
  const made = await asked(() => navigator.credentials.create({
    publicKey: {
      ...creation, challenge: bytesOf(creation.challenge), user: { ...creation.user, id: bytesOf(creation.user.id) }, excludeCredentials: described(creation.excludeCredentials),
    },
  }));
  const answer = made.response as AuthenticatorAttestationResponse;
  return {
    id: textOf(made.rawId), clientDataJSON: textOf(answer.clientDataJSON), attestationObject: textOf(answer.attestationObject),
    transports: typeof answer.getTransports === 'function' ? answer.getTransports() : [],  // Safari before 16 has none
  };
}

// What the person sees before naming it: the kind of machine, by its own name.
export function machineOf(agent: string): string {
  const kinds: [RegExp, string][] = [[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/HarmonyOS|OpenHarmony/, 'HarmonyOS'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/Mac OS X/, 'Mac'], [/Linux/, 'Linux']];
  return kinds.find(([kind]) => kind.test(agent))?.[1] ?? '';
}
