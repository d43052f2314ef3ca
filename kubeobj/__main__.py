"""`python -m kubeobj` is the `kubeobj` command."""

import sys

from kubeobj.cli import main

if __name__ == "__main__":
    sys.exit(main())
