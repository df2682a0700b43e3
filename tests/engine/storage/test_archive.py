"""Zips of strangers: their limits, and the sentences that refuse them."""

import io
import zipfile

import pytest

from l2l_engine.storage.published.archive import Archive, ArchiveError


def archive_of(content: bytes, method: int = zipfile.ZIP_DEFLATED) -> Archive:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as made:
        made.writestr("a.txt", content)
    return Archive(stream)


def test_a_file_may_be_as_large_as_the_limit_and_no_larger():
    archive = archive_of(bytes(3 << 20))
    assert archive.read("a.txt", 3 << 20) == bytes(3 << 20)
    with pytest.raises(ArchiveError, match="more than the 2 MB a file allowed here"):
        archive.read("a.txt", 2 << 20)
    archive.close()


def test_other_methods_of_packing_are_refused_by_name():
    archive = archive_of(b"1", zipfile.ZIP_LZMA)
    with pytest.raises(ArchiveError, match="zip it again, with deflate"):
        archive.read("a.txt", 100)
    archive.close()
