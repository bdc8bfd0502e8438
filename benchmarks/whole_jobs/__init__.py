"""Jobs of full size through the studio's own queue; `python -m benchmarks.whole_jobs --help`."""
