"""What `make prove` measures, one file a kind; the gate runs each in its small form."""
