// Sends so many numbers through each operator of src/flow, for `--compare` of the scenario `flow`; prints how many came out of each.
//   node dist/bench/programs/run-flow.js <items>
import { flowContests } from '../scenarios/flow-contests.ts';

const items = Number(process.argv[2]);
const counts: Record<string, number> = {};
for (const [name, { ours }] of Object.entries(flowContests)) counts[name] = await ours(items);
process.stdout.write(JSON.stringify(counts));
