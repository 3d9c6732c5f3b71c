"""Networks for video: they are given single frames, so that they are refused with what to do."""

from typing import Final

VIDEO: Final = (
    "A network for video is not given one frame repeated, because that would be a guess about its layout. Write a "
    "factory (options.loader=factory) whose forward does it, for example "
    "self.network(x[:, :, None].expand(-1, -1, 16, -1, -1)) for 16 equal frames (B, C, T, S, S)"
)
"""What is said of a network with 5-D input or 3-D convolutions."""
