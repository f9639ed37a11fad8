import { specFileSchema } from '@hyperferry/schema';
import type { Command } from 'commander';
import { z } from 'zod';

/** `hyperferry spec-schema`: the JSON Schema of job specs, for editors and for programs that write them. */
export function addSpecSchemaCommand(program: Command): void {
  program
    .command('spec-schema')
    .description('print the JSON Schema of job specs')
    .action(() => {
      const schema = z.toJSONSchema(specFileSchema, { io: 'input' });
      process.stdout.write(`${JSON.stringify({ title: 'hyperferry job spec', ...schema }, null, 2)}\n`);
    });
}
