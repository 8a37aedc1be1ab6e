"""Methods, datasets and tasks in text: what is found, what is left alone, and how names are spelled."""

import time
from itertools import pairwise

import pytest
from spans import found, names

from recommender.papers import ENTITY_LABELS
from recommender.text.entities import VERSION, canonical, extract, match_key
from recommender.text.gazetteer import Gazetteer, gazetteer

# Offsets and order


def test_offsets_count_code_points_behind_astral_text():
    text = "😀𝕏 e\u0301 We train a graph neural network on ImageNet."
    spans = extract(text)
    assert [span.surface for span in spans] == ["graph neural network", "ImageNet"]
    assert all(text[span.start : span.end] == span.surface for span in spans)
    assert spans[1].start == text.index("ImageNet")


def test_spans_are_sorted_and_apart():
    text = (
        "DiffTF: a diffusion model\n\nWe propose DiffTF, a diffusion model for image generation. Mask R-CNN, "
        "R-CNN and Faster R-CNN run on MS COCO, PASCAL VOC 2012 and ImageNet-1K; language models (LLMs) "
        "and vision-language models (VLMs) answer visual question answering (VQA) benchmarks."
    )
    spans = extract(text)
    assert len(spans) > 12
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert {span.label for span in spans} <= set(ENTITY_LABELS)
    assert all(text[span.start : span.end] == span.surface and span.canonical for span in spans)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\n", "!?", "\x00", "We went home.", "😀", "((((", "$", "\\", "@"]
)
def test_text_without_names_has_none(text):
    assert extract(text) == []


def test_the_same_text_gives_the_same_spans():
    text = "We propose FooNet. FooNet beats ResNet-50 on the BarSet dataset and CIFAR-10."
    assert extract(text) == extract(text)


def test_version_is_a_number():
    assert VERSION >= 1


# Spelling


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MSR-VTT", "MSRVTT"),
        ("MSR-VTT", "msr vtt"),
        ("GNNs", "GNN"),
        ("k-NNs", "kNN"),
        ("topic models", "Topic Model"),
        ("k-means", "K Means"),
        ("t-SNE", "tSNE"),
        ("ontologies", "ontology"),
        ("volume visualisation", "volume visualization"),
        ("\\textbf{CLIP}", "CLIP"),
        ("$k$-means", "k-means"),
        ("MOVIELENS", "MovieLens"),
        ("naïve Bayes", "naive Bayes"),
    ],
)
def test_spellings_of_one_name_share_a_key(one, other):
    assert match_key(one) == match_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GPT-2", "GPT-3"),
        ("CIFAR-10", "CIFAR-100"),
        ("ResNet-50", "ResNet"),
        ("LLaMA 3.1", "LLaMA 31"),
        ("ScanNet", "ScanNet++"),
        ("RRT", "RRT*"),
        ("DBMS", "DBM"),
        ("C", "C++"),
    ],
)
def test_different_names_have_different_keys(one, other):
    assert match_key(one) != match_key(other)


@pytest.mark.parametrize(
    ("name", "label", "expected"),
    [
        ("msrvtt", "Dataset", "MSR-VTT"),
        ("MS-COCO", "Dataset", "COCO"),
        ("the Yelp dataset", "Dataset", "Yelp"),
        ("GNNs", "Method", "graph neural network"),
        ("tree map", "Method", "treemap"),
        ("VQA", "Task", "visual question answering"),
        ("FooBar dataset", "Dataset", "FooBar"),
        ("CIFAR-10 data set", "Dataset", "CIFAR-10"),
        ("FooBar test sets", "Dataset", "FooBar"),
        (" \\textbf{FooNet}, ", "Method", "FooNet"),
        ("A*", "Method", "A*"),
        ("quantum basket weaving", "Task", "quantum basket weaving"),
        ("", "Method", ""),
    ],
)
def test_canonical_name(name, label, expected):
    assert canonical(name, label) == expected


def test_canonical_of_a_canonical_name_is_itself():
    for name, label in (("FooBar dataset", "Dataset"), ("GNNs", "Method"), ("ImageNet-1K", "Dataset")):
        assert canonical(canonical(name, label), label) == canonical(name, label)


