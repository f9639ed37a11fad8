// pg asks whether it runs at Cloudflare. Where there is no `navigator`, as in Node 20, it makes a Response to find out, for
// which Node loads all that `fetch` needs: 30 ms. Newer versions of Node have a `navigator` that says the same.
const isMissing = !('navigator' in globalThis);
if (isMissing) {
  const value = { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
}

/** To be called when pg is loaded: others get to see what Node gives them. */
export function forgetNavigator(): void {
  if (isMissing) Reflect.deleteProperty(globalThis, 'navigator');
}
