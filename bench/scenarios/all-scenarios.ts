import { type Scenarios } from '../harness/scenario.ts';
import { decodeScenario } from './decode-scenario.ts';
import { flowScenario } from './flow-scenario.ts';
import { pipelineScenario } from './pipeline-scenario.ts';
import { scaleScenario } from './scale-scenario.ts';
import { searchScenario } from './search-scenario.ts';
import { shapesScenario } from './shapes-scenario.ts';

/** Every scenario by its name, in the order of the page. */
export const allScenarios: Scenarios = {
  pipeline: pipelineScenario,
  search: searchScenario,
  scale: scaleScenario,
  shapes: shapesScenario,
  decode: decodeScenario,
  flow: flowScenario,
};
