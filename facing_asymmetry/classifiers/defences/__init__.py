"""Defences: wrappers that look at a picture in several ways and combine the logits of a frozen network."""
