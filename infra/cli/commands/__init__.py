"""The commands of `parley`, a file each."""
