"""The deployable stacks: they compose constructs and own nothing themselves."""
