"""Many drafts at once: TREC runs of the blend or of chosen signals, and the table of measures over judgements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from terminal import DRAFT, lines, packed, run


def ranked(path: Path) -> dict[str, list[str]]:
    """Draft -> papers in order, of a TREC run whose form is checked on the way."""
    found: dict[str, list[str]] = {}
    last: dict[str, float] = {}
    for line in path.read_text().splitlines():
        draft, q0, paper, rank, score, _tag = line.split(" ")
        assert q0 == "Q0"
        found.setdefault(draft, []).append(paper)
        assert int(rank) == len(found[draft])
        assert float(score) < last.get(draft, float("inf"))
        last[draft] = float(score)
    assert all(len(set(papers)) == len(papers) for papers in found.values())
    return found


@pytest.mark.parametrize("signals", [None, "bm25", "bm25,als", "citations"])
def test_batch_gives_k_lines_a_draft(data: Path, toy_papers: list[Any], tmp_path: Path, signals: str | None) -> None:
    everything = {paper.id for paper in toy_papers}
    drafts = lines(tmp_path / "drafts.jsonl", [
        {"id": "plain", "title": "Distilled students", "abstract": DRAFT},
        {"id": 7, "title": "Adapters", "abstract": "Adapters for languages", "year": 2020, "exclude": ["mt1", "nope"],
         "references": ["mt2", "never-heard-of"]},
        {"id": "odd/id#?é", "title": "Zzz", "abstract": "Qqq", "year": None, "exclude": [], "references": None},
    ])
    chosen = ["--signals", signals] if signals else []
    for file in (drafts, packed(drafts)):
        result = run(data, "batch", file, "--k", 50, "--run", tmp_path / "run", *chosen)
        assert result.stdout == ""
        assert "3 drafts ranked, 0 skipped" in result.stderr
        found = ranked(tmp_path / "run")
        assert set(found["plain"]) == everything
        assert set(found["odd/id#?é"]) == everything
        newer = {paper.id for paper in toy_papers if paper.year is not None and paper.year > 2020}
        assert set(found["7"]) == everything - newer - {"mt1", "mt2"}
    run(data, "batch", drafts, "--k", 2, "--run", tmp_path / "run")
    assert {len(papers) for papers in ranked(tmp_path / "run").values()} == {2}


def test_batch_skips_broken_drafts_with_line_and_reason(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "drafts.jsonl"
    file.write_text('{"id": "a", "title": "x"}\n\nnot json\n{"id": "a"}\n{"id": "b c"}\n{"title": "none"}\n'
                    '{"id": "d", "year": "soon"}\n[]\n{"id": "e", "exclude": "mt1"}\n{"id": true}\n{"id": "z"}\n')
    result = run(data, "batch", file, "--run", tmp_path / "run")
    assert "2 drafts ranked, 8 skipped" in result.stderr
    for line in (3, 4, 5, 6, 7, 8, 9, 10):
        assert f"{file}, line {line}: skipped, " in result.stderr
    assert set(ranked(tmp_path / "run")) == {"a", "z"}


def test_batch_names_the_signals_there_are(data: Path, tmp_path: Path) -> None:
    drafts = lines(tmp_path / "drafts.jsonl", [{"id": "a", "title": "x"}])
    result = run(data, "batch", drafts, "--run", tmp_path / "run", "--signals", "bm52", code=1)
    assert "bm52" in result.stderr
    assert "bm25" in result.stderr
    assert not (tmp_path / "run").exists()


def test_evaluate_prints_a_table(data: Path, tmp_path: Path) -> None:
    drafts = lines(tmp_path / "drafts.jsonl", [{"id": "a", "title": "Distilled students", "exclude": ["kd5"]}])
    qrels = tmp_path / "qrels"
    qrels.write_text("a 0 kd1 1\na 0 kd2 1\n")
    result = run(data, "evaluate", packed(drafts), packed(qrels))
    for word in ("ndcg", "recall", "mrr", "map", "bm25", "blend"):
        assert word in result.stdout.lower()
    assert "1 drafts with judgements" in result.stderr
    qrels.write_text("a 0 kd1 1\na kd2\n")
    assert "line 2" in run(data, "evaluate", drafts, qrels, code=1).stderr
