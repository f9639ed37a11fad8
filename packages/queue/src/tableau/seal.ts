import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Who a sealed session belongs to; with another identity it doesn't open. */
export interface SealIdentity {
  readonly serverUrl: string;
  readonly siteContentUrl: string;
  readonly principal: string;
  /** The secret of the personal access token: key material, never stored. */
  readonly secret: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts with AES-256-GCM, the key by HKDF-SHA-256 from the secret, bound to server, site and token name. Base64. */
export function seal(identity: SealIdentity, text: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(identity), nonce);
  cipher.setAAD(boundTo(identity));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
}

/** The text, or undefined where it was sealed for another identity, with another secret, or is damaged. */
export function unseal(identity: SealIdentity, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < nonceBytes + tagBytes) return undefined;
  try {
    const decipher = createDecipheriv('aes-256-gcm', deriveKey(identity), bytes.subarray(0, nonceBytes));
    decipher.setAAD(boundTo(identity));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

/** A name for the token at this server that tells nothing about its secret; the same for all sites. */
export function tokenIdOf({ serverUrl, principal, secret }: Omit<SealIdentity, 'siteContentUrl'>): string {
  const info = JSON.stringify(['hyperferry session id', serverUrl, principal]);
  return Buffer.from(hkdfSync('sha256', secret, '', Buffer.from(info), 16)).toString('hex');
}

function deriveKey({ secret }: SealIdentity): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', Buffer.from('hyperferry session key'), 32));
}

function boundTo({ serverUrl, siteContentUrl, principal }: SealIdentity): Buffer {
  return Buffer.from(JSON.stringify([serverUrl, siteContentUrl, principal]));
}
