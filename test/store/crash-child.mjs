/** Writes transactions of three parts until it is killed. Arguments: the built store, the database. */
const [built, path, stateDir] = process.argv.slice(2);
const { openStore } = await import(built);
const clock = { now: () => Date.now(), monotonicMs: () => performance.now(), sleep: async () => {} };
const store = await openStore({ storage: { kind: "sqlite", path }, stateDir, clock });
const at = 1_768_478_400_000;
for (let n = 1; ; n += 1) {
  await store.transaction(undefined, async (tx) => {
    await tx.keep("last", n);
    await tx.appendTimeline([{ incident: "i1", at, by: "system", event: "turn", why: `turn ${n}` }]);
    await tx.addOutbox([
      {
        key: `k${n}`,
        incident: "i1",
        kind: "problem",
        level: 1,
        occurrence: n,
        recipient: "desk",
        channel: "mail",
        address: "d@example.org",
        language: "fr",
        createdAt: at,
        notBefore: at,
      },
    ]);
  });
  if (n === 50) process.stdout.write("under way\n");
}
