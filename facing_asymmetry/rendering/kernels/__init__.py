"""Compiled loops of the CPU renderer (numba), one step of the image's definition per module."""
