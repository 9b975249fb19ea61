"""Fictional bilingual releases with reference summaries, for the demo and for measuring.

All events, persons, places' details and numbers are invented. ``data.samples.server`` publishes
them on loopback in the format of the official site.
"""

from data.samples.placeholders import PlaceholderError, fill_placeholders
from data.samples.rendering import (
    Sample,
    SampleError,
    SampleReference,
    SampleRelease,
    SampleReleaseText,
    SampleText,
    read_sample,
    read_samples,
    render_sample,
    render_samples,
    sample_references,
    sample_releases,
)

__all__ = [
    "PlaceholderError",
    "Sample",
    "SampleError",
    "SampleReference",
    "SampleRelease",
    "SampleReleaseText",
    "SampleText",
    "fill_placeholders",
    "read_sample",
    "read_samples",
    "render_sample",
    "render_samples",
    "sample_references",
    "sample_releases",
]
