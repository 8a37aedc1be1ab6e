"""The trained tagger: its laws, its file, its training, and texts read by several processes."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

from recommender import reading
from recommender.annotate import annotate
from recommender.errors import ArtifactError
from recommender.store.extractions import Extractions
from recommender.text.brackets import closed
from recommender.text.combining import cues
from recommender.text.consistency import everywhere
from recommender.text.contexts import contexts
from recommender.text.entities import VERSION, extract, extract_all
from recommender.text.features import CODES, SLOTS, company, word_features
from recommender.text.measure import Tally, exact, relaxed
from recommender.text.model import MODEL, load, tagger
from recommender.text.rules import read
from recommender.text.sources import SOURCES, layout
from recommender.text.tagger import Reading
from recommender.text.tokens import LONGEST_SENTENCE, folded, shape, tokens
from recommender.text.training.__main__ import main as train
from recommender.text.training.examples import EVERYWHERE, Sentence
from recommender.text.training.learners import added, bolder, perceptron

TOKENISED = (
    "In this paper , we train a recurrent neural network -LRB- RNN -RRB- for named entity recognition and "
    "evaluate it on the CoNLL-2003 corpus . Our model outperforms conditional random fields ."
)
PLAIN = (
    "FooNet: a network for parsing\n\nWe propose FooNet, which is trained on ImageNet and the BarBank corpus. "
    "It beats ResNet-50 and XylemNet by far."
)
ODD = ["", " ", "\n\n\n", "😀", "\x00", "((((", "-", "a", ".", "𝕏 😀 e\u0301", "\ud800", "1 . 2 . 3 .", "'s", "_"]


# Tokens


def test_tokenised_and_plain_text_have_the_same_words():
    plain, apart = "It beats C-LSTM (v2.0), by 3.5.", "It beats C - LSTM -LRB- v2 . 0 -RRB- , by 3.5 ."
    words = [folded(word) for word in tokens(plain).words]
    assert words == ["it", "beats", "c", "-", "lstm", "(", "v0", ".", "0", ")", ",", "by", "0.0", "."]
    assert [folded(word) for word in tokens(apart).words] == words


def test_a_number_with_points_is_one_token_and_ends_no_sentence():
    found = tokens("We use PDTB 2 . 0 here . It helps .")
    assert found.words[3] == "2 . 0"
    assert found.sentences == [0, 6]


def test_a_blank_line_ends_a_sentence():
    assert tokens("A title\n\nwe go on").sentences == [0, 2]


def test_a_sentence_without_end_is_cut():
    assert tokens("word " * 250).sentences == [0, LONGEST_SENTENCE, 2 * LONGEST_SENTENCE]


@pytest.mark.parametrize("text", [*ODD, TOKENISED, PLAIN])
def test_tokens_are_where_they_say(text):
    found = tokens(text)
    assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == found.words
    assert all(end <= start for end, start in zip(found.ends, found.starts[1:], strict=False))
    assert all(shape(word) for word in found.words)


# Features


def test_slots_point_at_neighbours_head_and_the_phrase_before():
    found = tokens("parsers and small neural networks for text")
    lows, shapes = [folded(word) for word in found.words], np.array([shape(word) for word in found.words])
    slots = dict(zip(SLOTS, contexts(found, lows, shapes, shapes, [], [], {}).slots[:, 3].tolist(), strict=True))
    assert slots == {"-2": 1, "-1": 2, "0": 3, "+1": 4, "+2": 5, "head": 4, "before": 1, "after": 5, "beside": 0}


def test_codes_stay_in_their_ranges():
    for text in (TOKENISED, PLAIN, "( A ) - ( B - C ) , ABC"):
        found = tokens(text)
        lows, shapes = [folded(word) for word in found.words], np.array([shape(word) for word in found.words])
        companies = np.array([company(word, tagger().knowledge) for word in found.words])
        codes = contexts(found, lows, shapes, companies, *cues(read(text)), tagger().knowledge.names).codes
        assert (codes >= 0).all()
        assert (codes.max(1) < list(CODES.values())).all()


def test_a_word_without_capitals_has_no_cased_feature():
    flat = [one for many, _ in word_features("parsing", tagger().knowledge) for one in many]
    assert "0:w=parsing" in flat
    assert not any(":W=" in one for one in flat)


# The shipped model


def test_the_model_is_small_and_holds_no_pickle():
    assert MODEL.stat().st_size < 5_000_000
    with np.load(MODEL, allow_pickle=False) as held:
        assert all(held[name].dtype != object for name in held.files)


def test_a_model_of_another_version_is_refused_with_the_cure(tmp_path):
    with np.load(MODEL) as held:
        arrays = dict(held)
    np.savez(tmp_path / "old.npz", **{**arrays, "format": np.array(99)})
    with pytest.raises(ArtifactError, match=r"python -m recommender\.text\.training"):
        load(tmp_path / "old.npz")


def test_the_model_is_loaded_once_for_all_threads():
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: id(tagger()), range(8)))) == 1


@pytest.mark.parametrize("text", [*ODD, TOKENISED, PLAIN, PLAIN.replace("\n", " 😀 ")])
def test_spans_are_sorted_apart_and_where_they_say(text):
    spans = extract(text)
    assert all(text[span.start : span.end] == span.surface and span.canonical for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_many_texts_at_once_give_what_each_gives_alone():
    texts = [TOKENISED, *ODD, PLAIN, TOKENISED[:60], PLAIN[30:], *(f"{PLAIN} Run {at}." for at in range(80))]
    assert extract_all(texts) == [extract(text) for text in texts]


def test_threads_get_what_one_thread_gets():
    texts = [f"We train Fo{at}Net and a small parser{at} , on the Ba{at} corpus ." for at in range(60)]
    fresh = load(MODEL)
    wanted = [tagger().tags([Reading(text)]) for text in texts]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda text: fresh.tags([Reading(text)]), texts)) == wanted


def test_forgetting_words_changes_nothing(monkeypatch):
    fresh = load(MODEL)
    wanted = tagger().tags([Reading(TOKENISED), Reading(PLAIN)])
    monkeypatch.setattr("recommender.text.tagger._MOST_WORDS", 3)
    assert [fresh.tags([Reading(TOKENISED), Reading(PLAIN)]) for _ in range(3)] == [wanted] * 3


def test_inside_labels_follow_their_beginning():
    fresh = tagger()
    for source in SOURCES:
        (tags,) = fresh.tags([Reading(TOKENISED, source=source)])
        assert all(end <= start for (_, end, _), (start, _, _) in pairwise(tags))


def test_tokenised_text_is_marked_as_benchmarks_mark_it():
    found = {(span.surface, span.label) for span in extract(TOKENISED)}
    assert ("named entity recognition", "Task") in found
    assert any(label == "Dataset" and "CoNLL" in surface for surface, label in found)
    assert any(label == "Method" and "neural network" in surface for surface, label in found)


def test_plain_prose_gets_names_and_no_loose_phrases():
    found = {span.surface: span.label for span in extract(PLAIN)}
    assert found["FooNet"] == "Method"
    assert found["ImageNet"] == "Dataset"
    assert found["XylemNet"] == "Method"
    assert "which" not in found


def test_canonical_names_of_tokenised_text_are_those_of_plain_text():
    text = "We test it on the CIFAR - 10 data set and on the Penn Treebank ( PTB ) ."
    found = {span.canonical for span in extract(text)}
    assert "CIFAR-10" in found
    assert not any("(" in name or " - " in name for name in found)


def test_no_tag_reaches_across_an_address():
    text = "We train the Foo https://x.y/CLIP BarNet model , and a neural network https://x.y/GNN parser ."
    assert not any("https" in span.surface for span in extract(text))


def test_layout_tells_tokenised_from_plain_and_bare():
    assert [layout(text) for text in (TOKENISED, PLAIN, "Parsing with small trees")] == ["tokenised", "plain", "bare"]


@pytest.mark.parametrize("unit", ["word ", "A-", "We use X . ", "( ABC ) ", "Foo1Net , "])
def test_time_grows_with_the_text_and_not_faster(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        begun = time.process_time()
        extract(text)
        return time.process_time() - begun

    seconds(20_000)
    assert seconds(400_000) < 40 * max(seconds(40_000), 0.05)


def test_a_stretch_tagged_once_is_tagged_throughout_with_its_usual_label():
    text = "Foo net beats Foo net , and the Foo nets beat Foo net ."
    tags = [(0, 7, "Method"), (48, 53, "Task")]
    assert everywhere(text, tags) == [(0, 7, "Method"), (14, 21, "Method"), (48, 53, "Task")]
    assert everywhere(text, []) == []


@pytest.mark.parametrize(("surface", "wanted"), [
    ("Penn Treebank ( PTB", "Penn Treebank ( PTB )"), ("Penn Treebank (PTB", "Penn Treebank (PTB)"),
    ("Penn Treebank -LRB- PTB", "Penn Treebank -LRB- PTB -RRB-"), ("PTB )", "PTB"), ("PTB", "PTB"),
    ("Penn Treebank ( PTB )", "Penn Treebank ( PTB )"), ("Penn Treebank (", "Penn Treebank"), (")", None),
])
def test_a_tag_holds_both_brackets_of_a_pair_or_neither(surface, wanted):
    mark = "-LRB- PTB -RRB-" if "-LRB-" in surface else "(PTB)" if "(PTB" in surface else "( PTB )"
    text = f"the Penn Treebank {mark} of trees"
    start = text.index(surface)
    ends = [] if wanted is None else [(start, start + len(wanted), "Dataset")]
    assert closed(text, [(start, start + len(surface), "Dataset")]) == ends


def test_a_bracket_that_another_tag_holds_is_left_to_it():
    assert closed("Foo (B) net", [(0, 6, "Dataset"), (6, 11, "Method")]) == [(0, 3, "Dataset"), (6, 11, "Method")]


# Measuring


def test_relaxed_matches_one_to_one_and_exact_wants_offsets():
    found, wanted = [(0, 5, "Method"), (0, 5, "Task"), (6, 9, "Method")], [(3, 9, "Method"), (0, 5, "Task")]
    assert relaxed(found, wanted) == Tally(2, 3, 2)
    assert exact(found, wanted) == Tally(1, 3, 2)


# Training


def test_a_perceptron_learns_what_is_always_so():
    marked = ["O", "O", "B-Dataset"]
    sentences = [Sentence([["w=we"], ["w=use"], [f"w=n{at % 5}", "cased"]], marked) for at in range(20)]
    weights, _ = added([(1.0, perceptron(sentences, passes=3))], least=0)
    assert weights["cased"].argmax() == 1


def test_a_bolder_model_finds_more_and_is_otherwise_the_same():
    weights = {EVERYWHERE: np.arange(7, dtype=np.float32), "w=a": np.ones(7, np.float32)}
    moved = bolder(weights, 1.5)
    assert moved[EVERYWHERE].tolist() == [-1.5, 1, 2, 3, 4, 5, 6]
    assert moved["w=a"] is weights["w=a"]
    assert bolder({}, 1.0)[EVERYWHERE].tolist() == [-1, 0, 0, 0, 0, 0, 0]


def test_training_command_makes_a_model_that_reads(tmp_path):
    folder = tmp_path / "marked"
    folder.mkdir()
    lines = []
    for at in range(90):
        name, source = f"Data{'ABCDEFGHI'[at % 9]}Bank", SOURCES[at % 3]
        text = f"We train a small parser on the {name} corpus , and it works well in case {at} ."
        start, method = text.index(name), text.index("small parser")
        spans = [{"start": start, "end": start + len(name), "label": "Dataset"},
                 {"start": method, "end": method + 12, "label": "Method"}]
        lines.append(json.dumps({"source": source, "text": text, "spans": spans}))
    (folder / "train.jsonl").write_text("\n".join(lines), encoding="utf-8")
    papers = tmp_path / "papers.jsonl"
    abstract = "We train a parser on the FooBank corpus."
    papers.write_text("".join(json.dumps({"title": f"Parser {at}", "abstract": abstract}) + "\n" for at in range(40)),
                      encoding="utf-8")
    models = [tmp_path / "one.npz", tmp_path / "two.npz"]
    for model in models:
        train([str(folder), str(papers), "--model", str(model)])
    one, two = (dict(np.load(model)) for model in models)
    assert all(np.array_equal(one[name], two[name]) for name in one)
    text = "We train a small parser on the DataZBank corpus ."
    (tags,) = load(models[0]).tags([Reading(text, source="scirex")])
    assert [(text[start:end], label) for start, end, label in tags] == [
        ("small parser", "Method"), ("DataZBank", "Dataset")]


# Many processes


BATCHES = [[(f"h{at}{number}", "FooNet: a net", f"It is trained on ImageNet, run {number}.") for number in range(3)]
           for at in range(5)]



def test_two_processes_find_what_one_finds_in_the_same_order():
    assert list(reading.read_all(BATCHES, 2)) == list(reading.read_all(BATCHES, 1))


def works_at_home(batch):
    """Dies in any process but the one that the test runs in."""
    if os.getpid() != int(os.environ["HOME_OF_TEST"]):
        os._exit(1)
    return reading.found_in_all(batch)


def test_a_process_that_dies_is_stood_in_for(monkeypatch):
    monkeypatch.setenv("HOME_OF_TEST", str(os.getpid()))
    assert list(reading.read_all(BATCHES, 2, works_at_home)) == list(reading.read_all(BATCHES, 1))


def test_a_library_read_by_processes_holds_what_it_held(library, monkeypatch):
    monkeypatch.setattr("recommender.annotate.VERSION", VERSION + 1)
    monkeypatch.setattr("recommender.annotate.processes", lambda due: 2 if due else 1)
    cache = Extractions(library)
    hashes = [text_hash for batch in cache.unread(VERSION + 1) for text_hash, _, _ in batch]
    before = cache.of(hashes)
    assert annotate(library) == len(hashes) > 0
    assert cache.of(hashes) == before
    assert cache.due(VERSION + 1) == 0


def test_few_texts_are_read_by_one_process():
    assert reading.processes(10) == 1
    assert reading.processes(reading.ENOUGH) >= 1
