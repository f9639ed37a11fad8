import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { generate } from 'selfsigned';

/** Paths of PEM files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A private authority, with its own certificate in `caFile`. */
export interface Authority {
  readonly caFile: string;
  /** A certificate for an address, signed by the authority. */
  sign(name: string, ip: string): Promise<CertificateFiles>;
}

/** Makes a private authority whose files go into a folder. */
export async function createAuthority(folder: string): Promise<Authority> {
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const made = await generate([{ name: 'commonName', value: 'our own authority' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return {
    caFile: await file('ca.pem', made.cert),
    async sign(name, ip) {
      const signed = await generate([{ name: 'commonName', value: name }], {
        algorithm: 'sha256',
        ca: { cert: made.cert, key: made.private },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'subjectAltName', altNames: [{ type: 7, ip }] },
        ],
      });
      return { certFile: await file(`${name}.pem`, signed.cert), keyFile: await file(`${name}.key`, signed.private) };
    },
  };
}
