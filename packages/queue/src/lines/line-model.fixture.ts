/**
 * The lines once more, as plain objects: what the Lua scripts must do, without atomicity, records and Redis. Used by
 * the model-based property test only.
 */
export interface ModelRun {
  readonly id: string;
  readonly line: string;
  readonly mode: string;
  readonly onFailure: 'continue' | 'hold';
  readonly first: number;
  readonly priority: number;
  state: string;
  gen: number;
  n: number;
  fence: string;
  stageFence: string;
  intent: boolean;
  cancel: boolean;
  stageDone: boolean;
  stageFailedGen: number;
}

const wholeModes = ['create', 'overwrite', 'createOrOverwrite', 'replace'];
const supersedes: Readonly<Record<string, readonly string[]>> = {
  createOrOverwrite: wholeModes,
  overwrite: ['overwrite', 'replace'],
  replace: ['overwrite', 'replace'],
};
const healers = ['overwrite', 'replace', 'createOrOverwrite'];

export class LineModel {
  readonly runs = new Map<string, ModelRun>();
  readonly lines = new Map<string, ModelRun[]>();
  readonly whole = new Map<string, number>();
  readonly changed = new Map<string, number>();
  readonly paused = new Set<string>();
  #seq = 0;

  line(name: string): ModelRun[] {
    let line = this.lines.get(name);
    if (!line) this.lines.set(name, (line = []));
    return line;
  }

  isHead(run: ModelRun): boolean {
    return this.line(run.line)[0] === run;
  }

  /** The run that may have a job, with the most urgent priority of its line: an urgent run behind it must not wait long. */
  appointable(name: string): { runId: string; n: number; priority: number } | undefined {
    const [head] = this.line(name);
    if (head === undefined || head.state === 'held') return undefined;
    if (head.state === 'waiting' && this.paused.has(name)) return undefined;
    const priority = Math.min(...this.line(name).map((run) => run.priority));
    return { runId: head.id, n: head.n, priority };
  }

  leave(run: ModelRun, state: string): void {
    run.state = state;
    const mayHaveSent = state === 'succeeded' || run.intent || run.stageDone;
    if (mayHaveSent && !wholeModes.includes(run.mode)) raise(this.changed, run);
    const line = this.line(run.line);
    line.splice(line.indexOf(run), 1);
  }

  heal(name: string): void {
    for (const line = this.line(name); line[0]?.state === 'held' && !line[0].intent;) {
      const next = line[1];
      if (!next || next.state !== 'waiting' || !healers.includes(next.mode)) return;
      this.leave(line[0], 'failed');
    }
  }

  submit(id: string, line: string, mode: string, onFailure: 'continue' | 'hold', priority: number): string {
    const known = this.runs.get(id);
    if (known) {
      this.heal(known.line);
      return 'same';
    }
    const entries = this.line(line);
    for (let last = entries.at(-1); last; last = entries.at(-1)) {
      if (!supersedes[mode]?.includes(last.mode) || last.state !== 'waiting' || last.intent) break;
      this.leave(last, 'superseded');
    }
    this.#seq += 1;
    const run: ModelRun = {
      id,
      line,
      mode,
      onFailure,
      first: this.#seq,
      priority,
      state: 'waiting',
      gen: 1,
      n: 1,
      fence: '',
      stageFence: '',
      intent: false,
      cancel: false,
      stageDone: false,
      stageFailedGen: 0,
    };
    this.runs.set(id, run);
    entries.push(run);
    this.heal(line);
    return 'ok';
  }

  start(run: ModelRun, n: number): 'ok' | 'gone' | 'paused' {
    if (!['waiting', 'running'].includes(run.state) || run.n !== n || !this.isHead(run)) return 'gone';
    if (run.state === 'waiting' && this.paused.has(run.line)) return 'paused';
    run.state = 'running';
    return 'ok';
  }

  finish(run: ModelRun, fence: string, outcome: string): string {
    if (run.fence !== fence) return 'stale';
    if (run.state !== 'running') return 'dup';
    if (outcome === 'succeeded') {
      run.intent = false;
      run.cancel = false;
      run.stageDone = false;
      if (wholeModes.includes(run.mode)) raise(this.whole, run);
      this.leave(run, 'succeeded');
    } else if (run.intent || (outcome === 'failed' && run.onFailure === 'hold')) run.state = 'held';
    else this.leave(run, outcome);
    this.heal(run.line);
    return 'ok';
  }

