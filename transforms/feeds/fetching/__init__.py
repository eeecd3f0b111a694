"""Documents over HTTP or from files: within limits of time, size and address; parsed in a process of their own."""
