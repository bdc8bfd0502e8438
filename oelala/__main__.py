"""`python -m oelala <sub-command>`: the studio without a page."""

import sys

if __name__ == "__main__":
    from oelala.terminal.main import main

    sys.exit(main())
