"""Drafts of nobody's paper, to try the page with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A draft under a short name."""

    name: str
    text: str


EXAMPLES = (
    Example(
        "Distilling a vision-language model",
        """\
Small Enough to See: Distilling a Vision-Language Model into a Pocket-Sized Student

Vision-language models such as CLIP recognise almost anything that can be put in words, but they are too \
large for the devices on which recognition is wanted. We ask how much of their zero-shot ability a \
student of a tenth of the size can keep. Our student learns from the teacher's image-text similarities \
rather than from its logits: for every batch it imitates how the teacher relates images to captions and \
captions to each other. A light adapter aligns the two embedding spaces, and prompts that are learned \
together with the student replace hand-written class descriptions. On ImageNet and eleven transfer \
benchmarks the student keeps most of the teacher's zero-shot accuracy and outperforms conventional \
knowledge distillation, and it can be fine-tuned with few labelled examples.""",
    ),
    Example(
        "Cross-lingual transfer",
        """\
One Adapter per Script: Cross-lingual Transfer to Languages That the Encoder Has Never Seen

Multilingual pre-trained language models transfer well from English to languages that were plentiful in \
pre-training and poorly to all others. We study named entity recognition and part-of-speech tagging in \
forty low-resource languages, half of them in scripts that the tokenizer of XLM-R splits into single \
bytes. Instead of continuing pre-training, we train one small adapter for each script on unlabelled text \
and stack it below the usual task adapter, leaving the multilingual encoder frozen. Zero-shot cross- \
lingual transfer improves for unseen languages without hurting those that were seen, and sharing \
adapters between related languages makes transfer work with as little as ten thousand sentences.""",
    ),
    Example(
        "Text-video retrieval",
        """\
Which Moment Did You Mean? Text-Video Retrieval with Frame-Level Evidence

Text-video retrieval usually compares a sentence with one vector for the whole clip, although most \
sentences describe only a moment of it. We extend a contrastively pre-trained image-text encoder to \
video by letting the query choose the frames: a cross-modal attention pools frame embeddings according \
to their relevance for the words of the caption, and a temporal transformer keeps the order of events. A \
contrastive loss over captions of the same video teaches the model to tell moments apart. On MSR-VTT, \
ActivityNet and DiDeMo the method improves recall over mean pooling, and the attention shows which \
frames a match rests on.""",
    ),
)
