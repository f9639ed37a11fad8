import { defineCodes } from '../error-code.ts';

export const processCodes = defineCodes({
  PORT_IN_USE: { retryable: false, exit: 4, http: 500, next: 'Choose another port with --port, or 0 for a free one.' },
  LISTEN_REFUSED: {
    retryable: false,
    exit: 4,
    http: 500,
    next: 'Bind 127.0.0.1, or configure authentication before listening on other addresses.',
  },
  HTTP_HOST_FOREIGN: {
    retryable: false,
    exit: 4,
    http: 403,
    next: 'Open the address that the dashboard printed at its start.',
  },
  HTTP_ORIGIN_FOREIGN: {
    retryable: false,
    exit: 4,
    http: 403,
    next: 'Send the request from the page itself, not from another site.',
  },
  HTTP_PAGE_UNKNOWN: { retryable: false, exit: 4, http: 404, next: 'Begin at the list of runs.' },
  HTTP_CONTENT_TYPE: { retryable: false, exit: 4, http: 415, next: 'Send application/json.' },
  SETUP_CACHE_NOT_WRITABLE: {
    retryable: false,
    exit: 4,
    http: 500,
    next: 'Set XDG_CACHE_HOME to a folder that you may write.',
  },
  SETUP_DOWNLOAD_FAILED: {
    retryable: true,
    exit: 6,
    http: 500,
    next: 'Check the network and the settings of what could not be reached, the npm registry or the package archive, then run again: npm run setup; for the engine alone: npx hyperferry-hyper-install.',
  },
  SIMULATOR_FAILED: { retryable: false, exit: 1, http: 500, next: 'See the message of the simulator.' },
});