# Known names


def test_plural_acronyms_and_long_forms_are_one_method():
    text = "Graph neural networks are popular. GNNs scale; a GNN layer mixes."
    assert names(text, "Method") == {"graph neural network"}
    assert [span.surface for span in extract(text)] == ["Graph neural networks", "GNNs", "GNN"]


@pytest.mark.parametrize("spelling", ["MSR-VTT", "MSRVTT", "MSR VTT", "MSR–VTT"])
def test_hyphens_and_spaces_do_not_matter(spelling):
    assert found(f"Results on {spelling} improve.") == {spelling: ("Dataset", "MSR-VTT")}


def test_old_style_visualization_abstract():
    text = (
        "We compare treemaps with node-link diagrams and parallel coordinates. Volume rendering by ray "
        "casting and graph drawing with a force-directed layout are discussed."
    )
    assert names(text, "Method") == {
        "treemap",
        "node-link diagram",
        "parallel coordinates",
        "ray casting",
        "force-directed layout",
    }
    assert names(text, "Task") == {"volume rendering", "graph drawing"}


def test_retrieval_and_database_abstract():
    text = "Query expansion with pseudo-relevance feedback beats BM25 on TREC-8; R-trees answer range queries"
    assert found(text) == {
        "Query expansion": ("Task", "query expansion"),
        "pseudo-relevance feedback": ("Method", "pseudo-relevance feedback"),
        "BM25": ("Method", "BM25"),
        "TREC-8": ("Dataset", "TREC-8"),
        "R-trees": ("Method", "R-tree"),
        "range queries": ("Method", "range query"),
    }


def test_versions_belong_to_the_name():
    text = "We compare ResNet-50, GPT-4, Llama 3.1 and CIFAR-100."
    assert set(found(text)) == {"ResNet-50", "GPT-4", "Llama 3.1", "CIFAR-100"}
    assert names(text, "Method") == {"ResNet-50", "GPT-4", "LLaMA 3.1"}


def test_a_tail_that_describes_is_left_out():
    assert set(found("A CLIP-based score and a BERT-style encoder.")) == {"CLIP", "BERT"}


@pytest.mark.parametrize("part", ["Dev", "Test", "Train", "Training", "Validation"])
def test_a_part_of_a_dataset_is_no_dataset(part):
    assert names(f"It is ahead on the ScienceQA and LLaVA {part} dataset.", "Dataset") == {"ScienceQA"}
    assert names(f"We learn on the {part} dataset.", "Dataset") == set()


# Names that are words


@pytest.mark.parametrize(
    "text",
    [
        "A clip of the video shows more.",
        "We glue the parts and align them.",
        "Bert and Ernie drop the ball in a race.",
        "A spider scans the web for sun and mars.",
        "MORE IS BETTER AND CLIP IS SHORT",
        "A wise user drives up the wall.",
        "RESULTS: patients got better. METHODS: none.",
    ],
)
def test_ordinary_words_are_no_names(text):
    assert not {span.canonical for span in extract(text)} & {
        "CLIP", "GLUE", "ALIGN", "BERT", "DROP", "RACE", "Spider", "MARS", "MORE", "WISE", "DRIVE", "RESULTS",
    }  # fmt: skip


def test_exact_capitals_make_a_name_of_a_word():
    assert found("We fine-tune CLIP and BERT.") == {"CLIP": ("Method", "CLIP"), "BERT": ("Method", "BERT")}


def test_a_doubtful_name_needs_a_word_beside_it():
    assert names("We align faces in MARS years.", "Dataset") == set()
    assert names("We test on the MARS dataset.", "Dataset") == {"MARS"}
    assert names("We test on HotpotQA and DROP.", "Dataset") == {"HotpotQA", "DROP"}


def test_datasets_have_no_sizes():
    assert names("Small objects of COCO-small are hard.", "Dataset") == {"COCO"}


