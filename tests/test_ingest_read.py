"""Files come in by content: any compression, encoding and line end; never by their name."""

from __future__ import annotations

import gzip
import json
import tracemalloc

import pytest

from recommender.errors import InputError
from recommender.ingest.normal import clean_arxiv, clean_doi
from recommender.ingest.read import READERS, Record, Skipped, detect, read, read_text

JSON = '{"title": "Über Lampen"}\n{"title": "Zwei"}\n'
BIB = "@misc{a,\n  title = {Über Lampen}\n}\n@misc{b, title = {Zwei}}\n"


def write(folder, data: bytes):
    path = folder / "papers.txt"
    path.write_bytes(data)
    return path


def titles(path, **options) -> list[str]:
    return [item.paper.title for item in read(path, **options)]


# --- Formats ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"title": "x"}', "jsonl"),
        ('\n [\n {"title": 1}]', "jsonl"),
        ("[]", "jsonl"),
        ("{\n", "jsonl"),
        ('oops\n{"title": "x"}', "jsonl"),
        ("", "jsonl"),
        (" \n", "jsonl"),
        ("\ufeff{}", "jsonl"),
        ("@article{a,", "bibtex"),
        ("% by hand\n\n  @Book (a,", "bibtex"),
        ("@comment{x}", "bibtex"),
        ("Get trending papers in your email inbox!\nx", "listing"),
    ],
)
def test_a_format_is_known_by_content(text, name):
    assert detect(text) == name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("TY  - JOUR\nTI  - x\nER  -\n", "RIS"),
        ("<!doctype html>\n<style>\n@media (x) {\n", "HTML"),
        ("%PDF-1.4\n", "PDF"),
        ("PMID- 1\nTI  - x", "PubMed"),
        ("PK\x03\x04\0\0\0", "not text"),
        ("id,title\n1,On Lamps\n", "cannot be told"),
        ("A Draft's Title\n\n" + "We study lamps. " * 50, "cannot be told"),
    ],
)
def test_an_unknown_format_is_refused_and_the_known_ones_named(text, says):
    with pytest.raises(InputError, match=says) as raised:
        detect(text)
    assert all(name in str(raised.value) for name in READERS)


def test_a_name_of_no_format_is_refused(tmp_path):
    for found in (read(write(tmp_path, b""), format="ris"), read_text("", format="ris")):
        with pytest.raises(InputError, match=r"no format 'ris'.*jsonl.*bibtex.*listing"):
            next(found)


def test_errors_name_the_file(tmp_path):
    for path in (tmp_path / "missing.bib", tmp_path, write(tmp_path, b"id,title\n")):
        with pytest.raises(InputError) as raised:
            next(read(path))
        assert str(path) in str(raised.value)


def test_an_empty_file_holds_no_records(tmp_path):
    assert list(read(write(tmp_path, b""))) == []
    assert list(read(write(tmp_path, gzip.compress(b"")))) == []
    assert list(read(write(tmp_path, b"\xef\xbb\xbf"))) == []


def test_pasted_text_reads_as_a_file_does():
    assert [item.paper.title for item in read_text("\ufeff" + BIB.replace("\n", "\r\n"))] == [
        "Über Lampen",
        "Zwei",
    ]


# --- Encodings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [JSON, BIB])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_encoding_line_ends_and_gzip_do_not_matter(tmp_path, text, end, encoding, packed):
    data = text.replace("\n", end).encode(encoding)
    path = write(tmp_path, gzip.compress(data) if packed else data)
    assert titles(path) == ["Über Lampen", "Zwei"]
    assert [item.line for item in read(path)] == ([1, 2] if text is JSON else [1, 4])


def test_a_mixed_file_loses_no_records(tmp_path):
    data = '{"title": "Ü 1"}\n'.encode() + '{"title": "Ü 2"}\n'.encode("cp1252") + b'{"title": "\x81 3"}\n'
    assert titles(write(tmp_path, data)) == ["Ü 1", "Ü 2", "3"]


def test_a_character_on_the_edge_of_a_block_stays_whole(tmp_path):
    for pad in range(4):
        line = '{"title": "' + "x" * (65_520 + pad) + 'ü€ü"}\n'
        assert titles(write(tmp_path, line.encode())) == ["x" * (65_520 + pad) + "ü€ü"]


# --- Gzip ---------------------------------------------------------------------------------------------------


