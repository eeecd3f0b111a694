"""The settings of a deployment: what they are, how a file is read, and what is wrong with it."""
