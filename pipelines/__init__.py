"""The jobs: one module a command, and the chain that they share."""
