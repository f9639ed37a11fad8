import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { type FileStorage, isFile, type StatEntry } from '@flystorage/file-storage';
import { type ArtifactRef, artifactRefSchema } from '@hyperferry/schema';

import { ArtifactError, toArtifactError } from './errors.ts';
import { createMeter, type Meter } from './meter.ts';

export interface ArtifactOptions {
  readonly signal?: AbortSignal;
}

/** A file as it stands in the store, half artifacts included. */
export interface StoredFile {
  readonly key: string;
  /** When it was written to last, in ms by the store's clock. */
  readonly touchedAtMs: number;
}

/**
 * Files under keys: what one stage made and another one needs. Written whole or not at all, never changed, read by
 * reference: size and hash are checked before anything is handed out.
 */
export interface ArtifactStore {
  /** Where the artifacts are, for messages and the inventory of workers: no secrets. */
  readonly location: string;
  /** False when workers on other hosts can't see the same artifacts. */
  readonly shared: boolean;
  /** The folder of a store on a file system, where `openFile` makes no copies; undefined for others. */
  readonly folder: string | undefined;
  /** Streams bytes in and takes their size and hash on the way. @throws {ArtifactError} DISK_FULL, ARTIFACT_STORE_FAILED */
  put(key: string, content: Readable, options?: ArtifactOptions): Promise<ArtifactRef>;
  putFile(key: string, path: string, options?: ArtifactOptions): Promise<ArtifactRef>;
  putJson(key: string, value: unknown, options?: ArtifactOptions): Promise<ArtifactRef>;
  /** Copies the artifact to `path` and checks size and hash. @throws {ArtifactError} ARTIFACT_MISSING, ARTIFACT_CORRUPT */
  fetch(ref: ArtifactRef, path: string, options?: ArtifactOptions): Promise<void>;
  /**
   * A local file with the checked bytes of the artifact: the store's own file where it has one, else a copy at
   * `copyPath`. Don't change or delete it.
   */
  openFile(ref: ArtifactRef, copyPath: string, options?: ArtifactOptions): Promise<string>;
  fetchJson(ref: ArtifactRef, options?: ArtifactOptions): Promise<unknown>;
  /** The content of a key without a check, for readers that have no reference; undefined when absent. */
  read(key: string, options?: ArtifactOptions): Promise<Readable | undefined>;
  /** Whether there is an artifact of this key. */
  exists(key: string, options?: ArtifactOptions): Promise<boolean>;
  /** The names directly below a prefix that go on: of `runs` the runs. In no order; may be many. */
  listFolders(prefix: string, options?: ArtifactOptions): AsyncIterable<string>;
  /** All files below a prefix; none where there is nothing. In no order. */
  listFiles(prefix: string, options?: ArtifactOptions): AsyncIterable<StoredFile>;
  /** Removes one file; absent is fine. */
  delete(key: string, options?: ArtifactOptions): Promise<void>;
  /** Removes everything below a prefix; absent is fine. */
  deletePrefix(prefix: string, options?: ArtifactOptions): Promise<void>;
  /**
   * Removes what writers that were killed left below `folder`: half artifacts that nobody has written to for
   * `untouchedForMs`, of the keys that go on with one of `names`.
   */
  removeParts(folder: string, names: readonly string[], untouchedForMs: number): Promise<void>;
  /** Ends connections, if there are any. */
  close(): void;
}

/** Names of artifacts that are still being written. */
const PART = /\.part-\d+-[a-z0-9]+$/;

/** JSON artifacts (specs, profiles, reports) are small; more than this is a damaged store. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

export interface StoreOptions {
  readonly storage: FileStorage;
  readonly location: string;
  readonly shared: boolean;
  /** True when a write appears whole or not at all by itself. */
  readonly atomicWrites?: boolean;
  readonly close?: () => void;
  /** Where each key is a file of its own. */
  readonly folder?: string;
}

