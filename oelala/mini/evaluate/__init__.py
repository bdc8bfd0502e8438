"""Judges Oelala Mini with tools that nobody here wrote, beside the ceiling that renders reach."""
