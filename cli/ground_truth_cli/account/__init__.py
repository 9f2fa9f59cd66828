"""What the command knows of the account: what its stacks have published, and what AWS refuses to show."""
