import { expect, test } from "vitest";
import { latest } from "../src/latest";

test("an older run that ends later has no say, not even its failure", async () => {
  const said: unknown[] = [];
  const ends: (() => void)[] = [];
  const task = latest(
    async (signal, name: string) => {
      await new Promise<void>((done) => ends.push(done));
      if (signal.aborted) throw new Error(`${name} was overtaken`);
      said.push(name);
    },
    (error) => said.push(error),
  );
  task("first");
  task("second");
  ends[1]?.();
  ends[0]?.();
  await new Promise((done) => setTimeout(done));
  expect(said).toEqual(["second"]);
});
