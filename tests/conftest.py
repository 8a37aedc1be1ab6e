"""The libraries that tests share: an empty one, and three invented communities with plain answers, indexed once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.build import build
from recommender.papers import Paper, PaperList
from recommender.settings import Settings
from recommender.store.intake import Incoming
from recommender.store.library import Library, opened
from recommender.store.lists import Lists
from recommender.web import create_app

NASTY_ID = "odd/../id?x=1#y%2F<b>&~//export"
NASTY_TITLE = "Is $a < b$ & <script>alert('x')</script> \"enough\" for {TeX}?"

# (id, title, abstract, year, venue, references, methods, datasets)
_DISTILLATION = [
    (
        "kd1",
        "Distilling large teachers into small students",
        "Knowledge distillation trains a small student network "
        "on the soft targets of a large teacher. The student keeps most of the accuracy of the teacher.",
        2015,
        "Learning Letters",
        [],
        ["knowledge distillation"],
        ["ImageNet"],
    ),
    (
        "kd2",
        "Relational distillation between embeddings",
        "Instead of single outputs the student imitates relations "
        "between examples in the embedding of the teacher; distillation improves retrieval.",
        2018,
        "Learning Letters",
        ["kd1"],
        ["knowledge distillation", "relational distillation"],
        ["ImageNet"],
    ),
    (
        "kd3",
        "Compressing vision-language encoders",
        "A vision-language encoder such as CLIP is compressed by "
        "distillation of image-text similarities into a light student.",
        2022,
        "Vision Quarterly",
        ["kd1", "kd2"],
        ["CLIP", "knowledge distillation"],
        ["ImageNet", "COCO"],
    ),
    (
        "kd4",
        "Prompts for a distilled student",
        "Learned prompts adapt a distilled vision-language student to new "
        "classes without touching the weights of CLIP.",
        2023,
        "Vision Quarterly",
        ["kd1", "kd3"],
        ["CLIP", "prompt tuning"],
        ["ImageNet"],
    ),
    (
        "kd5",
        "How small can a student be?",
        "We measure the smallest student that still profits from the teacher, "
        "for eleven teacher networks and four sizes.",
        2021,
        "Learning Letters",
        ["kd1", "kd2"],
        ["knowledge distillation"],
        [],
    ),
]
_TRANSLATION = [
    (
        "mt1",
        "Adapters for multilingual encoders",
        "Small adapters inside a frozen multilingual encoder learn new languages from unlabelled text.",
        2019,
        "Tongues",
        [],
        ["adapters", "XLM-R"],
        ["WikiAnn"],
    ),
    (
        "mt2",
        "Zero-shot cross-lingual transfer, revisited",
        "Cross-lingual transfer of named entity recognition from English to distant languages with mBERT.",
        2020,
        "Tongues",
        ["mt1"],
        ["mBERT"],
        ["WikiAnn"],
    ),
    (
        "mt3",
        "Languages unseen in pre-training",
        "Multilingual models fail on languages in unseen scripts; script adapters repair the tokenizer.",
        2021,
        "Tongues",
        ["mt1", "mt2"],
        ["adapters", "XLM-R"],
        ["WikiAnn"],
    ),
    (
        "mt4",
        "Sharing adapters between related languages",
        "Adapters are shared along a family tree of languages, which helps those with little text.",
        2022,
        "Tongues",
        ["mt1", "mt3", "not-in-library"],
        ["adapters"],
        [],
    ),
    (
        "mt5",
        "Tagging forty languages",
        "Part-of-speech tagging in forty low-resource languages by cross-lingual "
        "transfer with a multilingual encoder.",
        None,
        "Tongues",
        ["mt2"],
        ["XLM-R"],
        ["Universal Dependencies"],
    ),
]
_VIDEO = [
    (
        "tv1",
        "Text-video retrieval by frame attention",
        "A sentence retrieves the video whose frames it attends to; "
        "the contrastive loss separates moments of a clip.",
        2021,
        "Moving Pictures",
        [],
        ["frame attention"],
        ["MSR-VTT"],
    ),
    (
        "tv2",
        "Moments in long videos",
        "Temporal grounding finds the moment of a long video that a caption describes.",
        2022,
        "Moving Pictures",
        ["tv1"],
        ["temporal transformer"],
        ["ActivityNet"],
    ),
    (
        "tv3",
        "Mean pooling is a strong baseline for video",
        "Averaging frame embeddings rivals temporal models for text-video retrieval.",
        2022,
        "Moving Pictures",
        ["tv1", "kd3"],
        ["CLIP"],
        ["MSR-VTT", "ActivityNet"],
    ),
    (
        "tv4",
        "Audio helps video retrieval",
        "Sound is fused with frames, so that a clip is retrieved by what is heard in it.",
        2023,
        "Moving Pictures",
        ["tv1", "tv3"],
        ["audio fusion"],
        ["MSR-VTT"],
    ),
]


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of this machine's own library have no business here."""
    for name in list(os.environ):
        if name.startswith("RECOMMENDER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    """A library of its own, with nothing in it; test_postgresql.py has another, and asks the laws of this one again."""
    with opened(Settings(tmp_path)) as library:
        yield library


@pytest.fixture(scope="session")
def toy_papers() -> list[Paper]:
    """Fifteen invented papers: three communities, and one with everything that is hard to show."""
    papers = [
        Paper(
            id=id,
            title=title,
            abstract=abstract,
            authors=(f"Ada {id.capitalize()}", "van der Berg, Bo"),
            year=year,
            venue=venue,
            doi=f"10.5555/{id}",
            references=tuple(references),
            methods=tuple(methods),
            datasets=tuple(datasets),
            keywords=(venue.split(" ", maxsplit=1)[0].lower(),),
            type="article",
        )
        for id, title, abstract, year, venue, references, methods, datasets in (
            *_DISTILLATION,
            *_TRANSLATION,
            *_VIDEO,
        )
    ]
    return [
        *papers,
        Paper(
            id=NASTY_ID,
            title=NASTY_TITLE,
            abstract="A teacher & a <i>student</i> meet; distillation of $\\alpha$ follows.",
            authors=("{Working Group <A&B>}",),
            year=2020,
            venue="Odd & <Ends>",
            url="javascript:alert(1)",
            arxiv="2001.00001",
            references=("kd1",),
            methods=("C++/CLI #1?",),
        ),
    ]


@pytest.fixture(scope="session")
def toy_folder(tmp_path_factory: pytest.TempPathFactory, toy_papers: list[Paper]) -> Path:
    """A data folder with the toy library, one list and a build; copied for each test, never changed."""
    folder = tmp_path_factory.mktemp("toy")
    with opened(Settings(folder)) as library:
        library.take(Incoming(paper, "toy.jsonl", line, "jsonl") for line, paper in enumerate(toy_papers, 1))
        Lists(library).take(
            [
                PaperList(
                    "distil", "Distillation", ("kd1", "kd2"), "Teachers and students", {"kd2": "relations"}
                )
            ]
        )
        build(Settings(folder), library)
    return folder


@pytest.fixture
def settings(toy_folder: Path, tmp_path: Path) -> Settings:
    """Settings of a fresh copy of the toy library."""
    return Settings(Path(shutil.copytree(toy_folder, tmp_path / "toy-data", symlinks=True)))


@pytest.fixture
def data(settings: Settings) -> Path:
    """The data folder of that copy."""
    return settings.data


@pytest.fixture
def library(settings: Settings) -> Iterator[Library]:
    """The toy library, opened."""
    with opened(settings) as one:
        yield one


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web app over the toy library; forms need no token (test_web_security.py has them on)."""
    made = create_app(settings)
    made.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    yield made
    made.extensions["desk"].library.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
