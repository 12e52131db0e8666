import type { RunningPart, StartedStack } from '@rollcall/local';
import getPort from 'get-port';

/** An ingest of its own, and what it says of itself. */
export class RunningIngest {
  private constructor(
    readonly part: RunningPart,
    private readonly port: number,
  ) {}

  static async start(stack: StartedStack, as: string, env: Readonly<Record<string, string>> = {}): Promise<RunningIngest> {
    const port = await getPort({ host: '127.0.0.1' });
    const ingest = new RunningIngest(stack.add('ingest', { as, env: { HTTP_PORT: String(port), ...env } }), port);
    await ingest.part.start();
    return ingest;
  }

  /** Undefined: ready. Else a line for each obstacle. */
  async obstacles(): Promise<string | undefined> {
    const answer = await this.#get('/readyz');
    return answer.ok ? undefined : answer.text();
  }

  /** A gauge by partition, or a counter under ''. */
  async metric(name: string): Promise<Map<string, number>> {
    const lines = (await (await this.#get('/metrics')).text()).split('\n').filter((line) => new RegExp(`^${name}[ {]`).test(line));
    return new Map(lines.map((line) => [/partition="(\d+)"/.exec(line)?.[1] ?? '', Number(line.slice(line.lastIndexOf(' ')))]));
  }

  /** Messages of its log, of this level. */
  logged(level: 'info' | 'warn' | 'error'): string[] {
    const lines = this.part
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'));
    return lines
      .map((line) => JSON.parse(line) as { level: string; msg: string })
      .flatMap((line) => (line.level === level ? line.msg : []));
  }

  #get(path: string): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.port}${path}`, { signal: AbortSignal.timeout(5_000) });
  }
}
