"""The commands around a deployment: begin one, find feeds, look after feeds and tables."""
