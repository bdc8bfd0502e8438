"""`python -m oelala <sub-command>`: the studio without a page."""

import sys

if __name__ == "__main__":
    try:
        from oelala.terminal.main import main

        code = main()
    except KeyboardInterrupt:  # while it was still being imported
        code = 130
    sys.exit(code)
