"""The one kind of error that a user is meant to read: a sentence that says what was wrong, where, and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class TrainingFailure(Exception):  # noqa: N818 - it is what the user is told, not a mistake of the program.
    """Something about the data, the configuration, the machine or the run that stops it.

    The message is one sentence for the user. `vitrine-train` prints it without a traceback and ends with exit code 1.
    """


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full or read-only disk met while `path` is written into a sentence.

    Raises:
        TrainingFailure: the operating system refused; what was there before is still there.
    """
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise TrainingFailure(
                f"The disk is full: {path} could not be written; free some space and go on"
            ) from error
        raise TrainingFailure(f"{path} could not be written: {error.strerror or error}") from error
    except RuntimeError as error:
        # torch's zip writer reports a full disk in words only.
        if "PytorchStreamWriter" in str(error) or "file write failed" in str(error):
            sentence = f"{path} could not be written, most likely because the disk is full; free some space and go on"
            raise TrainingFailure(sentence) from error
        raise
