"""`python -m sdmodel` is the same as `sdmodel`."""

from sdmodel.cli import main

main()
