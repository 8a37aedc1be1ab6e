"""What the commands find for one text: papers of the library or of a .bib file, and the entities in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from terminal import BIB, DRAFT, lines, packed, process, run, said

# -- recommend -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [
    DRAFT, f"Title: {DRAFT}", DRAFT.partition("\n\n")[2], json.dumps({"title": DRAFT[:30], "abstract": DRAFT}),
    "@article{x, title = {Distilling CLIP into a student}, abstract = {A vision-language teacher.}}",
])
def test_recommend_reads_a_draft_in_any_form(data: Path, given: str) -> None:
    found = json.loads(run(data, "recommend", "--format", "json", "--k", 4, given=given).stdout)["recommendations"]
    assert len(found) == 4
    assert found[0]["paper"]["id"].startswith("kd")
    for one in found:
        assert sum(one["parts"].values()) + one["base"] == pytest.approx(one["score"], abs=1e-5)


@pytest.mark.parametrize("format", ["text", "json", "bibtex", "bibtex-unicode", "ris", "csl-json", "markdown"])
def test_recommend_writes_every_format(data: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / "draft.txt"
    file.write_text(DRAFT)
    plain = run(data, "recommend", file, "--format", format, "--k", 3)
    assert plain.stdout == run(data, "recommend", packed(file), "--k", 3, "--format", format).stdout or format == "json"
    assert plain.stdout.strip()
    if "json" in format:
        json.loads(plain.stdout)


def test_recommend_says_what_the_nearest_papers_use_besides(data: Path) -> None:
    given = "Text-video retrieval\n\nA sentence retrieves the video whose frames match it, by a contrastive loss."
    missing = json.loads(run(data, "recommend", "--format", "json", given=given).stdout)["missing"]
    assert [one["name"] for one in missing if one["label"] == "Dataset"][:1] == ["MSR-VTT"]
    assert set(missing[0]["papers"]) <= {"tv1", "tv3", "tv4"}
    assert "Papers like this also evaluate on: MSR-VTT" in run(data, "recommend", given=given).stdout


def test_recommend_leaves_newer_papers_out(data: Path) -> None:
    answer = json.loads(run(data, "recommend", "--year", 2019, "--k", 20, "--format", "json", given=DRAFT).stdout)
    years = [one["paper"]["year"] for one in answer["recommendations"]]
    assert max(year for year in years if year) <= 2019
    assert None in years


def test_recommend_says_when_there_is_nothing_to_go_on(data: Path) -> None:
    result = run(data, "recommend", "--format", "json", given="")
    assert json.loads(result.stdout)["recommendations"] == []
    assert "nothing to go on" in result.stderr


# -- rank ------------------------------------------------------------------------------------------------------------


def test_rank_needs_no_library(tmp_path: Path) -> None:
    bib, draft = tmp_path / "refs.bib", tmp_path / "draft.txt"
    bib.write_text(BIB)
    draft.write_text(DRAFT)
    result = run(tmp_path / "never-made", "rank", packed(bib), packed(draft))
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == [str(i) for i in range(1, len(rows) + 1)]
    assert rows[0][2:] == ["one", "Distillation of vision-language models"]
    assert rows[-1][2] == "two"
    assert f"{tmp_path / 'packed-refs.bib'}, line 3: skipped" in result.stderr
    assert not (tmp_path / "never-made").exists()
    assert run(tmp_path / "x", "rank", bib, given=DRAFT).stdout == result.stdout
    assert len(run(tmp_path / "x", "rank", bib, "-", "--k", 1, given=DRAFT).stdout.splitlines()) == 1


# -- entities --------------------------------------------------------------------------------------------------------


def test_entities_keep_order_ids_and_code_point_offsets(tmp_path: Path) -> None:
    texts = ["🦜🦜 We train CLIP on ImageNet.", "", "Nothing of note\r\nhere, but BERT.", "𝔘 e\u0301 ResNet-50 on COCO"]
    file = lines(tmp_path / "texts.jsonl", [{"id": id, "text": text} for id, text in zip([7, "7", "a b", None], texts,
                                                                                       strict=True)])
    for result in (run(None, "entities", packed(file), "--jsonl"), run(None, "entities", "--jsonl",
                                                                     given=file.read_text())):
        found = said(result.stdout)
        assert [one["id"] for one in found] == [7, "7", "a b", None]
        for one, text in zip(found, texts, strict=True):
            assert all(text[span["start"]: span["end"]] == span["surface"] for span in one["spans"])
        assert {span["canonical"] for span in found[0]["spans"]} >= {"CLIP", "ImageNet"}
        assert {span["label"] for one in found for span in one["spans"]} <= {"Method", "Dataset", "Task"}


def test_entities_skip_broken_lines(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": 1, "text": "CLIP"}\nnope\n{"id": 2}\n[]\n{"text": "BERT"}\n')
    result = run(None, "entities", file, "--jsonl")
    assert ["id" in one for one in said(result.stdout)] == [True, False]
    assert [f"line {line}: skipped" in result.stderr for line in (1, 2, 3, 4, 5)] == [False, True, True, True, False]


def test_entities_of_a_plain_text_are_one_line() -> None:
    done = process(None, "entities", given="We train CLIP\r\non ImageNet. 🦜 BERT")
    (found,) = said(done.stdout.decode())
    text = "We train CLIP\r\non ImageNet. 🦜 BERT"
    assert [text[span["start"]: span["end"]] for span in found["spans"]] == [span["surface"] for span in found["spans"]]
    assert "BERT" in {span["canonical"] for span in found["spans"]}
