"""Skin, hair and furrows of the embedded default for heads of other topologies, which come without any of them."""
