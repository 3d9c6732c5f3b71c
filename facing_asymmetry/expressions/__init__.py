"""Expression parameters: optimised through renderer and classifier, or authored from FACS."""
