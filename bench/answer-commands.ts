/** What a child process answers to a command: its result, or why there is none. */
export type Reply = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

/** Answers the commands of the parent process one after the other, until the parent goes away. Used by the server and client processes. */
export function answerCommands<TCommand>(handle: (command: TCommand) => Promise<unknown>): void {
  const reply = (message: Reply): void => void process.send?.(message);
  process.on('message', (command: TCommand) => {
    handle(command).then(
      (value) => reply({ ok: true, value }),
      (error: unknown) => reply({ ok: false, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
