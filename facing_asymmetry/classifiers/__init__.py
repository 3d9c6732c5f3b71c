"""Expression classifiers: records of published networks, their weights, preprocessing and architectures."""
