"""我的: a person's own name, number, union, trade, look of the pages, and the way out."""
