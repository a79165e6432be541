/** A reporter: how many errors belong to no test. Vitest's own report in JSON leaves them out. */
import { writeFileSync } from "node:fs";

export default class Unhandled {
  onTestRunEnd(_modules, errors) {
    writeFileSync(process.env.VIGIE_TEST_UNHANDLED, `${errors.length}`);
  }
}
