"""Where questions are run."""
