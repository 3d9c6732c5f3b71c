"""The observational arm: the user's photographs through the same classifiers, beside the synthetic curves."""
