"""The authors' published output files, in and out.

A run is a set of files that share a prefix: ``saved_PREFIX_K.mat`` (the network after
problem K, from 1), ``trIms_PREFIX_K.txt`` (its trials' stimuli) and one text file a summary.
"""

from l2l_engine.storage.published.names import PublishedError
from l2l_engine.storage.published.reading import find_published, import_published
from l2l_engine.storage.published.writing import check_export, export_published

__all__ = [
    "PublishedError",
    "check_export",
    "export_published",
    "find_published",
    "import_published",
]
