import { NotFound } from '../failures.ts';

export function namespaceNeverSeen(namespace: string): NotFound {
  return new NotFound(`no event of namespace ${namespace} was seen; rollcall namespaces lists those that were`);
}

export function clientNeverSeen(namespace: string, client: string): NotFound {
  return new NotFound(
    `no event of client ${client} in namespace ${namespace} was seen; rollcall clients ${namespace} lists those that were`,
  );
}

export function sessionNeverSeen(namespace: string, client: string, session: string): NotFound {
  const name = `session ${session} of client ${client} in namespace ${namespace}`;
  return new NotFound(`no event of ${name} was seen; rollcall client ${namespace} ${client} lists those that were`);
}
