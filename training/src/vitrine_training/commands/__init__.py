"""The commands of `vitrine-train`, a file each."""
