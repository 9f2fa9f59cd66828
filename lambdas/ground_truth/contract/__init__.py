"""What the labeling service says, without any logic: task types, limits, names, errors, the request, paths."""
