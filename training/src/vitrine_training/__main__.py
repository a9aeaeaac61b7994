"""`python -m vitrine_training` is `vitrine-train`."""

from .cli import main

if __name__ == "__main__":
    main()
