import { type DoctorReport } from '../pipelines/doctor.ts';
import { textTable } from './text-table.ts';

/** What {@link doctor} found, a line each: `ok`, `--` (there is another) or `NO` (something to mend) in front. */
export function doctorTable(report: DoctorReport): string {
  const { version, node, platform, cores, cpuQuota, cpu, memoryBytes, devices } = report;
  const quota = cpuQuota === undefined ? '' : `, of which a quota leaves ${Number(cpuQuota.toFixed(2))}`;
  const gib = (memoryBytes / 2 ** 30).toFixed(1);
  return textTable([
    ['ok', 'vitrine', `${version} on Node ${node}, ${platform}`],
    ['ok', 'machine', `${cores} cores (${cpu.trim()})${quota}, ${gib} GiB memory`],
    ffmpegRow(report),
    ...devices.map(({ device, isAvailable, isWorthwhile, probeMs, reason }) => {
      const works = isAvailable ? `works, ${(probeMs ?? 0).toFixed(1)} ms a probe` : 'does not work';
      return [isWorthwhile ? 'ok' : '--', device, [works, reason].filter(Boolean).join(': ')];
    }),
    ...modelsRows(report),
    ...speedRows(report),
  ]);
}

function ffmpegRow({ ffmpeg }: DoctorReport): readonly string[] {
  if (!ffmpeg.isFit) return ['NO', 'ffmpeg', ffmpeg.reason];
  const { version, path, origin } = ffmpeg.value;
  return ['ok', 'ffmpeg', `${version} (${origin}: ${path})`];
}

function modelsRows({ models }: DoctorReport): readonly (readonly string[])[] {
  if (!models.isFit) return [['NO', 'models', models.reason]];
  const { name, folder, files, featureLength } = models.value;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const sizes = files.map(({ name, bytes }) => `${name} ${megabytes(bytes)}`).join(', ');
  return [
    ['ok', 'models', `${name}, ${featureLength} numbers a feature, every digest right (${folder})`],
    ['', '', `${sizes}; ${megabytes(total)} in all`],
  ];
}

function speedRows({ speed, placement }: DoctorReport): readonly (readonly string[])[] {
  if (!speed.isFit) return [['NO', 'speed', speed.reason]];
  const { device, warmUpMs, detectorFramesPerSec, embedderCropsPerSec } = speed.value;
  return [
    [
      'ok',
      'device',
      `${device.device}, ${device.lanes} ${device.lanes === 1 ? 'lane' : 'lanes'}, warm after ${Math.round(warmUpMs)} ms`,
    ],
    ...(device.drawback === undefined ? [] : [['', '', device.drawback]]),
    ...(placement
      ? [
          ['', '', placement.why],
          ['', '', `batches: ${placement.batches}`],
        ]
      : []),
    ['ok', 'detector', `${detectorFramesPerSec.toFixed(1)} frames/s`],
    ['ok', 'embedders', `${embedderCropsPerSec.toFixed(1)} crops/s`],
  ];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
