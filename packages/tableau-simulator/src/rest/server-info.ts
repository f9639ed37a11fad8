import { element, textElement } from '../http/element.ts';
import { reply, type Reply } from '../http/reply.ts';
import type { RequestContext } from '../http/request-context.ts';

/** `GET /serverinfo`: without sign-in, in any API version. */
export function serverInfo({ world }: RequestContext): Reply {
  return reply(
    200,
    element('serverInfo', {}, [
      textElement('productVersion', world.seed.productVersion, { build: world.seed.build }),
      textElement('restApiVersion', world.seed.apiVersion),
    ]),
  );
}
