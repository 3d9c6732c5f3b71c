"""Weights and images that two implementations of one network can both compute, from names and shapes alone."""

import hashlib

import numpy as np
import torch

FREE = ("cls_token", "pos_embed", "relative_position_bias_table")
"""Tables that are added as they are, not multiplied: no fan-in."""


def seeded_tensor(name, shape, gain):
    """The same numbers for the same name and shape on every machine; `gain` 1 to 2 keeps the size of signals."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
    if name.endswith("running_var"):
        values = rng.uniform(0.5, 1.5, shape)
    elif name.endswith(("weight", "gamma", "gamma1", "gamma2")) and len(shape) == 1:
        values = rng.uniform(0.5, 1.0, shape)
    elif name.endswith(FREE):
        values = 0.5 * rng.standard_normal(shape)
    elif len(shape) > 1:
        values = rng.standard_normal(shape, dtype=np.float32)
        values *= np.float32((gain / np.prod(shape[1:])) ** 0.5)
    else:
        values = 0.1 * rng.standard_normal(shape)
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def seeded_state(state, gain):
    """A state dictionary with the names and shapes of `state`; counters are zero, and other integers stay theirs."""
    filled, by_storage = {}, {}
    for name, tensor in sorted(state.items()):
        if name.endswith("num_batches_tracked"):
            filled[name] = torch.zeros_like(tensor)
        elif not tensor.is_floating_point():
            filled[name] = tensor.clone()
        else:
            # one module may have two names (masking blocks): it gets the numbers of the first
            key = by_storage.setdefault((tensor.data_ptr(), tuple(tensor.shape)), name)
            filled[name] = filled[key] if key in filled else seeded_tensor(name, tuple(tensor.shape), gain)
    return filled


def seeded_images(channels, size, count=2):
    """Smooth images in [-2, 2] of no particular face: broad waves and a little noise, each brighter than the last."""
    rng = np.random.default_rng(20240915)
    grid = np.linspace(0, 1, size)
    waves = rng.uniform(0.5, 4.0, (count, channels, 2, 3))
    phases = rng.uniform(0, 2 * np.pi, (count, channels, 2, 3))
    along = np.sin(2 * np.pi * waves[..., None] * grid + phases[..., None]).sum(axis=3)
    images = along[:, :, 0, :, None] * along[:, :, 1, None, :] / 4
    images = images * np.linspace(1, 0.5, count)[:, None, None, None] + np.linspace(0, 1, count)[:, None, None, None]
    return torch.from_numpy((images + 0.1 * rng.standard_normal(images.shape)).astype(np.float32))
