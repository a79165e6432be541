/** Property tests try the same cases at every run, so that a red one is a change's; `VIGIE_SEED=<number>` tries others. */
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.VIGIE_SEED ?? 20_261_126) });
