"""A whole run of an embedder's training: begin or go on, train, validate, save, and tell how it goes."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from ..data.crop_table import CropReport
from ..failures import writing
from ..scoring.retrieval import RetrievalScores
from .embedder_config import EmbedderConfig
from .embedder_sources import BatchSource
from .run_log import RunLog
from .train_embedder import CHECKPOINT, EmbedderTraining
from .world import World

REPORT = "data-report.json"
Validate = Callable[[EmbedderTraining], tuple[str, RetrievalScores]]
"""Scores a training as it is; also gives the prefix of their names in the log."""


def run_embedder(
    config: EmbedderConfig, source: BatchSource, out: Path, world: World, validate: Validate | None = None
) -> None:
    """Train to the end of the schedule, from `out`/checkpoint.pt when there is one.

    Also writes `out`/log.jsonl, TensorBoard events, curves.png, and what was wrong with the data (data-report.json).

    Raises:
        TrainingFailure: a loss is not a number, the disk is full, or the checkpoint is of another run.
    """
    training = EmbedderTraining(config, source, world)
    checkpoint = out / CHECKPOINT
    if checkpoint.is_file():
        training.resume(checkpoint)
    else:
        training.begin()
    training.share()
    title = f"{config.preset} {config.member}"
    with RunLog(out, title=title, total=source.steps, done=training.steps_done, is_main=world.is_main) as log:
        _tell_report(source.report, log, out, world)
        if not training.steps_done:
            _validate(training, validate, log, world)
        saved = time.monotonic()
        told = len(source.report.sentences)
        while training.progress < 1:
            log.step(training.steps_done + 1, training.step())
            for sentence in source.report.sentences[told:]:
                tqdm.write(sentence, file=sys.stderr)
            told = len(source.report.sentences)
            is_done = training.progress >= 1
            if is_done or training.steps_done % source.steps_between_validations == 0:
                _validate(training, validate, log, world)
            if world.is_main and (is_done or time.monotonic() - saved > 60 * config.train.checkpoint_minutes):
                training.save(checkpoint)
                saved = time.monotonic()
        for sentence in sorted(world.union(source.report.unreadable)):
            source.report.add("unreadable", sentence)
        _write_report(source.report, out, world)


def _validate(training: EmbedderTraining, validate: Validate | None, log: RunLog, world: World) -> None:
    if validate is None:
        return
    if world.is_main:
        prefix, scores = validate(training)
        known = {f"{prefix}{key}": value for key, value in scores.known().items()}
        log.note(training.steps_done, known)
        rates = ", ".join(f"{key} {value:.3f}" for key, value in known.items() if isinstance(value, float))
        log.say(f"step {training.steps_done}: {rates}")
    world.barrier()


def _tell_report(report: CropReport, log: RunLog, out: Path, world: World) -> None:
    for sentence in report.sentences:
        log.say(sentence)
    _write_report(report, out, world)


def _write_report(report: CropReport, out: Path, world: World) -> None:
    if world.is_main:
        with writing(out / REPORT):
            text = json.dumps({"counts": report.counts, "first": report.sentences}, indent=1, ensure_ascii=False)
            (out / REPORT).write_text(text + "\n", encoding="utf-8")