@pytest.mark.parametrize("name", ["GPT-3.5-turbo", "Qwen3.5-35B-A3B", "LLaMA3.2-1B"])
def test_versions_and_sizes_belong_to_a_model_s_name(name):
    assert names(f"A call of {name} costs less.", "Method") == {name}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Priors make GD-LDA robust.", {"GD-LDA"}),
        ("CLIP4Clip beats X-CLIP.", {"CLIP4Clip", "X-CLIP"}),
        ("A 3D-ResNet sees clips.", {"ResNet"}),
        ("Every non-BERT model loses.", {"BERT"}),
    ],
)
def test_a_known_name_behind_capitals_is_part_of_another(text, expected):
    assert names(text, "Method") == expected


def test_a_name_with_a_number_in_it_vouches_for_the_doubtful_one_beside_it():
    assert names("Speech is encoded by Whisper, wav2vec 2.0 or by hand.", "Method") == {"Whisper", "wav2vec"}


def test_a_phrase_that_a_name_is_spelled_like_is_none():
    assert extract("A priori knowledge helps us.") == []


# Markup and addresses


def test_keys_of_citations_are_no_names():
    assert extract(r"As shown before \cite{ZorbLDA,ABL14}, it holds.") == []


def test_tex_is_read_through():
    text = r"We propose \textbf{Zorbix}, a planner; {\em CLIP} and $k$-means help on \emph{ImageNet}."
    spans = extract(text)
    assert [text[span.start : span.end] for span in spans] == ["Zorbix", "CLIP", "k$-means", "ImageNet"]
    assert spans[2].canonical == "k-means"


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/openai/CLIP",
        "http://BERT.example/ImageNet?x=GNN",
        "www.ImageNet.org/BERT",
        "github.com/BERT/ImageNet",
        "BERT.CLIP@ImageNet.org",
        "https://x.y/CLIP{https://x.y/CLIP}",
    ],
)
def test_addresses_hold_no_names(address):
    assert extract(f"The code is at {address} for all.") == []


def test_measures_with_an_at_are_no_addresses():
    assert names("MRR@10 of BM25 and mAP@0.5 of YOLOv8.", "Method") == {"BM25", "YOLOv8"}


# Bounds


GARBAGE = (
    "a",
    "-a",
    "Swin-",
    "a@b.c ",
    "x.com",
    "(GNN) ",
    "Aa-bb-",
    "a.",
    "\\x{",
    "AbC, ",
    "http://",
    "(((",
    "1.2-",
)


@pytest.mark.parametrize(
    "unit", [*GARBAGE, "We propose X, ", "X dataset ", "GraphNet and ", "state-of-the-art "]
)
def test_a_megabyte_of_garbage_takes_seconds(unit):
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    begin = time.process_time()
    spans = extract(text)
    assert time.process_time() - begin < 20
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_an_abstract_takes_milliseconds():
    text = "We train graph neural networks on ImageNet with knowledge distillation and report on it. " * 20
    extract(text)
    begin = time.process_time()
    for _ in range(20):
        extract(text)
    assert (time.process_time() - begin) / 20 < 0.02


# The list itself


@pytest.mark.parametrize(
    ("text", "datasets", "methods"),
    [
        ("GATK calls variants that gnomAD lacks.", {"gnomAD"}, {"GATK"}),
        ("We regress trust in the World Values Survey by difference-in-differences.",
         {"World Values Survey"}, {"difference-in-differences"}),
        ("Landsat 8 and ERA5 feed the ensemble Kalman filter.", {"Landsat 8", "ERA5"}, {"ensemble Kalman filter"}),
    ],
)
def test_names_of_other_fields_are_known(text, datasets, methods):
    assert names(text, "Dataset") == datasets
    assert names(text, "Method") == methods


def test_gazetteer_is_large_and_read_quickly():
    lines = ["[Method]", *(f"Name{number} | Alias {number}" for number in range(100))]
    assert Gazetteer(lines).lookup("alias 7").canonical == "Name7"
    assert {gazetteer().lookup(name).label for name in ("BERT", "COCO", "NER")} == set(ENTITY_LABELS)


def test_every_listed_name_is_its_own_canonical_spelling():
    for entry in gazetteer().entries():
        assert canonical(entry.canonical, entry.label) == entry.canonical
