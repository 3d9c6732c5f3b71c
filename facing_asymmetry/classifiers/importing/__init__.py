"""Checkpoints as their authors save them, turned into checked safetensors; nothing that is pickled is executed."""
