"""What ``ground-truth doctor`` looks at: one module a part of the account."""
