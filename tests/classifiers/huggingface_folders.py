"""Folders as transformers' `save_pretrained` writes them, with tiny random networks."""

import json
from pathlib import Path

import torch

LABELS = ("angry", "Disgusted", "fearful", "HAPPY", "sad", "surprised", "natural")


def save_vit(folder, seed=0, labels=LABELS):
    """A transformer of one layer on 32 pixels."""
    import transformers

    torch.manual_seed(seed)
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=32,
        id2label=dict(enumerate(labels)), label2id={label: n for n, label in enumerate(labels)},
    )  # fmt: skip
    made = transformers.ViTForImageClassification(config).eval()
    made.save_pretrained(folder)
    transformers.ViTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return made


def save_resnet(folder, seed=0):
    """A residual network of two blocks; its processor cuts the middle out of a larger picture."""
    import transformers

    torch.manual_seed(seed)
    config = transformers.ResNetConfig(
        embedding_size=8, hidden_sizes=[8, 8], depths=[1, 1], layer_type="basic", id2label=dict(enumerate(LABELS)),
        label2id={label: n for n, label in enumerate(LABELS)},
    )  # fmt: skip
    made = transformers.ResNetForImageClassification(config).eval()
    made.save_pretrained(folder)
    transformers.ConvNextImageProcessor(size={"shortest_edge": 32}).save_pretrained(folder)
    return made


def describe(folder, processor=None, **config):
    """The two JSON files alone."""
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    facts = {"model_type": "vit", "id2label": {str(n): label for n, label in enumerate(LABELS)}, **config}
    (folder / "config.json").write_text(json.dumps(facts))
    if processor is not None:
        (folder / "preprocessor_config.json").write_text(json.dumps(processor))
    return folder
