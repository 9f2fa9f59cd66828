"""The subcommands: one module each, of the command's name."""
