"""Streaming weights on a card with little room; `python -m benchmarks.streaming --help`."""
