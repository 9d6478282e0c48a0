"""Errors of a trainer, with its words."""


class TrainerError(Exception):
    """A command that the trainer refused, or a run that failed. `code` is the exit code once it has ended, else None; a signal
    is a negative number."""

    def __init__(self, message, code=None):
        super().__init__(message)
        self.code = code


class TrainerEnded(TrainerError):
    """The trainer ended before it did what was asked of it."""
