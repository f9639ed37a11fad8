import type { Client, Submittable } from 'pg';

import type { Wire, WireField, WireRow } from './wire.ts';

/** What a statement does with what comes back. None of these may wait. */
export interface StatementSink {
  columns?(fields: readonly WireField[], wire: Wire): void;
  row?(row: WireRow, wire: Wire): void;
  /** The engine asks for the data of `COPY … FROM STDIN` or `external(STDIN, …)`. */
  copyIn?(wire: Wire): void;
  /** A piece of the answer to `COPY … TO STDOUT`. */
  copyOut?(chunk: Buffer, wire: Wire): void;
}

/**
 * Sends one SQL text over the simple query protocol and resolves with its command tag (`COPY 5`) when the engine is ready again.
 * pg's own Query class can neither feed `external(STDIN)` nor hold back a fast result, so this speaks to its connection directly:
 * https://www.postgresql.org/docs/current/protocol-flow.html
 */
export async function runStatement(client: Client, sql: string, sink: StatementSink): Promise<string> {
  return await new Promise((resolve, reject) => {
    let tag = '';
    let wire: Wire | undefined;
    let failure: Error | undefined;
    // A throw in here would surface in pg's socket listener and end the process.
    const guarded = (act: () => void) => {
      if (failure !== undefined) return;
      try {
        act();
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    };
    const statement = {
      submit(connection: unknown) {
        wire = connection as Wire;
        wire.query(sql);
        return null;
      },
      handleRowDescription(message: { fields: WireField[] }) {
        guarded(() => sink.columns?.(message.fields, wire as Wire));
      },
      handleDataRow(message: { fields: (string | null)[] }) {
        guarded(() => sink.row?.(message.fields, wire as Wire));
      },
      handleCopyInResponse(connection: unknown) {
        const target = connection as Wire;
        if (sink.copyIn === undefined) target.sendCopyFail('no data was given for STDIN');
        else guarded(() => sink.copyIn?.(target));
      },
      handleCopyData(message: { chunk: Buffer }) {
        guarded(() => sink.copyOut?.(message.chunk, wire as Wire));
      },
      handleCommandComplete(message: { text: string }) {
        tag = message.text;
      },
      handleEmptyQuery() {},
      handlePortalSuspended() {},
      handleError(error: Error) {
        reject(failure ?? error);
      },
      handleReadyForQuery() {
        if (failure === undefined) resolve(tag);
        else reject(failure);
      },
    };
    client.query(statement as unknown as Submittable);
  });
}

/** The number at the end of a command tag: rows copied, inserted, changed; 0 for statements that change none. */
export function affectedRows(tag: string): number {
  const match = /^(?:COPY|INSERT|UPDATE|DELETE|MERGE)\b.*?(\d+)$/.exec(tag);
  return match === null ? 0 : Number(match[1]);
}
