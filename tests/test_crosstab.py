"""Methods × datasets: counted by hand, and harmless in a spreadsheet and in Markdown."""

from __future__ import annotations

import csv
import io

import pytest

from recommender.crosstab import as_file, crosstab
from recommender.errors import InputError
from recommender.papers import Paper

A, B, C = (Paper(id=id, key=f"key{id}", title=id.upper()) for id in "abc")
NAMED = [
    (A, [("Method", "LoRA"), ("Method", "CLIP"), ("Dataset", "COCO"), ("Task", "captioning")]),
    (B, [("Method", "CLIP"), ("Dataset", "COCO"), ("Dataset", "VQA")]),
    (C, [("Method", "BERT")]),
]


def test_cells_hold_the_papers_and_empty_ones_are_counted() -> None:
    table = crosstab(NAMED)
    assert table.methods == (("CLIP", 2), ("LoRA", 1))
    assert table.datasets == (("COCO", 2), ("VQA", 1))
    assert table.cells == {("CLIP", "COCO"): (A, B), ("LoRA", "COCO"): (A,), ("CLIP", "VQA"): (B,)}
    assert (table.papers, table.empty, table.left_out) == (2, 1, (0, 0))


def test_limits_keep_the_most_used() -> None:
    table = crosstab(NAMED, 1, 1)
    assert (table.methods, table.datasets, table.left_out) == ((("CLIP", 2),), (("COCO", 2),), (1, 1))
    assert table.cells == {("CLIP", "COCO"): (A, B)}


def test_a_set_without_methods_or_datasets_has_an_empty_table() -> None:
    table = crosstab([(C, [("Method", "BERT")]), (A, [])])
    assert (table.methods, table.datasets, table.cells) == ((), (), {})
    assert as_file(table, "csv")[0] == "\ufeffMethod\r\n"


def test_the_csv_reads_back_with_keys_in_its_cells() -> None:
    text, media_type, suffix = as_file(crosstab(NAMED), "csv")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [["Method", "COCO", "VQA"], ["CLIP", "keya; keyb", "keyb"], ["LoRA", "keya", ""]]
    assert (media_type.partition(";")[0], suffix) == ("text/csv", ".csv")


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx", "  =1", "＝1"])
def test_no_cell_is_a_formula(name: str) -> None:
    paper = Paper(id=name, title="x")
    text, _, _ = as_file(crosstab([(paper, [("Method", name), ("Dataset", name)])]), "csv")
    for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
        assert all(cell == "Method" or cell.startswith("'") for cell in row)


def test_markdown_has_a_line_a_method_and_no_markup_of_its_papers() -> None:
    odd = Paper(id="x", key="a|b", title="x")
    text, _, suffix = as_file(crosstab([*NAMED, (odd, [("Method", "<b>"), ("Dataset", "C|D")])]), "markdown")
    lines = text.splitlines()
    assert suffix == ".md"
    assert lines[0] == "|  | COCO | C&#124;D | VQA |"
    assert lines[2] == "| CLIP | keya, keyb | – | keyb |"
    assert all(line.count(" | ") == 3 for line in lines)
    assert "<b>" not in text


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="csv, markdown"):
        as_file(crosstab(NAMED), "xls")
