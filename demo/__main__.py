"""`python -m interfaces.demo` is `farley demo`."""

import sys

from interfaces.cli.main import main

if __name__ == "__main__":
    sys.argv[1:1] = ["demo"]
    main()
