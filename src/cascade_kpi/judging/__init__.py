"""Targets judged before they are handed out: against history, and against peers."""
