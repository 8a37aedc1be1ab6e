"""Whether a library holds anything on a draft's subject: by hand, on a library of three subjects, and on the page."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from recommender.build import build, library_texts
from recommender.cli import main
from recommender.familiarity import ENOUGH, FEWEST, familiarity, is_familiar, least_familiar, words_of
from recommender.index.corpus import Corpus
from recommender.index.counting import CorpusBuilder
from recommender.papers import Draft, Paper
from recommender.recommend import Recommender
from recommender.settings import Settings
from recommender.store.intake import Incoming
from recommender.store.library import Library
from recommender.web import create_app

# Three subjects and a fourth that the library lacks but for a word here and there.
SUBJECTS = (
    "graph layout edge crossing node drawing planar tree aesthetic readable bundling radial force vertex cluster",
    "query index join transaction storage relational optimizer buffer tuple schema lock cache partition log plan",
    "retrieval ranking document feedback relevance corpus topic search engine click snippet term judge pool recall",
)
STRANGE = (
    "glacier moraine quartz beryllium alpine erosion sediment boulder valley snow granite ridge fluvial tectonic basin "
    "summit")
COMMON = "method study result approach evaluate system user show propose compare"
RECIPE = ("Knead the dough with rye flour and lukewarm water, let it ferment overnight, shape a loaf, proof it in a "
          "basket and bake it with steam until the crust is dark and the loaf sounds hollow.")


def written(dice: random.Random, words: str, length: int = 30) -> str:
    """A text whose words are of one subject, or common to all."""
    return " ".join(dice.choice(words.split() if dice.random() < 0.7 else COMMON.split()) for _ in range(length))


def papers_of(number: int) -> list[Paper]:
    dice = random.Random(3)
    return [Paper(id=f"p{n:03d}", title=f"{written(dice, SUBJECTS[n % 3], 6)} {n}",
                  abstract=written(dice, SUBJECTS[n % 3]) + (f" {dice.choice(STRANGE.split())}" if n % 7 == 0 else ""))
            for n in range(number)]


def corpus_of(papers: Sequence[Paper]) -> Corpus:
    builder = CorpusBuilder()
    for key, paper in enumerate(papers):
        builder.add(key, paper, [])
    return builder.finish([], [])


def texts_of(papers: Sequence[Paper]):  # type: ignore[no-untyped-def]
    return lambda rows: {row: papers[row] for row in rows.tolist()}


# -- by hand ---------------------------------------------------------------------------------------------------------

FOUR = corpus_of([Paper(id=str(n), title=title) for n, title in enumerate(
    ("graph layout", "graph layout", "graph layout", "graph query"))])


def test_words_count_by_how_many_papers_use_them() -> None:
    assert familiarity(FOUR, ["graph"]) == (1, pytest.approx(np.log(4.5 / 5)))
    assert familiarity(FOUR, ["queri"]) == (1, pytest.approx(np.log(1.5 / 5)))
    assert familiarity(FOUR, ["glacier"]) == (1, pytest.approx(np.log(0.5 / 5)))


def test_a_word_that_stands_four_times_counts_twice() -> None:
    expected = (2 * np.log(0.5 / 5) + np.log(4.5 / 5)) / 3
    assert familiarity(FOUR, ["glacier", "", "graph", *["", "glacier"] * 3])[1] == pytest.approx(expected)


def test_neighbouring_words_that_papers_have_as_neighbours_count_besides() -> None:
    apart = familiarity(FOUR, ["graph", "", "layout"])[1]
    assert familiarity(FOUR, ["graph", "layout"])[1] == pytest.approx(apart + np.log1p(3) / 2)
    assert familiarity(FOUR, ["layout", "graph"])[1] == pytest.approx(apart)


def test_a_papers_own_record_does_not_make_its_words_familiar() -> None:
    assert familiarity(FOUR, ["queri"], row=3)[1] == pytest.approx(np.log(0.5 / 5))
    # Without its own two of three papers have the pair: too few to be counted.
    assert familiarity(FOUR, ["graph", "layout"], row=0)[1] == pytest.approx(
        (np.log(3.5 / 5) + np.log(2.5 / 5)) / 2)


def test_a_draft_without_a_word_is_as_strange_as_can_be() -> None:
    assert familiarity(FOUR, ["", ""]) == (0, -np.inf)
    assert words_of("Graph layouts", "of") == ["graph", "layout", "", ""]


def test_what_must_be_reached_lies_between_the_lengths_by_their_logarithm() -> None:
    least = [(10.0, -4.0), (40.0, -3.0)]
    assert [is_familiar((20, value), least) for value in (-3.49, -3.51)] == [True, False]
    assert [is_familiar((5, value), least) for value in (-3.99, -4.01)] == [True, False]
    assert [is_familiar((90, value), least) for value in (-2.99, -3.01)] == [True, False]


def test_of_short_texts_and_small_libraries_nothing_is_judged() -> None:
    assert is_familiar((FEWEST - 1, -9.0), [(10.0, -4.0)]) is None
    assert is_familiar((50, -9.0), ()) is None
    few = papers_of(ENOUGH - 1)
    assert least_familiar(corpus_of(few), texts_of(few), seed=1) == []


# -- a library of three subjects -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    settings = Settings(tmp_path_factory.mktemp("three"))
    library = Library.open(settings)
    library.take(Incoming(paper, "test", line, "jsonl") for line, paper in enumerate(papers_of(240), 1))
    build(settings, library)
    yield Recommender.open(settings, library)
    library.close()


def test_the_build_records_what_is_strange_the_same_each_time(three: Recommender) -> None:
    least = three.manifest["familiarity"]
    assert len(least) > 1
    assert [words for words, _ in least] == sorted({words for words, _ in least})
    texts = library_texts(three.library, three.index.corpus)
    again = least_familiar(three.index.corpus, texts, three.settings.seed)
    assert [list(point) for point in again] == least


@pytest.mark.parametrize("length", [8, 15, 30, 80])
def test_new_drafts_on_its_subjects_pass_and_others_do_not(three: Recommender, length: int) -> None:
    dice = random.Random(length)
    on = [three.recommend(Draft(abstract=written(dice, subject, length)), 3).relevant
          for subject in SUBJECTS for _ in range(30)]
    off = [three.recommend(Draft(abstract=written(dice, STRANGE, length)), 3).relevant for _ in range(30)]
    assert np.mean(on) >= 0.93
    assert np.mean(off) <= (0.2 if length < 15 else 0.05)


def test_words_of_which_each_is_known_do_not_make_a_subject(three: Recommender) -> None:
    """Every word of it stands in a paper or two, and the nearest paper is like it by that."""
    answer = three.recommend(Draft(abstract=STRANGE), 3)
    assert len(answer.recommendations) == 3
    assert not answer.relevant
    assert "nothing on the subject" in answer.note
    assert answer.missing == ()


def test_given_papers_are_a_subject_whatever_the_words(three: Recommender) -> None:
    assert three.recommend(Draft(abstract=STRANGE, references=("p001",)), 3).relevant


def test_an_index_without_the_record_is_judged_by_the_nearest_paper(settings: Settings, library: Library) -> None:
    recommender = Recommender.open(settings, library)
    assert recommender.manifest["familiarity"] == []
    assert recommender.recommend(Draft(abstract="Distillation of a large teacher into a student."), 3).relevant
    assert not recommender.recommend(Draft(abstract=f"{RECIPE} Languages."), 3).relevant


# -- on the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def client(three: Recommender) -> Iterator[FlaskClient]:
    app = create_app(three.settings)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield app.test_client()
    app.extensions["desk"].library.close()


def shown(client: FlaskClient, **form: str) -> str:
    return client.post("/drafts", data=form, follow_redirects=True).text


def test_the_page_says_so_offers_what_to_do_and_folds_the_rest_away(client: FlaskClient) -> None:
    page = shown(client, text=STRANGE)
    assert "seems to hold nothing on the subject of this draft" in page
    assert 'href="/library#import"' in page
    assert 'href="/search"' in page
    folded = page[page.index('<details class="nearest" id="nearest">'):]
    assert "The nearest papers there are" in folded
    assert 'id="result-1"' in folded
    assert 'id="result-1"' not in page[:-len(folded)]
    swapped = client.post("/drafts", data={"text": STRANGE}, headers={"HX-Request": "true"}, follow_redirects=True)
    assert "Nothing in the library seems to be on the subject of your draft." in swapped.text


def test_the_api_and_the_command_line_say_so_too(client: FlaskClient, three: Recommender) -> None:
    said = client.post("/api/recommend", json={"abstract": STRANGE, "k": 3}).get_json()
    assert (said["relevant"], len(said["recommendations"])) == (False, 3)
    assert "nothing on the subject" in said["note"]
    result = CliRunner().invoke(main, ["--data", str(three.settings.data), "recommend", "--k", "3"], input=STRANGE)
    assert "nothing on the subject" in result.stderr
    assert "  1. " in result.stdout


def test_a_draft_on_the_subject_is_shown_as_ever(client: FlaskClient) -> None:
    page = shown(client, text=written(random.Random(1), SUBJECTS[0]))
    assert 'id="nearest"' not in page
    assert "nothing on the subject" not in page
    assert 'id="result-1"' in page


def test_where_filters_leave_nothing_only_that_is_said(client: FlaskClient) -> None:
    page = shown(client, text=STRANGE, venue="No such venue")
    assert page.count("No paper passes the filters.") == 1
    assert "nothing on the subject" not in page


def test_a_draft_of_no_known_word_gets_the_same_advice(client: FlaskClient) -> None:
    page = shown(client, text="Xylophagous quokkas ululate")
    assert "None of the draft" in page
    assert 'href="/library#import"' in page
    assert "No paper passes the filters." not in page
