"""SQL over the tables: the views, their answers, and meetings as flat lines."""
