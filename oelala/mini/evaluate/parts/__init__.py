"""The parts of the table, one file each: `measure(bench)` judges what is missing, and answers the result."""