def test_all_members_of_a_gzip_file_are_read(tmp_path):
    data = gzip.compress(JSON.encode()) + gzip.compress(JSON.encode()) + b"\0" * 100
    assert titles(write(tmp_path, data)) == ["Über Lampen", "Zwei"] * 2


def test_a_gzip_file_that_breaks_off_gives_what_it_holds(tmp_path):
    lines = "".join(json.dumps({"title": f"Paper {n}", "abstract": f"{n * n}"}) + "\n" for n in range(20_000))
    whole = gzip.compress(lines.encode())
    for damaged in (whole[: len(whole) // 2], whole[: len(whole) // 2] + b"\xff" * 5000, whole[:-4]):
        found = list(read(write(tmp_path, damaged)))
        assert isinstance(found[0], Record)
        assert isinstance(found[-1], Skipped)
        assert "gzip file is damaged or breaks off" in found[-1].reason
        assert sum(isinstance(item, Record) for item in found) > 5000
        assert found[-1].line >= found[-2].line


# --- Progress and memory ------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_progress_adds_up_to_the_size_on_disk(tmp_path, packed):
    papers = ({"title": f"Paper {n}", "abstract": "word " * (n % 97)} for n in range(5000))
    data = "".join(json.dumps(paper) + "\n" for paper in papers).encode()
    path = write(tmp_path, gzip.compress(data, mtime=0) if packed else data)
    steps: list[int] = []
    assert sum(1 for _ in read(path, progress=steps.append)) == 5000
    assert sum(steps) == path.stat().st_size
    assert packed or len(steps) > 5


@pytest.mark.parametrize(
    "row",
    [
        '{{"title": "Paper {n}", "abstract": "{words}"}}\n',
        "@misc{{k{n}, title = {{Paper {n}}}, abstract = {{{words}}}}}\n",
        "Paper number {n}\n{words}.\n",
    ],
)
def test_memory_does_not_grow_with_the_file(tmp_path, row):
    peaks = []
    for count in (500, 2000):
        path = write(tmp_path, "".join(row.format(n=n, words="word, " * 200) for n in range(count)).encode())
        tracemalloc.start()
        assert sum(isinstance(item, Record) for item in read(path)) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


def test_one_endless_line_is_never_held(tmp_path):
    path = write(tmp_path, gzip.compress(b'{"title": "' + b"x" * 20_000_000 + b'"}\n{"title": "Good"}\n'))
    tracemalloc.start()
    first, second = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(first, Skipped)
    assert isinstance(second, Record)
    assert peak < 5_000_000


# --- Identifiers --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("https://doi.org/10.1145/ABC.", "10.1145/abc"),
        ("doi: 10.1000/182", "10.1000/182"),
        ("DOI:10.1000/182).", "10.1000/182"),
        ("http://dx.doi.org/10.1002%2Fabc?x=1", "10.1002/abc"),
        ("10.1016/0004-3702(94)00041-X", "10.1016/0004-3702(94)00041-x"),
        (
            "10.1002/(SICI)1097(199009)41:6<391::AID-ASI1>3.0.CO;2-9",
            "10.1002/(sici)1097(199009)41:6<391::aid-asi1>3.0.co;2-9",
        ),
        ("https://dl.acm.org/doi/abs/10.1145/1.2", "10.1145/1.2"),
        ("https://doi.org/10.1145/", ""),
        ("11.1000/182", ""),
        ("in press", ""),
        ("", ""),
    ],
)
def test_dois_have_one_form(text, doi):
    assert clean_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "arxiv"),
    [
        ("arXiv:2005.14165v2 [cs.CL]", "2005.14165"),
        ("https://arxiv.org/abs/2005.14165", "2005.14165"),
        ("http://export.arxiv.org/pdf/2005.14165v3.pdf", "2005.14165"),
        ("hep-th/9901001v1", "hep-th/9901001"),
        ("math.GT/0309136", "math/0309136"),
        ("10.48550/arXiv.2101.00001", "2101.00001"),
        ("https://doi.org/10.48550/arXiv.2101.00001", "2101.00001"),
        ("0704.0001", "0704.0001"),
        ("foo/9901001", ""),
        ("10.1145/1.2", ""),
        ("cs.CL", ""),
        ("", ""),
    ],
)
def test_arxiv_ids_have_one_form(text, arxiv):
    assert clean_arxiv(text) == arxiv
