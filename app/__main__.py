"""`python -m app scenes|takes|vary|render|check|export|join|town`: the window's operations without a window."""

import sys

from app.command.line import main

if __name__ == "__main__":
    sys.exit(main())
