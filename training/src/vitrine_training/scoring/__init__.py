"""Measures of detectors and embedders, and the cards that show them."""
