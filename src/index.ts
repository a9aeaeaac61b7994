// Whole jobs, from folders to files.
export { matchDataset } from './pipelines/match-dataset.ts';
export { type MatchDatasetOptions } from './pipelines/match-options.ts';
export { type RunReport } from './pipelines/run-report.ts';
export { type Advice } from './pipelines/run-advice.ts';
export { type RunUsage } from './pipelines/run-usage.ts';
export { type InputsAccount, type NotableInput } from './pipelines/inputs-account.ts';
export { type GraphOptions } from './pipelines/graph-options.ts';
export { type Progress } from './pipelines/run-tally.ts';
export { watchFrames, type WatchFramesOptions } from './pipelines/watch-frames.ts';
export { type WatchOptions } from './pipelines/watch-options.ts';
export { watchStream, type WatchReady, type WatchStreamOptions } from './pipelines/watch-stream.ts';
export { type Sampling } from './pipelines/sampling.ts';
export { type WhenBehind } from './pipelines/watch-graph.ts';
export { rematch, type RematchOptions } from './pipelines/rematch.ts';
export { type Evaluation, evaluate, type EvaluateOptions, type Retrieval } from './pipelines/evaluate.ts';
export { exportDataset } from './pipelines/export-dataset.ts';
export { type ExportDatasetOptions } from './pipelines/export-options.ts';
export { type ExportProgress, type ExportReport } from './pipelines/export-report.ts';
export { type SynthProgress, type SynthReport } from './pipelines/synth-report.ts';
export { synthShop, type SynthShopOptions } from './pipelines/synth-shop.ts';
export { indexItems, type IndexItemsOptions, type IndexMode } from './pipelines/index-items.ts';
export { type IndexContent, type IndexReport } from './pipelines/index-report.ts';
export {
  type ApproximateReport,
  buildApproximate,
  type BuildApproximateOptions,
  type BuildPhase,
} from './pipelines/build-approximate.ts';
export { type MeasuredRecall } from './io/approximate-index.ts';
export { type GraphSettings } from './io/vector-table.ts';
export { describeIndex, type IndexDescription } from './pipelines/describe-index.ts';
export { type RemovalReport, removeItems } from './pipelines/remove-items.ts';
export { openGallery, type OpenGalleryOptions } from './pipelines/open-gallery.ts';
export { doctor, type DoctorOptions, type DoctorReport, type Finding, type ModelsFinding } from './pipelines/doctor.ts';
export { type ModelSpeed } from './pipelines/measure-models.ts';
export { compactInt8Models, compactModels, packageVersion, shopFixture } from './pipelines/package-folder.ts';

// Matching and scores, in memory.
export { matchBoxes, type MatchBoxesOptions } from './matching/match-boxes.ts';
export { type BoxSource } from './matching/box-source.ts';
export { squaredDistance } from './matching/dot-products.ts';
export { rankItems, type RankedItem, type RankItemsOptions } from './matching/rank-items.ts';
export { type F1Score, scoreResult, type Scores, scoreWeights } from './matching/score-result.ts';
export { type CurvePoint, precisionRecall } from './matching/precision-recall.ts';
export { recallAt } from './matching/recall-at.ts';

// Tracks and announcements.
export { poolTracks } from './tracking/pool-tracks.ts';
export { defaultTracking, type TrackingOptions } from './tracking/tracking-options.ts';

// Files: the data set's layout, the box store, boxes.ndjson and the result.
export {
  type Dataset,
  type DatasetClip,
  type DatasetItem,
  type DatasetPicture,
  openDataset,
  openShop,
} from './io/dataset.ts';
export { type IgnoredEntry } from './io/list-folder.ts';
export { categories, type Category } from './io/categories.ts';
export { readTruth, type TruthProblem, type TruthReport } from './io/read-truth.ts';
export { writeClipAnnotations, writePictureAnnotations, writeSpeech, writeTitle } from './io/write-annotations.ts';
export { type BoxStoreOptions, type BoxStoreWriter, createBoxStore } from './io/create-box-store.ts';
export { type BoxStore, openBoxStore } from './io/open-box-store.ts';
export { type Boxes, openBoxes } from './io/open-boxes.ts';
export { readBoxesNdjson, type ReadBoxesNdjsonOptions } from './io/read-boxes-ndjson.ts';
export { writeBoxesNdjson } from './io/write-boxes-ndjson.ts';
export { formatResult, readResult, writeResult } from './io/result-file.ts';
export {
  type IndexedItem,
  type IndexShard,
  type ItemIndex,
  openItemIndex,
  type OpenItemIndexOptions,
} from './io/open-item-index.ts';
export {
  createItemIndex,
  type ItemIndexWriter,
  type PutItem,
  writeItemIndex,
  type WriteItemIndexOptions,
} from './io/write-item-index.ts';
export { type IndexedPicture, type IndexManifest, type IndexModel } from './io/item-index-format.ts';

