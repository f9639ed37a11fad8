/** A function that replaces the given secrets, and whatever looks like one by its key, in a text for logs and errors. */
export function createRedactor(secrets: () => readonly string[]): (text: string) => string {
  return (text) => {
    let clean = text.replaceAll(
      /((?:token|personalAccessTokenSecret|password|jwt|x-tableau-auth|authorization)"?\s*[=:]\s*"?)[^"\s,;<>}]+/gi,
      '$1[redacted]',
    );
    // Short ones would hit ordinary words; nobody's secret is that short.
    for (const secret of secrets()) if (secret.length >= 4) clean = clean.replaceAll(secret, '[redacted]');
    return clean;
  };
}
