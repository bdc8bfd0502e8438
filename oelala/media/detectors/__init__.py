"""What runs in the detectors' own processes, and how they are started and asked.

MediaPipe's C++ graphs abort on some faults and can hang while closing, and onnxruntime is no kinder: in a
process of its own that costs an OelalaError ("detector-failed") and nothing else. `program.py` is what is
started; it looks for its detector in this package, and the detectors import nothing of Oelala but each other.
"""
