"""Beam's options, parsed once, with the runner always named.

``DirectRunner`` alone means another runner wherever Beam can download one, so one machine always gets the
``FnApiRunner`` by name; any other runner is the user's own word.
"""

from collections.abc import Sequence
from pathlib import Path

from apache_beam.options.pipeline_options import PipelineOptions, SetupOptions, StandardOptions

LOCAL_RUNNER = "FnApiRunner"


def local_options() -> PipelineOptions:
    """Options for a run in this process."""
    return PipelineOptions([f"--runner={LOCAL_RUNNER}"])


def beam_options(arguments: Sequence[str]) -> PipelineOptions:
    """Options from the ``--option`` flags that meetwire leaves to Beam.

    A bare ``--setup_file setup.py`` would fail inside Beam, so it becomes an absolute path; ``DirectRunner`` becomes
    the runner that it is on a machine without downloads.
    """
    options = PipelineOptions(list(arguments))
    standard = options.view_as(StandardOptions)
    if standard.runner in (None, "DirectRunner"):
        standard.runner = LOCAL_RUNNER
    setup = options.view_as(SetupOptions)
    if setup.setup_file:
        setup.setup_file = str(Path(setup.setup_file).resolve())
    return options
