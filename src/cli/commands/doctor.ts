import { type Command, defineCommand } from '../command.ts';
import { doctorTable } from '../doctor-table.ts';
import { jsonOption } from '../options/common-options.ts';
import { deviceFrom, deviceOptions } from '../options/device-options.ts';

/** `vitrine doctor`: what is installed, which devices work, and how fast. */
export const doctorCommand: Command = defineCommand({
  name: 'doctor',
  usage: '',
  describe:
    'Check ffmpeg, the devices and the model set, and measure how fast the models run. Exit code 1 if any is unfit.',
  positionals: {},
  options: { ...deviceOptions, json: { ...jsonOption, describe: 'Print the findings as JSON' } },
  examples: [
    ['doctor', 'Everything, in a few seconds'],
    ['doctor --device cuda', 'The speed on the GPU, or what to install to have it'],
  ],
  async run(args, { stdout, signal }) {
    const { doctor } = await import('../../pipelines/doctor.ts');
    const report = await doctor({ ...deviceFrom(args), signal });
    stdout.write(args.json ? `${JSON.stringify(report, undefined, 2)}\n` : doctorTable(report));
    return report.isFit ? 0 : 1;
  },
});