// Models as ports.
export { type Models, openModels, type OpenModelsOptions } from './models/open-models.ts';
export { loadManifest, type ModelSet } from './models/load-manifest.ts';
export { type DeviceChoice, deviceChoices, type DeviceReport } from './models/choose-device.ts';
export { type DeviceStatus } from './models/device-status.ts';
export { listDevices } from './models/list-devices.ts';

// Pixels.
export { type Ffmpeg, findFfmpeg, type FindFfmpegOptions } from './media/find-ffmpeg.ts';
export { type ClipFrame, decodeClip, type DecodeClipOptions } from './media/decode-clip.ts';
export { decodePicture, type DecodePictureOptions } from './media/decode-picture.ts';
export { cropResample } from './media/crop-resample.ts';
export { resizePicture } from './media/resize-picture.ts';

// Backpressure and batching for RxJS, free of anything about shops.
export { type Door, pull, type PullOptions } from './flow/pull.ts';
export { dropOldest, type DropOldestOptions } from './flow/drop-oldest.ts';
export { takeTurns } from './flow/take-turns.ts';
export { Credits } from './flow/credits.ts';
export { type Leased, leased } from './flow/leased.ts';
export { type Ask, batchWhileBusy, type BatchWhileBusyOptions } from './flow/batch-while-busy.ts';
export { StageMeter, type StageMeterOptions, type StageReport } from './flow/stage-meter.ts';
export { limitingStage } from './flow/limiting-stage.ts';
export { untilAborted } from './flow/until-aborted.ts';

// Values, ports, defaults and errors.
export {
  type ClipAnnotations,
  type FrameAnnotations,
  type GarmentAnnotation,
  type PictureAnnotations,
  type Truth,
} from './core/annotation.ts';
export { type Answer, type AnswerPair } from './core/answer.ts';
export { type Box, boxArea, iou, pixelBox } from './core/box.ts';
export { type BoxFeature } from './core/box-feature.ts';
export { bucketAspects, bucketOf, type CropSize } from './core/bucket.ts';
export { compareIds } from './core/compare-ids.ts';
export { type Crop, type KeptBox } from './core/crop.ts';
export { type DataProblem } from './core/data-problem.ts';
export {
  defaultExport,
  defaultFlow,
  defaultFrames,
  defaultMatching,
  defaultPool,
  type ExportDefaults,
  type FlowOptions,
  type FrameRange,
  type MatchingOptions,
  type Pool,
} from './core/defaults.ts';
export { type Detection } from './core/detection.ts';
export { type FailureCode, PipelineError, type PipelineErrorOptions } from './core/errors.ts';
export { type Frame, type Owner } from './core/frame.ts';
export { type ApproximateFacts, type Gallery, type GalleryHit } from './core/gallery.ts';
export { type FrameSelection } from './core/frame-selection.ts';
export { type LiveFrame } from './core/live-frame.ts';
export { type Match } from './core/match.ts';
export { type Detector, type Embedder } from './core/ports.ts';
export { type RgbImage } from './core/rgb-image.ts';
export { type Place, type Times, type WatchWork, type Work, type WorkFacts, type WorkOutcome } from './core/work.ts';
export {
  type Candidate,
  type EndEvent,
  type EndReason,
  type Sighting,
  type FrameEvent,
  type MatchEvent,
  type Moment,
  type ReviseEvent,
  type StatsEvent,
  type TrackedBox,
  type WatchEvent,
} from './core/watch-event.ts';
