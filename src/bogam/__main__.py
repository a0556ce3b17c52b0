"""`python -m bogam`, which torchrun needs: `torchrun --nproc-per-node 2 -m bogam train RECIPE`."""

from bogam.cli import main

if __name__ == "__main__":
    main()
