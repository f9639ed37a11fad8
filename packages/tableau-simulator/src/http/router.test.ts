import { describe, expect, it } from 'vitest';

import { noContent } from './reply.ts';
import { matchRoute, route } from './router.ts';

const routes = [
  route('list', 'GET', 'sites/:site/things', noContent),
  route('tag', 'DELETE', 'sites/:site/things/:thing/tags/*label', noContent),
  route('upload', 'PUT', 'sites/:site/fileUploads/:upload', noContent),
];

describe('matchRoute', () => {
  it('matches literal segments in any case and decodes parameters', () => {
    expect(matchRoute(routes, 'GET', 'Sites/a%20b/THINGS')).toMatchObject({
      kind: 'found',
      parameters: { site: 'a b' },
    });
  });

  it('takes colons raw and escaped', () => {
    for (const id of ['7:ab-1:0', '7%3Aab-1%3A0']) {
      expect(matchRoute(routes, 'PUT', `sites/s/fileUploads/${id}`)).toMatchObject({
        parameters: { upload: '7:ab-1:0' },
      });
    }
  });

  it('takes the rest of the path, slashes included; a plus stays a plus', () => {
    const match = matchRoute(routes, 'DELETE', 'sites/s/things/t/tags/x/y%20z%2Fé+1');
    expect(match).toMatchObject({ parameters: { label: 'x/y z/é+1' } });
  });

  it('tells a wrong method from an unknown path', () => {
    expect(matchRoute(routes, 'POST', 'sites/s/things').kind).toBe('wrongMethod');
    expect(matchRoute(routes, 'GET', 'sites/s/nothing').kind).toBe('unknown');
  });
});