export function createStore(options: StoreOptions): ArtifactStore {
  const { storage, location, shared, folder, atomicWrites = false } = options;
  const put = async (key: string, content: Readable, options: ArtifactOptions = {}): Promise<ArtifactRef> => {
    checkKey(key, () => content.on('error', () => {}).destroy());
    const meter = createMeter();
    // A reader must never see half an artifact: write beside, then rename.
    const partKey = atomicWrites ? key : `${key}.part-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
    try {
      // Both at once: an error of either side destroys the other, and is the one that is reported.
      await Promise.all([
        pipeline(content, meter.stream, abortSignal(options)),
        storage.write(partKey, meter.stream, abortable(options)),
      ]);
      if (!atomicWrites) await storage.moveFile(partKey, key, abortable(options));
    } catch (error) {
      content.destroy();
      if (!atomicWrites) await storage.deleteFile(partKey).catch(() => {});
      throw toArtifactError(error, `write ${key}`);
    }
    return { key, sizeBytes: meter.sizeBytes(), sha256: meter.sha256() };
  };

  const open = async (key: string, options: ArtifactOptions): Promise<Readable> => {
    checkKey(key);
    try {
      const entry = await storage.stat(key, abortable(options));
      if (!isFile(entry)) throw new ArtifactError('ARTIFACT_MISSING', `artifact not found: ${key}`);
      // The library's stream would leave the file open when reading ends early.
      return folder === undefined ? await storage.read(key, abortable(options)) : createReadStream(join(folder, key));
    } catch (error) {
      throw toArtifactError(error, `read ${key}`);
    }
  };

  const fetch = async (ref: ArtifactRef, path: string, options: ArtifactOptions = {}): Promise<void> => {
    const meter = createMeter();
    const source = await open(ref.key, options);
    try {
      await pipeline(source, meter.stream, createWriteStream(path, { mode: 0o600 }), abortSignal(options));
    } catch (error) {
      throw toArtifactError(error, `read ${ref.key}`);
    }
    checkContent(ref, meter);
  };

  const list = async function* (prefix: string, deep: boolean, options: ArtifactOptions): AsyncGenerator<StatEntry> {
    checkKey(prefix);
    try {
      yield* storage.list(prefix, { deep, ...abortable(options) });
    } catch (error) {
      const wrapped = toArtifactError(error, `list ${prefix}`);
      // Nothing there, or removed by somebody else meanwhile.
      if (!(wrapped instanceof ArtifactError) || wrapped.code !== 'ARTIFACT_MISSING') throw wrapped;
    }
  };

  const listFiles = async function* (prefix: string, options: ArtifactOptions = {}): AsyncGenerator<StoredFile> {
    for await (const entry of list(prefix, true, options)) {
      if (!isFile(entry)) continue;
      const touchedAtMs = entry.lastModifiedMs ?? (await touchedAt(entry.path, options));
      if (touchedAtMs !== undefined) yield { key: entry.path, touchedAtMs };
    }
  };

  /** Undefined when it is gone. */
  const touchedAt = async (key: string, options: ArtifactOptions): Promise<number | undefined> => {
    try {
      return await storage.lastModified(key, abortable(options));
    } catch (error) {
      const wrapped = toArtifactError(error, `look at ${key}`);
      if (wrapped instanceof ArtifactError && wrapped.code === 'ARTIFACT_MISSING') return undefined;
      throw wrapped;
    }
  };

  const remove = async (key: string, options: ArtifactOptions = {}): Promise<void> => {
    checkKey(key);
    try {
      await storage.deleteFile(key, abortable(options));
    } catch (error) {
      throw toArtifactError(error, `delete ${key}`);
    }
  };

  return {
    location,
    shared,
    folder,
    put,
    fetch,
    putFile: (key, path, options) => put(key, createReadStream(path), options),
    putJson: (key, value, options) => put(key, Readable.from([JSON.stringify(value)]), options),

    async openFile(ref, copyPath, options = {}) {
      if (folder === undefined) {
        await fetch(ref, copyPath, options);
        return copyPath;
      }
      const meter = createMeter();
      const source = await open(ref.key, options);
      try {
        await pipeline(source, meter.stream, discard(), abortSignal(options));
      } catch (error) {
        throw toArtifactError(error, `read ${ref.key}`);
      }
      checkContent(ref, meter);
      return join(folder, ref.key);
    },

    async fetchJson(ref, options = {}) {
      const meter = createMeter();
      const chunks: Buffer[] = [];
      if (ref.sizeBytes > MAX_JSON_BYTES) {
        throw new ArtifactError(
          'ARTIFACT_CORRUPT',
          `artifact ${ref.key} is too large for JSON: ${ref.sizeBytes} bytes`,
        );
      }
      const source = await open(ref.key, options);
      const collect = async (content: AsyncIterable<Buffer>): Promise<void> => {
        for await (const chunk of content) chunks.push(chunk);
      };
      try {
        await pipeline(source, meter.stream, collect, abortSignal(options));
      } catch (error) {
        throw toArtifactError(error, `read ${ref.key}`);
      }
      checkContent(ref, meter);
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    },

    async read(key, options = {}) {
      try {
        return await open(key, options);
      } catch (error) {
        if (error instanceof ArtifactError && error.code === 'ARTIFACT_MISSING') return undefined;
        throw error;
      }
    },

    async exists(key, options = {}) {
      checkKey(key);
      try {
        return await storage.fileExists(key, abortable(options));
      } catch (error) {
        throw toArtifactError(error, `look for ${key}`);
      }
    },

    async *listFolders(prefix, options = {}) {
      for await (const entry of list(prefix, false, options)) {
        if (!isFile(entry)) yield entry.path.slice(prefix.length + 1);
      }
    },

    listFiles,

    async removeParts(folder, names, untouchedForMs) {
      if (atomicWrites) return checkKey(folder);
      for await (const { key, touchedAtMs } of listFiles(folder)) {
        const isWanted = PART.test(key) && names.some((name) => key.startsWith(`${folder}/${name}`));
        if (isWanted && Date.now() - touchedAtMs >= untouchedForMs) await remove(key);
      }
    },

    close: () => options.close?.(),

    delete: remove,

    async deletePrefix(prefix, options = {}) {
      checkKey(prefix);
      try {
        await storage.deleteDirectory(prefix, abortable(options));
      } catch (error) {
        const wrapped = toArtifactError(error, `delete ${prefix}`);
        if (wrapped instanceof ArtifactError && wrapped.code === 'ARTIFACT_MISSING') return;
        throw wrapped;
      }
    },
  };
}

function discard(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function checkContent(ref: ArtifactRef, meter: Meter): void {
  if (meter.sizeBytes() !== ref.sizeBytes || meter.sha256() !== ref.sha256) {
    throw new ArtifactError(
      'ARTIFACT_CORRUPT',
      `artifact ${ref.key} is not what was written: ${meter.sizeBytes()} bytes found, ${ref.sizeBytes} expected`,
    );
  }
}

function checkKey(key: string, giveUp = (): unknown => undefined): void {
  if (!artifactRefSchema.shape.key.safeParse(key).success) {
    giveUp();
    throw new ArtifactError('ARTIFACT_KEY_INVALID', `not an artifact key: ${JSON.stringify(key)}`);
  }
}

/** The storage library names the signal `abortSignal`, streams name it `signal`; absent and undefined differ to both. */
function abortable({ signal }: ArtifactOptions): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}

function abortSignal({ signal }: ArtifactOptions): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
