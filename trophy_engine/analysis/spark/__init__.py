"""Evaluation of event logs on a cluster, with frames of PySpark; requires the extra ``spark``."""

from __future__ import annotations

from importlib.util import find_spec

from trophy_engine.errors import MissingExtra

if find_spec("pyarrow") is None:
    raise MissingExtra("evaluating frames of PySpark", "spark")

from trophy_engine.analysis.spark.bad_rows import BadFrameRow
from trophy_engine.analysis.spark.comparison import SparkComparison, compare_frames
from trophy_engine.analysis.spark.replay import SparkReplay, replay_frame

__all__ = ["BadFrameRow", "SparkComparison", "SparkReplay", "compare_frames", "replay_frame"]
