"""How well symmetry is measured on photographs, tested on rendered faces of known s."""
