"""What the page shows of an answer: marks, bars, venues, years."""

from __future__ import annotations

import pytest

from recommender.papers import Answer, Evidence, Paper, Recommendation
from recommender.store.library import Library
from recommender.web.bars import legend
from recommender.web.entities import year_chart
from recommender.web.highlight import highlight
from recommender.web.idents import ENDINGS, escape
from recommender.web.results import results, venue_counts

TONES = ("bm25", "citations", "als")


@pytest.mark.parametrize(
    ("text", "names", "marked"),
    [
        ("Distilling a student.", ["distilled"], "<mark>Distilling</mark> a student."),
        ("knowledge distillation", ["distil", "knowledge"], "<mark>knowledge distillation</mark>"),
        ("a <b> & the teacher", ["teachers"], "a &lt;b&gt; &amp; the <mark>teacher</mark>"),
        ("the of and", ["the of"], "the of and"),
        ("naïve Schrödinger", ["naive"], "<mark>naïve</mark> Schrödinger"),
        ("", ["x"], ""),
    ],
)
def test_words_are_marked_by_their_term_and_all_else_is_escaped(
    text: str, names: list[str], marked: str
) -> None:
    assert str(highlight(text, names)) == marked


def answer(*recommendations: Recommendation) -> Answer:
    return Answer(recommendations)


def test_the_longest_bar_fills_the_width_and_a_negative_part_has_none(library: Library) -> None:
    first = Recommendation(Paper(id="kd1", title="One"), 3.0, {"als": 1.0, "bm25": 3.0, "citations": -1.0})
    second = Recommendation(Paper(id="kd2", title="Two"), 1.0, {"bm25": 1.0}, likelihood=0.004)
    shown = results(answer(first, second), library, {}, TONES)
    assert [(s.signal, s.start, s.width, s.part) for s in shown[0].segments] == [
        ("bm25", "0.00", "75.00", "+3.00"),
        ("citations", "75.00", "0.00", "−1.00"),
        ("als", "75.00", "25.00", "+1.00"),
    ]
    assert [s.width for s in shown[1].segments] == ["25.00"]
    assert [one.likelihood for one in shown] == ["", "under 1%"]
    assert [name for _, name in legend([one.segments for one in shown], TONES)] == [
        "Words in common",
        "Citations",
        "Learned patterns",
    ]


def test_chips_are_what_the_paper_holds_not_what_the_factors_lean_on(library: Library) -> None:
    evidence = (
        Evidence("als", "method", "adapters", 9.0),
        Evidence("cooccurrence", "method", "CLIP", 0.5),
        Evidence("citations", "paper", "kd4", 0.2, "cites it"),
        Evidence("citations", "paper", "no longer there", 0.1, "cites it"),
        Evidence("prior", "count", "citations in this library", 1.0986122886681098),
        Evidence("neighbours", "author", "berg b", 0.1),
    )
    paper = Paper(id="kd3", title="Three", authors=("van der Berg, Bo", "Berg, Bo"))
    parts = {"als": 1.0, "prior": 1.0, "neighbours": 1.0}
    one = results(answer(Recommendation(paper, 3.0, parts, evidence)), library, {}, TONES)[0]
    assert [chip.name for chip in one.chips] == ["CLIP"]
    assert [other.id for other in one.citing] == ["kd4"]
    because = {segment.signal: segment.because for segment in one.segments}
    assert because == {"als": "adapters", "prior": "2 citations in this library", "neighbours": "Bo Berg"}


def test_chosen_venues_stay_on_offer_when_no_result_is_from_there() -> None:
    found = answer(*(Recommendation(Paper(id=str(n), venue=venue), 1.0, {}) for n, venue in enumerate("bcb")))
    assert venue_counts(found, ["z"]) == [("z", 0), ("b", 2), ("c", 1)]


def test_years_without_papers_keep_their_place() -> None:
    chart = year_chart({2019: 2, 2021: 1}, 5)
    assert chart is not None
    assert [(bar.year, bar.papers) for bar in chart.bars] == [(2019, 2), (2020, 0), (2021, 1)]
    assert chart.bars[1].height == 0
    assert chart.bars[0].height == 2 * chart.bars[2].height
    assert (chart.text, chart.undated) == ("2019: 2, 2021: 1", 2)


def test_a_stray_old_year_does_not_squeeze_the_chart() -> None:
    chart = year_chart({1795: 1, 2024: 1}, 2)
    assert chart is not None
    assert len(chart.bars) == 40
    assert year_chart({}, 3) is None


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_an_id_that_ends_like_a_page_is_written_another_way(ending: str) -> None:
    assert not escape(f"x/{ending}").endswith(f"/{ending}")
