"""The organisation: its ids, its layout and its tree."""
