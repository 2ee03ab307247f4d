"""Which goals serve which: links, coverage, served weight, and the audit of a strategy map."""
