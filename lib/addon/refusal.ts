/** Why an addon that is there is not loaded, and the command that mends it. */
export class Refusal extends Error {
  constructor(
    message: string,
    /** A command, or what else to do. */
    readonly mend: string,
  ) {
    super(message);
  }
}
