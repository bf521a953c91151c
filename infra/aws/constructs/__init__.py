"""The few shapes that the stacks are made of, each with the safe choice made once."""
