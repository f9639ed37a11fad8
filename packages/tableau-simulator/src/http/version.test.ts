import { describe, expect, it } from 'vitest';

import { compareVersions, requireKnownVersion } from './version.ts';

describe('versions', () => {
  it('compare as two integers: 3.9 is older than 3.10', () => {
    expect(compareVersions('3.9', '3.10')).toBeLessThan(0);
    expect(compareVersions('3.10', '3.10')).toBe(0);
    expect(compareVersions('3.0', '2.8')).toBeGreaterThan(0);
  });

  it.each(['2.0', '2.8', '3.0', '3.9', '3.27'])('%s is known to a server of 3.27', (version) => {
    expect(() => requireKnownVersion(version, '3.27')).not.toThrow();
  });

  it.each(['2.9', '3.28', '4.0', '3', 'exp', ''])('%s is not', (version) => {
    expect(() => requireKnownVersion(version, '3.27')).toThrow(expect.objectContaining({ code: '404001' }));
  });
});
