"""What people see on the terminal: options, findings, bars and refusals."""
