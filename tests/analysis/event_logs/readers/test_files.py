"""Files are decompressed by their content and decoded by their byte-order mark."""

import bz2
import gzip
import io
import lzma
import zipfile

import pytest

from trophy_engine import TrophyError
from trophy_engine.analysis import Columns, FileFormat, read_log

COLUMNS = Columns("who", "when", "=words", time_zone="=UTC")
TEXT = "who,when\nJörg,2024-01-05\n"


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return content.getvalue()


def read(tmp_path, content, name="log.csv", **format_):
    (tmp_path / name).write_bytes(content)
    log = read_log(str(tmp_path / name), COLUMNS, FileFormat(**format_))
    users = [row.user_id for row in log]
    assert log.position() <= log.size()
    return users


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        gzip.compress(TEXT.encode(), mtime=0),
        bz2.compress(TEXT.encode()),
        lzma.compress(TEXT.encode()),
        zipped(log=TEXT),
        gzip.compress(TEXT.encode("utf-16"), mtime=0),
        *(TEXT.encode(encoding) for encoding in ("utf-8-sig", "utf-16", "utf-32")),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
    ],
)
def test_compressions_and_byte_order_marks_are_found(tmp_path, content):
    assert read(tmp_path, content) == ["Jörg"]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "latin-1"])
def test_an_encoding_that_is_set_is_used(tmp_path, encoding):
    assert read(tmp_path, TEXT.encode(encoding), encoding=encoding) == ["Jörg"]


@pytest.mark.parametrize(
    ("content", "format_", "message"),
    [
        (TEXT.encode("cp1252"), {}, "it is not UTF-8 text; set --encoding, for example cp1252 (Windows), latin-1"),
        (b"\xe4\0" + TEXT.encode("utf-16-le"), {}, "it is not UTF-8 text; set --encoding utf-16 or utf-16-le"),
        (TEXT.encode(), {"encoding": "ascii"}, "it is not ASCII text; set --encoding"),
        (b"\x28\xb5\x2f\xfd...", {}, "it is compressed with Zstandard; decompress it with zstd -d"),
        (zipped(a=TEXT, b=TEXT), {}, "it has 2 files, and must have one: 'a', 'b'; extract it"),
        (zipped(), {}, "it has 0 files"),
        (zipped(a=TEXT)[:40], {}, "File is not a zip file"),
        (bz2.compress(TEXT.encode())[:-9], {}, "Compressed file ended"),
        (lzma.compress(TEXT.encode())[:-9], {}, "Compressed file ended"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(tmp_path, content, format_, message):
    with pytest.raises(TrophyError) as error:
        read(tmp_path, content, **format_)
    assert str(error.value).startswith(f"cannot read {tmp_path / 'log.csv'}")
    assert message in str(error.value)
