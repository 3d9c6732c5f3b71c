"""The networks' code: each module defines one architecture or two close relatives (see `architecture.py`).

Every network takes the preprocessed `(B, C, S, S)` images and returns only `(B, K)` logits. Its state dictionary has
the names and shapes of the published weights, so that they can be loaded strictly. Layers that a checkpoint holds
although they don't reach the logits are kept for that reason and named in the class's docstring. The code is our own,
written from the papers and from the names and sizes of the layers; golden logits prove that it computes what the
authors' code computes (tests/classifiers/test_published_parity.py and test_parity.py).
"""
