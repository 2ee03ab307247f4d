"""The recipe of a stage: its verbs' own inputs, from which it is made again."""
