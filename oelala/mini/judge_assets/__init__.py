"""How the detectors in `oelala/assets/pose` and `oelala/assets/face` are made from public packages.

`python -m oelala.mini.judge_assets verify` compares the shipped files with their hashes;
`build` fetches the packages, makes the files again and compares them byte for byte.
"""
