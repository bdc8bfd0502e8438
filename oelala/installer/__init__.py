"""Sets up `.venv`; started by launch.sh and launch.bat with whatever Python the system has.

Standard library only, and nothing else of Oelala: nothing is installed yet. It runs before there are
settings, so it reads its few variables itself: `OELALA_TORCH`, `OELALA_LANGUAGE` and the locale's own. It
speaks on stderr; what pip said is in `.venv/install.log`. Without a `torch==` line in requirements.txt there
is no torch step.

An environment is complete when its stamp, written last, matches this folder, the environment's own Python and
what is asked for. Anything else is repaired: what works stays, what was left half done is done again.
"""