  #attached(run: ModelRun, gen: number): boolean {
    return ['waiting', 'running'].includes(run.state) && run.gen === gen && this.isHead(run);
  }

  beginStage(run: ModelRun, gen: number): string {
    if (!this.#attached(run, gen)) return 'gone';
    if (run.stageDone) return 'done';
    return run.stageFailedGen === gen ? 'failed' : 'ok';
  }

  confirm(run: ModelRun, gen: number, fence: string): string {
    if (!this.#attached(run, gen) || run.stageFence !== fence) return 'stale';
    if (run.cancel) return 'cancelled';
    run.intent = true;
    return 'ok';
  }

  settle(run: ModelRun, gen: number, fence: string): string {
    if (!this.#attached(run, gen) || run.stageFence !== fence) return 'stale';
    run.intent = false;
    return 'ok';
  }

  endStage(run: ModelRun, gen: number, fence: string, succeeded: boolean): string {
    if (!this.#attached(run, gen)) return 'gone';
    if (run.stageFence !== fence) return 'stale';
    if (succeeded) {
      run.stageDone = true;
      run.intent = false;
    } else run.stageFailedGen = gen;
    return 'ok';
  }

  cancel(run: ModelRun, acceptUnknown: boolean): string {
    const status = this.#cancel(run, acceptUnknown);
    this.heal(run.line);
    return status;
  }

  #cancel(run: ModelRun, acceptUnknown: boolean): string {
    if (!['waiting', 'running', 'held'].includes(run.state)) return 'ended';
    if (run.state === 'held' && run.intent && !acceptUnknown) return 'ambiguous';
    if (run.state === 'held' || (run.state === 'waiting' && !run.intent)) {
      this.leave(run, 'cancelled');
      return 'cancelled';
    }
    run.cancel = true;
    return 'flagged';
  }

  release(run: ModelRun): string {
    if (run.state !== 'held') return 'not-held';
    run.gen += 1;
    run.n += 1;
    run.cancel = false;
    run.state = 'waiting';
    return 'ok';
  }

  skip(run: ModelRun, acceptUnknown: boolean): string {
    if (run.state !== 'held') return 'not-held';
    if (run.intent && !acceptUnknown) return 'ambiguous';
    this.leave(run, 'failed');
    this.heal(run.line);
    return 'ok';
  }

  retry(run: ModelRun, force: boolean): string {
    if (run.state === 'waiting' || run.state === 'running') return 'live';
    if (run.state === 'held' || run.state === 'succeeded') return run.state;
    if (!force) {
      if ((this.whole.get(run.line) ?? 0) > run.first) return 'outdated';
      if (wholeModes.includes(run.mode)) {
        if ((this.changed.get(run.line) ?? 0) > run.first) return 'would-undo';
        if (this.line(run.line).some((other) => other.first > run.first)) return 'outdated';
      }
    }
    run.gen += 1;
    run.n += 1;
    run.cancel = false;
    run.state = 'waiting';
    this.#seq += 1;
    this.line(run.line).push(run);
    this.heal(run.line);
    return 'ok';
  }

  reappoint(run: ModelRun, n: number): string {
    if (!['waiting', 'running'].includes(run.state) || run.n !== n || !this.isHead(run)) return 'gone';
    if (run.state === 'waiting' && this.paused.has(run.line)) return 'paused';
    if (run.intent) return 'wait';
    run.fence = '';
    run.n += 1;
    run.state = 'waiting';
    return 'ok';
  }

  setPaused(line: string, paused: boolean): void {
    const was = this.paused.has(line);
    if (paused) this.paused.add(line);
    else this.paused.delete(line);
    const head = this.line(line)[0];
    if (!paused && was && head?.state === 'waiting') head.n += 1;
  }
}

function raise(marks: Map<string, number>, { line, first }: ModelRun): void {
  marks.set(line, Math.max(marks.get(line) ?? 0, first));
}
