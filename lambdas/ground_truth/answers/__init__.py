"""What workers answered, in every form in which it is told and kept (contract sections 6 and 8)."""
