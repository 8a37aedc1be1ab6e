"""Names that a text introduces: by what it calls them, lists them behind, or says beside them."""

import pytest
from spans import found, names

from recommender.text.entities import extract


@pytest.mark.parametrize(
    ("text", "surface", "label"),
    [
        ("In this paper we propose Zorbix, a method for sorting.", "Zorbix", "Method"),
        ("We present a system called Pineal for makers.", "Pineal", "Method"),
        ("A new model, dubbed FooFormer, wins.", "FooFormer", "Method"),
        ("We introduce QuuxBench, a benchmark for agents.", "QuuxBench", "Dataset"),
        ("We release ZorbCap, a large-scale corpus of captions.", "ZorbCap", "Dataset"),
        ("We collect a dataset named Wibble for this.", "Wibble", "Dataset"),
        ("Results on the Fashionista dataset improve.", "Fashionista", "Dataset"),
        ("The WXYZ algorithm converges.", "WXYZ", "Method"),
        ("ChatNoir: A Search Engine for Researchers\n\nIt is fast.", "ChatNoir", "Method"),
        ("Acrophile: An Automated Acronym Extractor\n\nIt is fast.", "Acrophile", "Method"),
        ("QUUX: A Benchmark for Tree Models\n\nIt is hard.", "QUUX", "Dataset"),
        ("DetourNavigator - Using Location History to Walk\n\nIt walks.", "DetourNavigator", "Method"),
        ("Experiments on ShapeNet and BlobWorld3D show it.", "BlobWorld3D", "Dataset"),
    ],
)
def test_introduced_names(text, surface, label):
    assert found(text)[surface][0] == label


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("Tests on three benchmarks (Zorb, QuuxSet and FooBar3) are done.", "Dataset", {"Zorb", "QuuxSet", "FooBar3"}),
        ("We use corpora such as WXYZ, Wibble and Amazon Wobbles.", "Dataset", {"WXYZ", "Wibble", "Amazon Wobbles"}),
        ("It beats strong baselines, including ZorbRank, QUUX and Wibble.", "Method", {"ZorbRank", "QUUX", "Wibble"}),
        ("Our results on QuuxSet and WXYZ improve.", "Dataset", {"QuuxSet", "WXYZ"}),
        ("It scores 64.5 on QuuxSet.", "Dataset", {"QuuxSet"}),
        ("Results on ZorbLM-7B improve.", "Method", {"ZorbLM-7B"}),
        ("We test on benchmarks such as SuperGLUE.", "Dataset", {"SuperGLUE"}),
    ],
)
def test_what_a_text_lists_behind_a_head_is_what_the_head_says(text, label, expected):
    assert names(text, label) == expected


@pytest.mark.parametrize(
    "text",
    [
        "There is a wealth of evaluation methods (UEMs) here.",
        "We follow earlier models (Smith and Jones, 2008).",
        "We report metrics such as ZorbScore and QUUX.",
        "It improves the ZorbScore metric and the ZorbScore of others.",
        "Robots in mobile social networking services (mSNSs) share; mSNSs grow.",
        "We stop distributed denial of service (DDoS) attacks and other DDoS.",
        "ZorbMeet: The First Workshop on Meeting\n\nZorbMeet is held in May.",
    ],
)
def test_what_a_text_says_is_something_else_is_no_name(text):
    assert extract(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We present ZorbSet-F, a large benchmark curated from the web.", ("ZorbSet-F", "Dataset")),
        ("We present the Zorbix corpus of many talks.", ("Zorbix", "Dataset")),
        ("We build a large corpus for parsing named Zorbix.", ("Zorbix", "Dataset")),
        ("We collect a benchmark called Dense Zorb Prediction (DZP).", ("Dense Zorb Prediction", "Dataset")),
        ("We propose Quick Zorb Loss, a plain regularizer.", ("Quick Zorb Loss", "Method")),
        ("Multi-zorb Entity Retrieval (MZER) augmentation framework.", ("MZER", "Method")),
        ("It compares with that of Slurpeex, an algorithm for search.", ("Slurpeex", "Method")),
        ("We present a fast planner and a system, Probapop, which won.", ("Probapop", "Method")),
        ("We refer to the method as ZQX.", ("ZQX", "Method")),
        ("Zorbix: transformer-based parsing benchmark towards trees\n\nIt is hard.", ("Zorbix", "Dataset")),
        ("We adopt ZorbNetV2 for frames.", ("ZorbNetV2", "Method")),
        ("It runs faster than Zorbix-12B does.", ("Zorbix-12B", "Method")),
        ("A call of GPT-3.5-turbo costs more.", ("GPT-3.5-turbo", "Method")),
        ("A call of Qwen3.5-35B-A3B costs less.", ("Qwen3.5-35B-A3B", "Method")),
    ],
)
def test_what_stands_beside_a_name_says_what_it_is(text, expected):
    assert expected in {(span.surface, span.label) for span in extract(text)}


def test_initials_make_the_long_form():
    text = "We run Proximal Quick Optimization (PQO) here."
    assert "Proximal Quick Optimization" in found(text)


def test_substances_of_medicine_are_no_methods():
    text = "Patients were randomized to placebo or NQ-398; NQ-398 lowered plasma TXQ2, and TXQ2 fell by dose."
    assert extract(text) == []


def test_an_introduced_name_is_marked_wherever_it_stands():
    text = "We propose Zorbix, a new planner. Later Zorbix-based robots use Zorbix's map."
    assert [span.surface for span in extract(text)] == ["Zorbix"] * 3


@pytest.mark.parametrize(
    "text", ["Survey: what we know about trees in towns", "Our Chinese dataset is large."]
)
def test_common_words_are_not_introduced(text):
    assert extract(text) == []


def test_acronym_and_long_form_are_one():
    text = "We propose Informative Data Mixing Network (IDMN). IDMN wins."
    assert names(text, "Method") == {"IDMN"}
    assert [span.surface for span in extract(text)] == ["Informative Data Mixing Network", "IDMN", "IDMN"]


def test_a_short_acronym_stands_for_its_long_form():
    assert names("The fast tree model (FTM) grows. FTM wins.", "Method") == {"fast tree model"}


def test_the_text_decides_what_an_acronym_means():
    text = "Multi-document summarization (MDS) is hard. MDS methods fail."
    assert found(text)["MDS"] == ("Task", "multi-document summarization")
    assert names("Points laid out by MDS.", "Method") == {"multidimensional scaling"}


def test_an_acronym_of_something_else_is_no_known_name():
    assert extract("The cable news newsroom (CNN) reported. CNN said so.") == []
